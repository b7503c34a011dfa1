package dev.melange.report;

import dev.melange.report.XyChart.Mark;
import dev.melange.report.XyChart.Series;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Draws an {@link XyChart}. */
final class XyDrawing {
  /** Up to this many points a line also shows each of them. */
  private static final int DOTTED = 25;

  private final XyChart chart;
  private final Frame frame;
  private final Canvas canvas;
  private AxisScale x;
  private AxisScale y;
  private Rectangle2D plot;
  private LabelPlacer placer;
  private boolean empty;

  XyDrawing(XyChart chart, Frame frame) {
    this.chart = chart;
    this.frame = frame;
    this.canvas = frame.canvas;
  }

  double draw() {
    frame.legend(legend());
    frame.yTitle(chart.y().title());
    double plotHeight = Math.max(200, Math.min(320, frame.width * 0.5));
    y = scale(chart.y(), false, (int) (plotHeight / 50));
    double left = y.labelWidth() + 14;
    double right = Math.min(40, 14 + rightOverhang());
    plot = new Rectangle2D.Double(left, frame.top() + 4, frame.width - left - right, plotHeight);
    x = scale(chart.x(), true, (int) (plot.getWidth() / 75));
    x.pixels(plot.getX(), plot.getMaxX());
    y.pixels(plot.getMaxY(), plot.getY());

    boolean scatter = chart.series().stream().anyMatch(s -> s.mark() == Mark.POINTS);
    frame.yGrid(y, plot);
    frame.xTicks(x, plot, scatter);
    frame.baseline(plot.getX(), plot.getMaxY(), plot.getMaxX(), plot.getMaxY());
    frame.xTitle(chart.x().title(), plot, plot.getMaxY() + 38);

    // Markers on the border may overlap it, lines beyond a fixed range may not run into the labels.
    double margin = 5;
    canvas.clip(
        new Rectangle2D.Double(
            plot.getX() - margin,
            plot.getY() - margin,
            plot.getWidth() + 2 * margin,
            plot.getHeight() + 2 * margin));
    for (int i = 0; i < chart.series().size(); i++) {
      band(chart.series().get(i), ink(i));
    }
    placer = new LabelPlacer(plot);
    front();
    for (int i = 0; i < chart.series().size(); i++) {
      series(chart.series().get(i), i);
    }
    canvas.endClip();
    labels();
    if (empty) {
      canvas.text(
          "no values to show",
          plot.getCenterX(),
          plot.getCenterY(),
          TextStyle.TICK,
          Canvas.Anchor.MIDDLE,
          0);
    }
    return plot.getMaxY() + (chart.x().title().isBlank() ? 28 : 46);
  }

  private double rightOverhang() {
    return TextStyle.TICK.width("000") / 2;
  }

  private List<Frame.Entry> legend() {
    List<Frame.Entry> entries = new ArrayList<>();
    for (int i = 0; i < chart.series().size(); i++) {
      Series s = chart.series().get(i);
      var key =
          switch (s.mark()) {
            case LINE -> Frame.Key.LINE;
            case REFERENCE -> Frame.Key.DASHED;
            case POINTS -> Frame.Key.MARKER;
            case BINS -> Frame.Key.BOX;
          };
      if (!s.name().isBlank()) {
        entries.add(new Frame.Entry(s.name(), ink(i), key, number(i)));
      }
    }
    if (chart.front() != XyChart.Front.NONE) {
      entries.add(new Frame.Entry("Pareto front", Ink.MUTED, Frame.Key.DASHED, 0));
    }
    return entries.size() > 1 ? entries : List.of();
  }

  /** References take no colour, so the series after one keeps the next colour. */
  private int number(int series) {
    int number = 0;
    for (int i = 0; i < series; i++) {
      number += chart.series().get(i).mark() == Mark.REFERENCE ? 0 : 1;
    }
    return number;
  }

  private Ink ink(int series) {
    return chart.series().get(series).mark() == Mark.REFERENCE
        ? Ink.MUTED
        : Ink.series(number(series));
  }

  private AxisScale scale(Axis axis, boolean horizontal, int target) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    boolean tight = horizontal;
    for (Series s : chart.series()) {
      List<double[]> all = horizontal ? List.of(s.x()) : List.of(s.y(), s.low(), s.high());
      for (double[] values : all) {
        for (double value : values) {
          if (axis.shows(value)) {
            min = Math.min(min, value);
            max = Math.max(max, value);
          }
        }
      }
      tight &= s.mark() != Mark.POINTS;
      if (s.mark() == Mark.BINS && !horizontal && !axis.log()) {
        min = Math.min(min, 0);
        max = Math.max(max, 0);
      }
    }
    // Data that come near zero are read against it.
    if (!horizontal && !axis.log() && min > 0 && min < 0.25 * max) {
      min = 0;
    }
    boolean none = min > max;
    empty |= none;
    return AxisScale.of(axis, none ? Double.NaN : min, none ? Double.NaN : max, tight, target);
  }

  private void band(Series s, Ink ink) {
    double[] xs = s.x();
    double[] low = s.low();
    double[] high = s.high();
    if (low.length == 0 || s.mark() != Mark.LINE) {
      return;
    }
    var path = new Path2D.Double();
    int from = 0;
    while (from < xs.length) {
      int to = from;
      while (to < xs.length && shown(xs[to], low[to]) && shown(xs[to], high[to])) {
        to++;
      }
      for (int i = from; i < to; i++) {
        add(path, i == from, x.at(xs[i]), y.at(low[i]));
      }
      for (int i = to - 1; i >= from; i--) {
        add(path, false, x.at(xs[i]), y.at(high[i]));
      }
      if (to > from) {
        path.closePath();
      }
      from = Math.max(to, from) + 1;
    }
    canvas.fill(path, ink, 0.18);
  }

  private void series(Series s, int index) {
    Ink ink = ink(index);
    canvas.group(s.name().isBlank() ? chart.title() : s.name());
    switch (s.mark()) {
      case LINE -> line(s, ink, number(index));
      case REFERENCE -> canvas.stroke(LinePath.of(s.x(), s.y(), x, y), ink, 1.4, Frame.DASHES);
      case POINTS -> points(s, ink, number(index));
      case BINS -> bins(s, ink);
    }
    canvas.endGroup();
  }

  private void line(Series s, Ink ink, int number) {
    // When colours repeat, dashes tell the series apart.
    float[] dash = number < Ink.seriesCount() ? new float[0] : new float[] {8, 3, 1, 3};
    canvas.stroke(LinePath.of(s.x(), s.y(), x, y), ink, 2, dash);
    if (s.y().length <= DOTTED) {
      markers(s, ink, 0, 2.8);
    }
  }

  private void points(Series s, Ink ink, int number) {
    double[] xs = s.x();
    double[] low = s.low();
    double[] high = s.high();
    var whiskers = new Path2D.Double();
    for (int i = 0; i < low.length; i++) {
      if (shown(xs[i], low[i]) && shown(xs[i], high[i])) {
        whiskers.append(
            new Line2D.Double(x.at(xs[i]), y.at(low[i]), x.at(xs[i]), y.at(high[i])), false);
      }
    }
    canvas.stroke(whiskers, ink, 1.4);
    markers(s, ink, number, xs.length > 400 ? 2 : 4.5);
  }

  private void markers(Series s, Ink ink, int shape, double radius) {
    double[] xs = s.x();
    double[] ys = s.y();
    var path = new Path2D.Double();
    for (int i = 0; i < xs.length; i++) {
      if (!shown(xs[i], ys[i])) {
        continue;
      }
      double px = x.at(xs[i]);
      double py = y.at(ys[i]);
      if (xs.length > 400) {
        // A stroke without length is a round dot in a few bytes.
        path.append(new Line2D.Double(px, py, px, py), false);
      } else {
        path.append(Frame.marker(shape, px, py, radius), false);
      }
    }
    if (xs.length > 400) {
      canvas.stroke(path, ink, 2 * radius);
    } else {
      canvas.fill(path, ink, 1);
    }
  }

  private void bins(Series s, Ink ink) {
    double[] edges = s.x();
    double[] heights = s.y();
    double zero = chart.y().log() ? plot.getMaxY() : y.at(0);
    var path = new Path2D.Double();
    for (int i = 0; i < heights.length; i++) {
      double from = x.at(edges[i]);
      double to = x.at(edges[i + 1]);
      double at = y.at(heights[i]);
      if (Double.isNaN(from + to + at) || to <= from) {
        continue;
      }
      double gap = to - from > 4 ? 0.5 : 0;
      path.append(
          new Rectangle2D.Double(
              from + gap, Math.min(at, zero), to - from - 2 * gap, Math.abs(at - zero)),
          false);
    }
    long histograms = chart.series().stream().filter(o -> o.mark() == Mark.BINS).count();
    canvas.fill(path, ink, histograms > 1 ? 0.55 : 0.9);
  }

  /** The points no other point beats, joined by steps: between two, the left one is the best. */
  private void front() {
    if (chart.front() == XyChart.Front.NONE) {
      return;
    }
    boolean highGood = chart.front() == XyChart.Front.LOW_X_HIGH_Y;
    List<Point2D.Double> points = new ArrayList<>();
    for (Series s : chart.series()) {
      double[] xs = s.x();
      double[] ys = s.y();
      for (int i = 0; s.mark() == Mark.POINTS && i < xs.length; i++) {
        if (shown(xs[i], ys[i])) {
          points.add(new Point2D.Double(xs[i], highGood ? -ys[i] : ys[i]));
        }
      }
    }
    points.sort(Comparator.<Point2D.Double>comparingDouble(p -> p.x).thenComparingDouble(p -> p.y));
    var path = new Path2D.Double();
    double best = Double.POSITIVE_INFINITY;
    double before = Double.NaN;
    double left = 0;
    for (Point2D.Double p : points) {
      if (p.y < best) {
        double at = y.at(highGood ? -p.y : p.y);
        if (!Double.isNaN(before)) {
          path.lineTo(x.at(p.x), before);
          Point2D last = path.getCurrentPoint();
          placer.occupyLine(left, before, last.getX(), at);
        }
        left = x.at(p.x);
        add(path, Double.isNaN(before), x.at(p.x), at);
        before = at;
        best = p.y;
      }
    }
    if (!Double.isNaN(before)) {
      path.lineTo(plot.getMaxX(), before);
      placer.occupyLine(left, before, plot.getMaxX(), before);
    }
    canvas.stroke(path, Ink.MUTED, 1.4, Frame.DASHES);
  }

  private void labels() {
    for (Series s : chart.series()) {
      double[] xs = s.x();
      double[] ys = s.y();
      for (int i = 0; s.mark() == Mark.POINTS && i < xs.length; i++) {
        if (shown(xs[i], ys[i])) {
          placer.occupy(x.at(xs[i]), y.at(ys[i]));
        }
      }
    }
    for (Series s : chart.series()) {
      double[] xs = s.x();
      double[] ys = s.y();
      for (int i = 0; i < s.labels().size(); i++) {
        if (shown(xs[i], ys[i]) && !s.labels().get(i).isBlank()) {
          placer.place(canvas, s.labels().get(i), x.at(xs[i]), y.at(ys[i]));
        }
      }
    }
  }

  private boolean shown(double px, double py) {
    return chart.x().shows(px) && chart.y().shows(py);
  }

  private static void add(Path2D path, boolean move, double px, double py) {
    if (move) {
      path.moveTo(px, py);
    } else {
      path.lineTo(px, py);
    }
  }
}
