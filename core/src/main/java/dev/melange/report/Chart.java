package dev.melange.report;

import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A chart: what is shown, apart from how it is drawn. All kinds share one look, on a page ({@link
 * Report}) and in files ({@link #save}).
 *
 * <pre>{@code
 * Chart curves = Chart.xy("Validation accuracy")
 *     .x("epoch").y("accuracy (%)")
 *     .line("PoolFormer", epochs, accuracy)
 *     .build();
 * curves.save(Path.of("accuracy.svg"));
 * }</pre>
 */
public sealed interface Chart permits XyChart, BarChart, HeatMap {
  /** The title, plain text. */
  String title();

  /** One sentence for readers who cannot see the chart. */
  String description();

  /** Starts a chart of lines, points and histograms over two numeric axes. */
  static XyChart.Builder xy(String title) {
    return new XyChart.Builder(title);
  }

  /** Starts a bar chart over the given categories, in their order. */
  static BarChart.Builder bars(String title, String... categories) {
    return new BarChart.Builder(title, categories);
  }

  /**
   * Starts a heat map of a matrix.
   *
   * @param values values[row][column], rows of equal length; NaN is drawn as a gap
   */
  static HeatMap.Builder heatMap(String title, double[][] values) {
    return new HeatMap.Builder(title, values);
  }

  /** A complete SVG document, 748 units wide, that follows the reader's light or dark mode. */
  default String toSvg() {
    var canvas = new SvgCanvas();
    double height = Drawing.draw(this, canvas, Drawing.WIDE, true);
    return canvas.standalone(Drawing.WIDE, height, description());
  }

  /** Pixels on light paper, 1496 wide (748 units at double resolution). Needs a system font. */
  default BufferedImage toImage() {
    double height = Drawing.draw(this, new SvgCanvas(), Drawing.WIDE, true);
    var canvas = new ImageCanvas(Drawing.WIDE, height, 2);
    Drawing.draw(this, canvas, Drawing.WIDE, true);
    return canvas.image();
  }

  /**
   * Writes the chart as {@code .svg} or {@code .png}, atomically; missing folders are created.
   *
   * @throws IllegalArgumentException for any other extension
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  default void save(Path file) {
    switch (ReportFile.extension(file)) {
      case "svg" -> ReportFile.write(file, toSvg().getBytes(StandardCharsets.UTF_8));
      case "png" -> ReportFile.write(file, Png.encode(toImage()));
      default ->
          throw new IllegalArgumentException(
              "chart \""
                  + title()
                  + "\" can be saved as .svg or .png, got "
                  + file
                  + "; change the file's extension");
    }
  }
}
