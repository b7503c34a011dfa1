package dev.melange.report;

import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * What all charts have around the plot: title, legend above the plot (so that it never covers
 * data), axis titles set horizontally, grid and tick labels. Filled from the top down.
 */
final class Frame {
  /** How a legend entry is drawn before its name. */
  enum Key {
    LINE,
    DASHED,
    MARKER,
    BOX
  }

  /** One legend entry; {@code marker} is the marker's shape number. */
  record Entry(String name, Ink ink, Key key, int marker) {}

  static final float[] DASHES = {5, 4};

  final Canvas canvas;
  final double width;
  private double top = 2;

  Frame(Canvas canvas, double width) {
    this.canvas = canvas;
    this.width = width;
  }

  double top() {
    return top;
  }

  /** Leaves space. */
  void skip(double height) {
    top += height;
  }

  void title(String title) {
    if (!title.isBlank()) {
      String shown = TextStyle.TITLE.fit(title, width);
      canvas.text(shown, 0, top + 16, TextStyle.TITLE, Canvas.Anchor.START, 0);
      top += 28;
    }
  }

  /** Rows of keys and names, wrapped at the width. */
  void legend(List<Entry> entries) {
    double x = 0;
    for (Entry entry : entries) {
      String name = TextStyle.LABEL.fit(entry.name, width - 50);
      double need = 24 + TextStyle.LABEL.width(name) + 14;
      if (x > 0 && x + need > width) {
        x = 0;
        top += 19;
      }
      key(entry, x, top + 9);
      canvas.text(name, x + 24, top + 13, TextStyle.LABEL, Canvas.Anchor.START, 0);
      x += need;
    }
    top += entries.isEmpty() ? 0 : 24;
  }

  private void key(Entry entry, double x, double y) {
    var line = new Line2D.Double(x + 1, y, x + 17, y);
    switch (entry.key) {
      case LINE -> canvas.stroke(line, entry.ink, 2.2);
      case DASHED -> canvas.stroke(line, entry.ink, 1.5f, DASHES);
      case MARKER -> canvas.fill(marker(entry.marker, x + 9, y, 4.5), entry.ink, 1);
      case BOX -> canvas.fill(new Rectangle2D.Double(x + 4, y - 5, 11, 11), entry.ink, 1);
    }
  }

  /** The title of the vertical axis, horizontal above the axis, where it is read first. */
  void yTitle(String title) {
    if (!title.isBlank()) {
      String shown = TextStyle.TICK.fit(title, width);
      canvas.text(shown, 0, top + 11, TextStyle.TICK, Canvas.Anchor.START, 0);
      top += 20;
    } else {
      top += 6;
    }
  }

  /** The title of the horizontal axis, centred under the plot. */
  void xTitle(String title, Rectangle2D plot, double baseline) {
    if (!title.isBlank()) {
      double space = Math.min(plot.getCenterX(), width - plot.getCenterX()) * 2 - 8;
      String shown = TextStyle.TICK.fit(title, space);
      canvas.text(shown, plot.getCenterX(), baseline, TextStyle.TICK, Canvas.Anchor.MIDDLE, 0);
    }
  }

  /** Grid lines with labels: those of y to the left of the plot. */
  void yGrid(AxisScale y, Rectangle2D plot) {
    double[] ticks = y.ticks();
    String[] labels = y.labels();
    for (int i = 0; i < ticks.length; i++) {
      double at = y.at(ticks[i]);
      canvas.stroke(new Line2D.Double(plot.getX(), at, plot.getMaxX(), at), Ink.GRID, 1);
      canvas.text(labels[i], plot.getX() - 7, at + 4, TextStyle.TICK, Canvas.Anchor.END, 0);
    }
  }

  /**
   * Tick labels under the plot, with grid lines or short ticks; labels that would touch are left
   * out.
   */
  void xTicks(AxisScale x, Rectangle2D plot, boolean grid) {
    double[] ticks = x.ticks();
    String[] labels = x.labels();
    double free = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < ticks.length; i++) {
      double at = x.at(ticks[i]);
      double bottom = plot.getMaxY();
      canvas.stroke(
          new Line2D.Double(at, grid ? plot.getY() : bottom, at, grid ? bottom : bottom + 4),
          grid ? Ink.GRID : Ink.AXIS,
          1);
      double half = TextStyle.TICK.width(labels[i]) / 2;
      if (at - half > free) {
        canvas.text(labels[i], at, bottom + 18, TextStyle.TICK, Canvas.Anchor.MIDDLE, 0);
        free = at + half + 6;
      }
    }
  }

  /** The line data stand on. */
  void baseline(double x1, double y1, double x2, double y2) {
    canvas.stroke(new Line2D.Double(x1, y1, x2, y2), Ink.AXIS, 1);
  }

  /** Circle, square, triangle or diamond of about equal area, by number. */
  static Shape marker(int number, double x, double y, double radius) {
    double[] angles =
        switch (Math.floorMod(number, 4)) {
          case 1 -> new double[] {45, 135, 225, 315};
          case 2 -> new double[] {-90, 30, 150};
          case 3 -> new double[] {0, 90, 180, 270};
          default -> new double[0];
        };
    if (angles.length == 0) {
      return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
    }
    double size = radius * (angles.length == 3 ? 1.4 : 1.25);
    var path = new Path2D.Double();
    for (double angle : angles) {
      double px = x + size * Math.cos(Math.toRadians(angle));
      double py = y + size * Math.sin(Math.toRadians(angle));
      if (path.getCurrentPoint() == null) {
        path.moveTo(px, py);
      } else {
        path.lineTo(px, py);
      }
    }
    path.closePath();
    return path;
  }

  /** Every {@code stride}-th index so that labels of the given extent fit into the length. */
  static List<Integer> thinned(int count, double length, double extent) {
    double least = count * extent / Math.max(1, length);
    // 1, 2, 5, 10, 20, ...: positions people count in.
    int stride = 1;
    for (int i = 0; stride < least; i++) {
      stride = (int) ((i % 3 == 1 ? 2.5 : 2) * stride);
    }
    List<Integer> shown = new ArrayList<>();
    for (int i = 0; i < count; i += stride) {
      shown.add(i);
    }
    return shown;
  }
}
