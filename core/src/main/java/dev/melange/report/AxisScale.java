package dev.melange.report;

import java.util.ArrayList;
import java.util.List;

/** Maps the values of an axis to pixels, with ticks. */
final class AxisScale {
  private final boolean log;
  private final double low;
  private final double high;
  private final double[] ticks;
  private final String[] labels;
  private double start;
  private double end = 1;

  private AxisScale(boolean log, double low, double high, double[] ticks) {
    this.log = log;
    this.low = low;
    this.high = high;
    this.ticks = ticks;
    this.labels = Ticks.labels(ticks, log);
  }

  /**
   * A scale over the data or the axis' own range.
   *
   * @param min least value, NaN if there is none
   * @param max greatest value, NaN if there is none
   * @param tight whether the axis ends with the data instead of with the next tick
   * @param target how many ticks about
   */
  static AxisScale of(Axis axis, double min, double max, boolean tight, int target) {
    double from = Double.isNaN(axis.low()) ? min : axis.low();
    double to = Double.isNaN(axis.high()) ? max : axis.high();
    double[] all = axis.log() ? Ticks.log(from, to, target) : Ticks.linear(from, to, target);
    boolean spread = Double.isFinite(from) && Double.isFinite(to) && from < to;
    double low = spread && (tight || from == axis.low()) ? from : all[0];
    double high = spread && (tight || to == axis.high()) ? to : all[all.length - 1];
    List<Double> inside = new ArrayList<>();
    double slack = (high / 2 - low / 2) * 1e-9;
    for (double tick : all) {
      if (tick >= low - slack && tick <= high + slack) {
        inside.add(tick);
      }
    }
    double[] ticks = inside.stream().mapToDouble(Double::doubleValue).toArray();
    return new AxisScale(axis.log(), low, high, ticks);
  }

  /** Sets the pixels of both ends; the end may lie before the start. */
  AxisScale pixels(double first, double last) {
    start = first;
    end = last;
    return this;
  }

  /** The pixel of a value; NaN for a gap. Far outside is clamped to twice the axis' length. */
  double at(double value) {
    if (!Double.isFinite(value) || (log && value <= 0)) {
      return Double.NaN;
    }
    double share =
        log
            ? (Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
            : (value / 2 - low / 2) / (high / 2 - low / 2);
    return start + Math.max(-2, Math.min(3, share)) * (end - start);
  }

  double[] ticks() {
    return ticks.clone();
  }

  String[] labels() {
    return labels.clone();
  }

  /** Width of the widest label. */
  double labelWidth() {
    double width = 0;
    for (String label : labels) {
      width = Math.max(width, TextStyle.TICK.width(label));
    }
    return width;
  }
}
