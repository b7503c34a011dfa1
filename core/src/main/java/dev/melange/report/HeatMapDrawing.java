package dev.melange.report;

import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;

/**
 * Draws a {@link HeatMap}: square cells where they fit, and a colour bar with ticks beside them.
 */
final class HeatMapDrawing {
  /** Above this many cells one embedded image is smaller than one rectangle per cell. */
  private static final int RECTANGLES = 400;

  private static final double BAR = 14;

  /** A grey that no colour scale has, on either paper. */
  private static final int GAP = 0x808080;

  private static final double GAP_OPACITY = 0.35;

  private final HeatMap chart;
  private final Frame frame;
  private final Canvas canvas;
  private final double[][] values;
  private final int rows;
  private final int columns;
  private double low;
  private double high;
  private Rectangle2D plot;

  HeatMapDrawing(HeatMap chart, Frame frame) {
    this.chart = chart;
    this.frame = frame;
    this.canvas = frame.canvas;
    this.values = chart.values();
    this.rows = values.length;
    this.columns = rows == 0 ? 0 : values[0].length;
  }

  double draw() {
    AxisScale scale = range();
    frame.yTitle(chart.y());
    if (chart.y().isBlank() && !chart.scale().isBlank()) {
      frame.skip(14);
    }
    double left = labelWidth(chart.rows(), rows) + 12;
    left = Math.min(left, frame.width * 0.35);
    double right = BAR + 18 + scale.labelWidth() + 10;
    double space = frame.width - left - right;
    double cell = Math.min(64, Math.min(space / Math.max(1, columns), 420.0 / Math.max(1, rows)));
    // Short wide or tall narrow matrices get oblong cells rather than a sliver.
    double cellHeight = Math.max(cell, Math.min(26, 140.0 / Math.max(1, rows)));
    double cellWidth = Math.max(cell, Math.min(48, 200.0 / Math.max(1, columns)));
    double top = frame.top() + 4;
    plot =
        new Rectangle2D.Double(
            left,
            top,
            Math.min(space, Math.max(1, columns) * cellWidth),
            Math.max(1, rows) * cellHeight);
    if (rows > 0 && columns > 0) {
      cells();
    }
    canvas.stroke(plot, Ink.AXIS, 0.75);
    rowLabels();
    double bottom = columnLabels();
    colorBar(scale);
    frame.xTitle(chart.x(), plot, plot.getMaxY() + bottom + 16);
    return plot.getMaxY() + bottom + (chart.x().isBlank() ? 8 : 26);
  }

  private AxisScale range() {
    var all =
        Arrays.stream(values)
            .flatMapToDouble(Arrays::stream)
            .filter(Double::isFinite)
            .summaryStatistics();
    boolean none = all.getCount() == 0;
    low = Double.isNaN(chart.low()) ? (none ? 0 : all.getMin()) : chart.low();
    high = Double.isNaN(chart.high()) ? (none ? 1 : all.getMax()) : chart.high();
    if (low >= high) {
      double half = low == 0 ? 0.5 : Math.abs(low) * 0.05;
      high = low + half;
      low -= half;
    }
    return AxisScale.of(new Axis(chart.scale(), false, low, high), low, high, true, 4);
  }

  private double share(double value) {
    return (value / 2 - low / 2) / (high / 2 - low / 2);
  }

  private void cells() {
    double w = plot.getWidth() / columns;
    double h = plot.getHeight() / rows;
    if (rows * columns > RECTANGLES) {
      canvas.pixels(pixels(), plot);
      return;
    }
    var text = new TextStyle(Ink.TEXT, 11, false);
    boolean numbers = h >= 16 && fits(text, w);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        var box = new Rectangle2D.Double(plot.getX() + c * w, plot.getY() + r * h, w, h);
        if (!Double.isFinite(values[r][c])) {
          canvas.fill(box, Ink.fixed(GAP), GAP_OPACITY);
          continue;
        }
        int rgb = chart.colors().rgb(share(values[r][c]));
        canvas.fill(box, Ink.fixed(rgb), 1);
        if (numbers) {
          Ink ink = Ink.fixed(ColorMap.isLight(rgb) ? 0x101418 : 0xFFFFFF);
          canvas.text(
              Ticks.number(values[r][c]),
              box.getCenterX(),
              box.getCenterY() + 4,
              text.with(ink),
              Canvas.Anchor.MIDDLE,
              0);
        }
      }
    }
  }

  private boolean fits(TextStyle style, double cellWidth) {
    return Arrays.stream(values)
        .flatMapToDouble(Arrays::stream)
        .allMatch(v -> style.width(Ticks.number(v)) <= cellWidth - 4);
  }

  private BufferedImage pixels() {
    int gap = (int) Math.round(GAP_OPACITY * 255) << 24 | GAP;
    var image = new BufferedImage(columns, rows, BufferedImage.TYPE_INT_ARGB);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        double v = values[r][c];
        image.setRGB(c, r, Double.isFinite(v) ? 0xFF000000 | chart.colors().rgb(share(v)) : gap);
      }
    }
    return image;
  }

  private void rowLabels() {
    double h = plot.getHeight() / Math.max(1, rows);
    for (int r : Frame.thinned(rows, plot.getHeight(), 15)) {
      String label = TextStyle.TICK.fit(label(chart.rows(), r), plot.getX() - 8);
      double y = plot.getY() + (r + 0.5) * h + 4;
      canvas.text(label, plot.getX() - 7, y, TextStyle.TICK, Canvas.Anchor.END, 0);
    }
  }

  /** Level when all fit beside one another, upright otherwise; the space they take. */
  private double columnLabels() {
    double w = plot.getWidth() / Math.max(1, columns);
    double widest = labelWidth(chart.columns(), columns);
    boolean level = chart.columns().isEmpty() || widest + 4 <= w;
    List<Integer> shown = Frame.thinned(columns, plot.getWidth(), level ? widest + 8 : 15);
    if (level && widest + 4 <= w) {
      shown = Frame.thinned(columns, plot.getWidth(), 0);
    }
    for (int c : shown) {
      double x = plot.getX() + (c + 0.5) * w;
      String label = label(chart.columns(), c);
      if (level) {
        canvas.text(label, x, plot.getMaxY() + 17, TextStyle.TICK, Canvas.Anchor.MIDDLE, 0);
      } else {
        canvas.text(
            TextStyle.TICK.fit(label, 110),
            x + 4,
            plot.getMaxY() + 8,
            TextStyle.TICK,
            Canvas.Anchor.END,
            -90);
      }
    }
    return level ? 22 : Math.min(110, widest) + 14;
  }

  private void colorBar(AxisScale scale) {
    double height = Math.max(60, Math.min(plot.getHeight(), 200));
    var bar = new Rectangle2D.Double(plot.getMaxX() + 14, plot.getY(), BAR, height);
    var ramp = new BufferedImage(1, 64, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64; i++) {
      ramp.setRGB(0, i, chart.colors().rgb(1 - i / 63.0));
    }
    canvas.pixels(ramp, bar);
    scale.pixels(bar.getMaxY(), bar.getY());
    double[] ticks = scale.ticks();
    String[] labels = scale.labels();
    for (int i = 0; i < ticks.length; i++) {
      double y = scale.at(ticks[i]) + 4;
      canvas.text(labels[i], bar.getMaxX() + 5, y, TextStyle.TICK, Canvas.Anchor.START, 0);
    }
    if (!chart.scale().isBlank()) {
      String title = TextStyle.TICK.fit(chart.scale(), frame.width * 0.5);
      // Ends at the picture's edge: the bar itself is too near to it to start there.
      double end = Math.max(bar.getMaxX(), bar.getX() + TextStyle.TICK.width(title));
      canvas.text(
          title,
          Math.min(frame.width - 4, end),
          plot.getY() - 13,
          TextStyle.TICK,
          Canvas.Anchor.END,
          0);
    }
  }

  private static double labelWidth(List<String> labels, int count) {
    double width = 0;
    for (int i = 0; i < count; i++) {
      width = Math.max(width, TextStyle.TICK.width(label(labels, i)));
    }
    return width;
  }

  private static String label(List<String> labels, int i) {
    return labels.isEmpty() ? Integer.toString(i) : labels.get(i);
  }
}
