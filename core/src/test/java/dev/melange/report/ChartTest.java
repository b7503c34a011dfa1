package dev.melange.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ChartTest {
  static final String HOSTILE =
      "</title></svg><script>alert('x\"')</script>&\u0000\u001b[2J\ud800 ü 混";
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  static Stream<Chart> charts() {
    double[] x = {1, 2, 3, 4};
    double[] odd = {NAN, INF, -INF, 5};
    double[] none = {};
    return Stream.of(
        Chart.xy("line").x("epoch").y("loss").line("a", x, new double[] {4, 3, 2, 1}).build(),
        Chart.xy(HOSTILE)
            .x(HOSTILE)
            .y(HOSTILE)
            .points(HOSTILE, x, x, HOSTILE, "b", "", "d")
            .line(HOSTILE, x, odd)
            .front(XyChart.Front.LOW_X_HIGH_Y)
            .build(),
        Chart.xy("gaps").band("b", x, odd, odd, odd).logX().logY().build(),
        Chart.xy("nothing").line("n", none, none).build(),
        Chart.xy("").logY().line("negative", x, new double[] {-1, 0, -2, 0}).build(),
        Chart.xy("constant").line("c", x, new double[] {7, 7, 7, 7}).build(),
        Chart.xy("huge").line("h", x, new double[] {-1e308, 1e308, 1e-308, 0}).build(),
        Chart.xy("dense").line("d", new Random(1).doubles(5000).toArray()).build(),
        Chart.xy("many").points("p", randoms(600, 2), randoms(600, 3)).build(),
        Chart.xy("errors").pointsWithErrors("p", x, x, odd, x).build(),
        Chart.xy("hist")
            .histogram("h", new double[] {1, 1, NAN, INF, 3}, 4)
            .histogram("same", new double[] {2, 2}, 3)
            .build(),
        Chart.xy("range").line("r", x, x).xRange(2, 3).yRange(-1, 1).build(),
        Chart.bars("bars", "a", HOSTILE)
            .group(HOSTILE, 1, NAN)
            .group("e", new double[] {-INF, -2}, new double[] {1, NAN})
            .build(),
        Chart.bars("lying", "a", "b").group("v", -3, 1e9).horizontal().build(),
        Chart.bars("no bars").build(),
        Chart.heatMap(HOSTILE, new double[][] {{1, NAN}, {INF, -2}})
            .rows(List.of(HOSTILE, "r"))
            .columns(List.of("a long column name", "c"))
            .x(HOSTILE)
            .scale(HOSTILE)
            .build(),
        Chart.heatMap("signed", new double[40][30]).diverging().build(),
        Chart.heatMap("empty", new double[0][0]).build());
  }

  private static double[] randoms(int count, long seed) {
    return new Random(seed).doubles(count).toArray();
  }

  private static Document parse(String xml) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
  }

  @ParameterizedTest
  @MethodSource("charts")
  void svgIsWellFormedAndFreeOfScriptsAndNaN(Chart chart) throws Exception {
    String svg = chart.toSvg();
    Document document = parse(svg);
    assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(document.getElementsByTagName("title").item(0).getTextContent()).isNotBlank();
    for (String d : paths(document)) {
      assertThat(d).doesNotContain("NaN", "Infinity");
    }
    assertThat(svg).doesNotContain("x=\"NaN", "y=\"NaN");
  }

  private static List<String> paths(Document document) {
    var nodes = document.getElementsByTagName("path");
    return IntStream.range(0, nodes.getLength())
        .mapToObj(i -> nodes.item(i).getAttributes().getNamedItem("d").getTextContent())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("charts")
  void bothWidthsOfAPageAreWellFormed(Chart chart) throws Exception {
    Document document = parse("<x>" + Drawing.inline(chart) + "</x>");
    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(document.getDocumentElement().getChildNodes().getLength()).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("charts")
  void pixelsHaveTheSizeOfTheDrawing(Chart chart) throws Exception {
    BufferedImage image = chart.toImage();
    var box = parse(chart.toSvg()).getDocumentElement();
    double width = Double.parseDouble(box.getAttribute("width"));
    double height = Double.parseDouble(box.getAttribute("height"));
    assertThat((double) image.getWidth()).isBetween(2 * width - 1, 2 * width + 1);
    assertThat((double) image.getHeight()).isBetween(2 * height - 1, 2 * height + 1);
  }

  @Test
  void gapsInterruptTheLine() throws Exception {
    double[] x = {0, 1, 2, 3, 4};
    Chart chart = Chart.xy("").line("", x, new double[] {1, 2, NAN, 2, 1}).build();
    String line =
        paths(parse(chart.toSvg())).stream()
            .filter(d -> d.matches("M[^MZ]*L[^MZ]*L[^MZ]*M[^MZ]*L[^MZ]*L[^MZ]*"))
            .findFirst()
            .orElse("none");
    assertThat(line).as("two strokes of two points").isNotEqualTo("none");
  }

  @Test
  void denseLinesKeepTheirExtremesInFewPoints() {
    double[] x = new double[200_000];
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
      y[i] = i == 77_777 ? 50 : Math.sin(i);
    }
    Chart chart = Chart.xy("").line("", x, y).build();
    assertThat(chart.toSvg().length()).isLessThan(80_000);
    var scale = AxisScale.of(Axis.of(""), 0, x.length, true, 5).pixels(0, 600);
    var upright = AxisScale.of(Axis.of(""), -1, 50, true, 5).pixels(300, 0);
    assertThat(LinePath.of(x, y, scale, upright).getBounds2D().getMinY()).isZero();
  }

  @Test
  void paretoFrontLeavesOutDominatedPoints() throws Exception {
    double[] x = {1, 2, 3, 4};
    double[] y = {1, 3, 2, 4};
    Chart chart = Chart.xy("").points("p", x, y).front(XyChart.Front.LOW_X_HIGH_Y).build();
    // Three points on the front: a start, two steps of two segments, and the way to the border.
    assertThat(paths(parse(chart.toSvg())))
        .anyMatch(d -> d.startsWith("M") && d.chars().filter(c -> c == 'L').count() == 5);
  }

  @Test
  void histogramCountsEveryValueOnce() {
    XyChart chart =
        Chart.xy("h").histogram("v", new double[] {0, 0.5, 1, 1.5, 2, NAN, 9}, 2, 0, 2).build();
    XyChart.Series bins = chart.series().get(0);
    assertThat(bins.x()).containsExactly(0, 1, 2);
    assertThat(bins.y()).containsExactly(2, 3);
    assertThat(bins.name()).isEqualTo("v (2 not shown)");
  }

  @Test
  void seedsShowMeanAndRange() {
    double[][] runs = {{1, NAN}, {3, NAN}, {NAN, NAN}};
    XyChart chart = Chart.xy("s").seeds("m", new double[] {0, 1}, runs).build();
    XyChart.Series mean = chart.series().get(0);
    assertThat(mean.y()).containsExactly(2, NAN);
    assertThat(mean.low()).containsExactly(1, NAN);
    assertThat(mean.high()).containsExactly(3, NAN);
  }

  @Test
  void chartsDoNotChangeWithTheirArrays() {
    double[] values = {1, 2};
    XyChart chart = Chart.xy("c").line("l", values).build();
    values[0] = 99;
    chart.series().get(0).y()[1] = 99;
    assertThat(chart.series().get(0).y()).containsExactly(1, 2);
  }

  @Test
  void refusesSeriesOfDifferentLengths() {
    assertThatThrownBy(() -> Chart.xy("t").line("loss", new double[3], new double[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("series \"loss\": x has 3 values, expected 2");
    assertThatThrownBy(() -> Chart.bars("t", "a", "b").group("g", 1).build())
        .hasMessageContaining("1 values")
        .hasMessageContaining("expected 2");
    assertThatThrownBy(() -> Chart.heatMap("t", new double[][] {{1}, {1, 2}}).build())
        .hasMessageContaining("row 1 has 2 values, row 0 has 1");
  }

  @Test
  void savesByExtensionAndRefusesOthers(@TempDir Path folder) throws IOException {
    Chart chart = Chart.xy("c").line("l", new double[] {1, 2}).build();
    chart.save(folder.resolve("deep/chart.SVG"));
    chart.save(folder.resolve("chart.png"));
    assertThat(Files.readString(folder.resolve("deep/chart.SVG"))).startsWith("<?xml");
    assertThat(ImageIO.read(folder.resolve("chart.png").toFile()).getWidth()).isEqualTo(1496);
    assertThatThrownBy(() -> chart.save(folder.resolve("chart.jpg")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can be saved as .svg or .png")
        .hasMessageContaining("chart.jpg");
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("deep", "chart.png");
    }
  }
}
