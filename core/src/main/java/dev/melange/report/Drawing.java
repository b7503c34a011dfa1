package dev.melange.report;

/** Draws any chart on any canvas. */
final class Drawing {
  /** Width in a file and on a wide page, in CSS pixels. */
  static final double WIDE = 720;

  /** Width on a phone or in half a column: text keeps its size, the plot gives way. */
  static final double NARROW = 380;

  /** Around a drawing that stands alone in a file. */
  static final double PADDING = 14;

  private Drawing() {}

  /**
   * Draws the chart.
   *
   * @param titled whether the title is part of the picture; a page sets it as a caption instead
   * @return the height needed
   */
  static double draw(Chart chart, Canvas canvas, double width, boolean titled) {
    var frame = new Frame(canvas, width);
    if (titled) {
      frame.title(chart.title());
    }
    if (chart instanceof XyChart xy) {
      return new XyDrawing(xy, frame).draw();
    }
    if (chart instanceof BarChart bars) {
      return new BarDrawing(bars, frame).draw();
    }
    return new HeatMapDrawing((HeatMap) chart, frame).draw();
  }

  /** SVG for a page: a wide and a narrow drawing, of which the style sheet shows one. */
  static String inline(Chart chart) {
    return "<div class=\"wide\">"
        + inline(chart, WIDE)
        + "</div><div class=\"narrow\">"
        + inline(chart, NARROW)
        + "</div>";
  }

  private static String inline(Chart chart, double width) {
    var canvas = new SvgCanvas();
    double height = draw(chart, canvas, width, false);
    return canvas.inline(width, height, chart.description());
  }
}
