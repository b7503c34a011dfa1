package dev.melange.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final String BAD =
      "</style></p>\"'><script>alert(1)</script><img src=x onerror=y>";

  private static Report full(String s) {
    Tile tile = Tile.chw(new float[] {0.5f}, 1, 1, 1);
    return new Report(s)
        .subtitle(s)
        .verdict(Report.Tone.NEUTRAL, s, s)
        .section(s)
        .paragraph(s)
        .link(s, URI.create("https://example.org/?a=1&b='2'"))
        .table(Table.titled(s).text(s).row(s).build())
        .charts(Chart.xy(s).x(s).y(s).points(s, new double[] {1}, new double[] {1}, s).build())
        .images(
            ImageGrid.titled(s)
                .columns(s)
                .row(s, tile.captioned(s).shares(new Tile.Share(s, 1)))
                .build())
        .text(ColoredText.titled(s).line(s, List.of(s, s), 1, Double.NaN).build())
        .tree(Tree.of(s, Tree.of(s)))
        .facts(Map.of(s, s))
        .code(s)
        .details(s, d -> d.section(s).verdict(Report.Tone.NEGATIVE, s, s));
  }

  @Test
  void hostileStringsStayText() {
    String html = full(BAD).toHtml();
    assertThat(html).doesNotContain("<script", "<img src=x", "</style></p>").contains("&lt;script");
    assertThat(Pattern.compile("</style>").matcher(html).results().count()).isEqualTo(1);
    assertThat(html).contains("href=\"https://example.org/?a=1&amp;b=&#39;2&#39;\"");
  }

  @Test
  void everyElementThatIsOpenedIsClosed() {
    String body = full("plain").toHtml();
    for (String tag :
        List.of(
            "p", "div", "span", "table", "tr", "td", "th", "figure", "svg", "ul", "li", "dl",
            "details", "main", "header", "h1", "h2", "h3", "mark", "small", "pre", "caption")) {
      long opened = Pattern.compile("<" + tag + "[ >]").matcher(body).results().count();
      long closed = Pattern.compile("</" + tag + ">").matcher(body).results().count();
      assertThat(opened).as(tag).isPositive().isEqualTo(closed);
    }
  }

  @Test
  void pageIsSelfContained() {
    String html = full("plain").toHtml();
    assertThat(html).doesNotContain("<script", "<link", "@import", "url(");
    assertThat(Pattern.compile(" (?:src|xlink:href)=\"(?!data:)").matcher(html).find()).isFalse();
  }

  @Test
  void headingsDescendInOrder() {
    List<Integer> levels =
        Pattern.compile("<h([1-6])>")
            .matcher(full("x").toHtml())
            .results()
            .map(r -> Integer.valueOf(r.group(1)))
            .toList();
    assertThat(levels).containsExactly(1, 2, 3);
  }

  @Test
  void activationsBecomeLevelsOfTheGreatest() {
    String html =
        ColoredText.titled("t")
            .line(List.of("a", "b\n", "c", "d"), 2, 1, -5, Double.POSITIVE_INFINITY)
            .build()
            .toHtml();
    assertThat(html).contains("<mark class=\"h16\" title=\"2.000\">a</mark>");
    assertThat(html).contains("<mark class=\"h8\" title=\"1.000\">b↵</mark>cd");
    assertThatThrownBy(() -> ColoredText.titled("t").line(List.of("a"), 1, 2))
        .hasMessageContaining("1 tokens and 2 activations");
  }

  @Test
  void textIsReadableInBothModes() {
    for (Ink ink : List.of(Ink.TEXT, Ink.MUTED)) {
      assertThat(contrast(ink.light(), Ink.PAPER.light())).isGreaterThan(4.5);
      assertThat(contrast(ink.dark(), Ink.PAPER.dark())).isGreaterThan(4.5);
    }
    for (int i = 0; i < Ink.seriesCount(); i++) {
      Ink ink = Ink.series(i);
      assertThat(contrast(ink.light(), Ink.PAPER.light())).as("light %d", i).isGreaterThan(3);
      assertThat(contrast(ink.dark(), Ink.PAPER.dark())).as("dark %d", i).isGreaterThan(3);
    }
    for (int i = 0; i <= 16; i++) {
      int orange = ColorMap.ORANGES.rgb(i / 16.0);
      int brown = ColorMap.mix(Ink.PAPER.dark(), 0xA34E00, i / 16.0);
      assertThat(contrast(Ink.TEXT.light(), orange)).isGreaterThan(4.5);
      assertThat(contrast(Ink.TEXT.dark(), brown)).isGreaterThan(4.5);
    }
  }

  /** Contrast ratio of WCAG 2.2. */
  private static double contrast(int a, int b) {
    double x = luminance(a);
    double y = luminance(b);
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  }

  private static double luminance(int rgb) {
    double sum = 0;
    double[] weights = {0.0722, 0.7152, 0.2126};
    for (int i = 0; i < 3; i++) {
      double c = ((rgb >> (8 * i)) & 0xFF) / 255.0;
      sum += weights[i] * (c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
  }

  @Test
  void refusesLinksThatCouldRunCode() {
    for (String bad : List.of("javascript:alert(1)", "data:text/html,x", "relative")) {
      assertThatThrownBy(() -> new Report("r").link("x", URI.create(bad)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(bad);
    }
  }

  @Test
  void writesOneFileAndReplacesIt(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("run/report.html");
    new Report("one").write(file);
    new Report("two").write(file);
    assertThat(Files.readString(file)).contains("<h1>two</h1>");
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
    Path blocked = file.resolve("below-a-file.html");
    assertThatThrownBy(() -> new Report("x").write(blocked))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("below-a-file.html");
  }
}
