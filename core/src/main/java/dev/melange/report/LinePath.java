package dev.melange.report;

import java.awt.geom.Path2D;

/** A line through many points as a path of few: no finer than the pixels it is drawn on. */
final class LinePath {
  private LinePath() {}

  /**
   * The path through (xs[i], ys[i]); values that are not shown interrupt it. In a pixel column with
   * many points only the first, the lowest, the highest and the last are kept, which looks the
   * same.
   */
  static Path2D of(double[] xs, double[] ys, AxisScale x, AxisScale y) {
    var path = new Path2D.Double();
    boolean dense = xs.length > 1500;
    boolean open = false;
    int i = 0;
    while (i < xs.length) {
      double px = x.at(xs[i]);
      double py = y.at(ys[i]);
      if (Double.isNaN(px) || Double.isNaN(py)) {
        open = false;
        i++;
        continue;
      }
      if (open) {
        path.lineTo(px, py);
      } else {
        path.moveTo(px, py);
        // An isolated point between two gaps is drawn as a dot.
        path.lineTo(px, py);
        open = true;
      }
      i++;
      if (dense) {
        i = column(path, xs, ys, x, y, i, px);
      }
    }
    return path;
  }

  /** Adds the extremes and the last of the points that share the pixel column of px. */
  private static int column(
      Path2D path, double[] xs, double[] ys, AxisScale x, AxisScale y, int from, double px) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double last = Double.NaN;
    int i = from;
    for (; i < xs.length; i++) {
      double at = x.at(xs[i]);
      double py = y.at(ys[i]);
      if (Double.isNaN(py) || !(Math.abs(at - px) < 0.5)) {
        break;
      }
      min = Math.min(min, py);
      max = Math.max(max, py);
      last = py;
    }
    if (i > from) {
      path.lineTo(px, min);
      path.lineTo(px, max);
      path.lineTo(px, last);
    }
    return i;
  }
}
