package dev.melange.report;

import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** Draws a {@link BarChart}, upright or lying: both place bars by category and value. */
final class BarDrawing {
  private static final TextStyle VALUE = new TextStyle(Ink.TEXT, 11, false);

  private final BarChart chart;
  private final Frame frame;
  private final Canvas canvas;
  private final int groups;
  private AxisScale value;
  private Rectangle2D plot;

  BarDrawing(BarChart chart, Frame frame) {
    this.chart = chart;
    this.frame = frame;
    this.canvas = frame.canvas;
    this.groups = Math.max(1, chart.groups().size());
  }

  double draw() {
    List<Frame.Entry> entries = new ArrayList<>();
    for (int i = 0; i < chart.groups().size(); i++) {
      entries.add(new Frame.Entry(chart.groups().get(i).name(), Ink.series(i), Frame.Key.BOX, 0));
    }
    frame.legend(entries.size() > 1 ? entries : List.of());
    return chart.horizontal() ? lying() : upright();
  }

  private double lying() {
    int count = chart.categories().size();
    double names = 0;
    for (String name : chart.categories()) {
      names = Math.max(names, TextStyle.LABEL.width(name));
    }
    double left = Math.min(names + 16, frame.width * 0.42);
    double slot = groups == 1 ? 30 : 12 + 17.0 * groups;
    plot =
        new Rectangle2D.Double(
            left, frame.top() + 4, frame.width - left - 46, Math.max(1, count) * slot);
    value = scale((int) (plot.getWidth() / 75)).pixels(plot.getX(), plot.getMaxX());
    frame.xTicks(value, plot, true);
    for (int i = 0; i < count; i++) {
      double middle = plot.getY() + (i + 0.5) * slot;
      String name = TextStyle.LABEL.fit(chart.categories().get(i), left - 12);
      canvas.text(name, left - 8, middle + 4, TextStyle.LABEL, Canvas.Anchor.END, 0);
    }
    bars(slot);
    frame.baseline(value.at(0), plot.getY(), value.at(0), plot.getMaxY());
    frame.xTitle(chart.value().title(), plot, plot.getMaxY() + 38);
    return plot.getMaxY() + (chart.value().title().isBlank() ? 28 : 46);
  }

  private double upright() {
    frame.yTitle(chart.value().title());
    double height = Math.max(180, Math.min(280, frame.width * 0.42));
    value = scale((int) (height / 50));
    double left = value.labelWidth() + 14;
    plot = new Rectangle2D.Double(left, frame.top() + 12, frame.width - left - 8, height);
    value.pixels(plot.getMaxY(), plot.getY());
    frame.yGrid(value, plot);
    double slot = plot.getWidth() / Math.max(1, chart.categories().size());
    bars(slot);
    frame.baseline(plot.getX(), value.at(0), plot.getMaxX(), value.at(0));
    return plot.getMaxY() + names(slot) + 10;
  }

  /** Names under the bars; slanted when they do not fit side by side. */
  private double names(double slot) {
    double widest = 0;
    for (String name : chart.categories()) {
      widest = Math.max(widest, TextStyle.LABEL.width(name));
    }
    boolean slanted = widest > slot - 4;
    double room = 130;
    for (int i = 0; i < chart.categories().size(); i++) {
      double middle = plot.getX() + (i + 0.5) * slot;
      if (!slanted) {
        canvas.text(
            chart.categories().get(i),
            middle,
            plot.getMaxY() + 18,
            TextStyle.LABEL,
            Canvas.Anchor.MIDDLE,
            0);
        continue;
      }
      // A slanted name ends under its bar and must begin inside the picture.
      double space = Math.min(room, (middle - 4) / Math.cos(Math.toRadians(40)));
      String name = TextStyle.LABEL.fit(chart.categories().get(i), space);
      canvas.text(name, middle + 4, plot.getMaxY() + 16, TextStyle.LABEL, Canvas.Anchor.END, -40);
    }
    return slanted ? 18 + Math.min(widest, room) * Math.sin(Math.toRadians(40)) : 20;
  }

  private AxisScale scale(int target) {
    double min = 0;
    double max = 0;
    for (BarChart.Group group : chart.groups()) {
      double[] values = group.values();
      double[] errors = group.errors();
      for (int i = 0; i < values.length; i++) {
        double error = errors.length > 0 && Double.isFinite(errors[i]) ? errors[i] : 0;
        if (Double.isFinite(values[i])) {
          min = Math.min(min, values[i] - error);
          max = Math.max(max, values[i] + error);
        }
      }
    }
    return AxisScale.of(chart.value(), min, min == max ? 1 : max, false, target);
  }

  private void bars(double slot) {
    double thick = Math.min(chart.horizontal() ? 18 : 56, slot * 0.78 / groups);
    for (int g = 0; g < chart.groups().size(); g++) {
      BarChart.Group group = chart.groups().get(g);
      double[] values = group.values();
      double[] errors = group.errors();
      String[] numbers = Ticks.numbers(values);
      var path = new Path2D.Double();
      var whiskers = new Path2D.Double();
      for (int i = 0; i < values.length; i++) {
        double at = value.at(values[i]);
        double from = value.at(0);
        double across = (i + 0.5) * slot + (g - groups / 2.0) * thick + 0.75;
        if (Double.isNaN(at)) {
          continue;
        }
        path.append(bar(from, at, across, thick - 1.5), false);
        double end = at;
        if (errors.length > 0 && Double.isFinite(errors[i])) {
          double low = value.at(values[i] - errors[i]);
          double high = value.at(values[i] + errors[i]);
          end = values[i] < 0 ? low : high;
          whisker(whiskers, low, high, across + (thick - 1.5) / 2);
        }
        number(numbers[i], values[i] < 0, end, across + (thick - 1.5) / 2, thick);
      }
      canvas.group(group.name());
      canvas.fill(path, Ink.series(g), 1);
      canvas.endGroup();
      canvas.stroke(whiskers, Ink.TEXT, 1.2);
    }
  }

  private Rectangle2D bar(double from, double to, double across, double thick) {
    double low = Math.min(from, to);
    double length = Math.abs(to - from);
    return chart.horizontal()
        ? new Rectangle2D.Double(low, plot.getY() + across, length, thick)
        : new Rectangle2D.Double(plot.getX() + across, low, thick, length);
  }

  private void whisker(Path2D path, double low, double high, double across) {
    if (chart.horizontal()) {
      path.append(new Line2D.Double(low, plot.getY() + across, high, plot.getY() + across), false);
    } else {
      path.append(new Line2D.Double(plot.getX() + across, low, plot.getX() + across, high), false);
    }
  }

  /** The value at the bar's end, where there is room for it. */
  private void number(String text, boolean negative, double end, double across, double thick) {
    if (chart.horizontal()) {
      canvas.text(
          text,
          end + (negative ? -5 : 5),
          plot.getY() + across + 4,
          VALUE,
          negative ? Canvas.Anchor.END : Canvas.Anchor.START,
          0);
    } else if (VALUE.width(text) <= thick + 2) {
      canvas.text(
          text, plot.getX() + across, end + (negative ? 13 : -5), VALUE, Canvas.Anchor.MIDDLE, 0);
    }
  }
}
