package dev.melange.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Lines, points and histograms over two numeric axes.
 *
 * @param title plain text
 * @param x horizontal axis
 * @param y vertical axis
 * @param series what is drawn, later ones on top
 * @param front whether the points' Pareto front is drawn, and which corner is good
 */
public record XyChart(String title, Axis x, Axis y, List<Series> series, Front front)
    implements Chart {
  /** How a series is drawn. */
  public enum Mark {
    /** A line through the points in their order; a NaN interrupts it. */
    LINE,
    /** A dashed grey line that takes no colour: chance level, ideal calibration, a target. */
    REFERENCE,
    /** Separate points, with a label each if given. */
    POINTS,
    /** Histogram: x holds the n + 1 edges, y the n heights. */
    BINS
  }

  /** Which points are not dominated by others. */
  public enum Front {
    /** No front is drawn. */
    NONE,
    /** Small x and large y are good: cost against accuracy. */
    LOW_X_HIGH_Y,
    /** Small x and small y are good: cost against error. */
    LOW_X_LOW_Y
  }

  /**
   * One series. Arrays are copied in and out.
   *
   * @param name for the legend
   * @param mark how it is drawn
   * @param x positions
   * @param y values; NaN and infinite ones are gaps
   * @param low lower ends of the band or error bars; empty for none
   * @param high upper ends; empty for none
   * @param labels one per point; empty for none
   */
  public record Series(
      String name,
      Mark mark,
      double[] x,
      double[] y,
      double[] low,
      double[] high,
      List<String> labels) {
    /** Checks that the lengths agree. */
    public Series {
      Objects.requireNonNull(mark, "mark");
      name = name == null ? "" : name;
      x = x.clone();
      y = y.clone();
      low = low.clone();
      high = high.clone();
      labels = List.copyOf(labels);
      int expected = mark == Mark.BINS ? y.length + 1 : y.length;
      requireLength(name, "x", x.length, expected);
      if (low.length + high.length > 0) {
        requireLength(name, "low", low.length, y.length);
        requireLength(name, "high", high.length, y.length);
      }
      if (!labels.isEmpty()) {
        requireLength(name, "labels", labels.size(), y.length);
      }
    }

    private static void requireLength(String name, String what, int actual, int expected) {
      if (actual != expected) {
        throw new IllegalArgumentException(
            "series \""
                + name
                + "\": "
                + what
                + " has "
                + actual
                + " values, expected "
                + expected);
      }
    }

    @Override
    public double[] x() {
      return x.clone();
    }

    @Override
    public double[] y() {
      return y.clone();
    }

    @Override
    public double[] low() {
      return low.clone();
    }

    @Override
    public double[] high() {
      return high.clone();
    }
  }

  /** Copies the list. */
  public XyChart {
    title = title == null ? "" : title;
    series = List.copyOf(series);
    Objects.requireNonNull(front, "front");
  }

  @Override
  public String description() {
    var out = new StringBuilder(title.isEmpty() ? "Chart" : title).append(": ");
    out.append(y.title().isEmpty() ? "values" : y.title());
    out.append(" over ").append(x.title().isEmpty() ? "position" : x.title()).append('.');
    for (Series s : series) {
      double[] shown = Arrays.stream(s.y).filter(y::shows).toArray();
      if (s.mark == Mark.REFERENCE || shown.length == 0) {
        continue;
      }
      double min = Arrays.stream(shown).min().orElseThrow();
      double max = Arrays.stream(shown).max().orElseThrow();
      out.append(' ').append(s.name.isEmpty() ? "Series" : s.name).append(" from ");
      out.append(Ticks.number(min)).append(" to ").append(Ticks.number(max));
      if (s.mark == Mark.LINE) {
        out.append(", last ").append(Ticks.number(shown[shown.length - 1]));
      }
      out.append('.');
    }
    return out.toString();
  }

  /** Builds an {@link XyChart}. */
  public static final class Builder {
    private static final double[] NONE = {};

    private final String title;
    private final List<Series> series = new ArrayList<>();
    private Axis x = Axis.of("");
    private Axis y = Axis.of("");
    private Front front = Front.NONE;

    Builder(String title) {
      this.title = title;
    }

    /** Title of the horizontal axis, with its unit. */
    public Builder x(String axisTitle) {
      x = x.titled(axisTitle);
      return this;
    }

    /** Title of the vertical axis, with its unit. */
    public Builder y(String axisTitle) {
      y = y.titled(axisTitle);
      return this;
    }

    /** Makes the horizontal axis logarithmic. */
    public Builder logX() {
      x = x.logarithmic();
      return this;
    }

    /** Makes the vertical axis logarithmic. */
    public Builder logY() {
      y = y.logarithmic();
      return this;
    }

    /** Fixes the horizontal range; data outside are cut off. */
    public Builder xRange(double low, double high) {
      x = x.range(low, high);
      return this;
    }

    /** Fixes the vertical range; data outside are cut off. */
    public Builder yRange(double low, double high) {
      y = y.range(low, high);
      return this;
    }

    /** A line through (x[i], y[i]). */
    public Builder line(String name, double[] xs, double[] ys) {
      return add(new Series(name, Mark.LINE, xs, ys, NONE, NONE, List.of()));
    }

    /** A line through (i, y[i]), i from 0. */
    public Builder line(String name, double[] ys) {
      double[] xs = new double[ys.length];
      Arrays.setAll(xs, i -> i);
      return line(name, xs, ys);
    }

    /** A line with a band from low[i] to high[i] behind it. */
    public Builder band(String name, double[] xs, double[] ys, double[] low, double[] high) {
      return add(new Series(name, Mark.LINE, xs, ys, low, high, List.of()));
    }

    /**
     * The mean over seeds as a line, the least and greatest value as its band.
     *
     * @param bySeed bySeed[seed][i] belongs to xs[i]; NaN values are left out of mean and band
     */
    public Builder seeds(String name, double[] xs, double[][] bySeed) {
      double[] mean = new double[xs.length];
      double[] low = new double[xs.length];
      double[] high = new double[xs.length];
      for (double[] run : bySeed) {
        Series.requireLength(name, "a seed", run.length, xs.length);
      }
      for (int i = 0; i < xs.length; i++) {
        int at = i;
        var values =
            Arrays.stream(bySeed)
                .mapToDouble(run -> run[at])
                .filter(Double::isFinite)
                .summaryStatistics();
        mean[i] = values.getCount() == 0 ? Double.NaN : values.getAverage();
        low[i] = values.getCount() == 0 ? Double.NaN : values.getMin();
        high[i] = values.getCount() == 0 ? Double.NaN : values.getMax();
      }
      return band(name, xs, mean, low, high);
    }

    /** Separate points; labels, if any, one per point. A label without a free place is left out. */
    public Builder points(String name, double[] xs, double[] ys, String... labels) {
      return add(new Series(name, Mark.POINTS, xs, ys, NONE, NONE, List.of(labels)));
    }

    /** Separate points with vertical error bars from low[i] to high[i]. */
    public Builder pointsWithErrors(
        String name, double[] xs, double[] ys, double[] low, double[] high, String... labels) {
      return add(new Series(name, Mark.POINTS, xs, ys, low, high, List.of(labels)));
    }

    /** A dashed grey line: chance, an ideal, a threshold. */
    public Builder reference(String name, double[] xs, double[] ys) {
      return add(new Series(name, Mark.REFERENCE, xs, ys, NONE, NONE, List.of()));
    }

    /**
     * Counts values in equal bins from the least to the greatest one (the last bin is closed).
     * Values that are not finite cannot be placed; their number is told in the legend.
     */
    public Builder histogram(String name, double[] values, int bins) {
      double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
      double low = Arrays.stream(finite).min().orElse(0);
      double high = Arrays.stream(finite).max().orElse(1);
      if (low == high) {
        low -= 0.5;
        high += 0.5;
      }
      return histogram(name, values, bins, low, high);
    }

    /**
     * As {@link #histogram(String, double[], int)} from low to high; others are told in the legend.
     */
    public Builder histogram(String name, double[] values, int bins, double low, double high) {
      if (bins < 1 || !(low < high) || !Double.isFinite(high - low)) {
        throw new IllegalArgumentException(
            "histogram \""
                + name
                + "\" needs at least 1 bin and low < high, got "
                + bins
                + " bins from "
                + low
                + " to "
                + high);
      }
      double[] edges = new double[bins + 1];
      Arrays.setAll(edges, i -> low + (high - low) * i / bins);
      double[] counts = new double[bins];
      int outside = 0;
      for (double value : values) {
        if (value >= low && value <= high) {
          counts[Math.min(bins - 1, (int) ((value - low) / (high - low) * bins))]++;
        } else {
          outside++;
        }
      }
      String shown = outside == 0 ? name : name + " (" + outside + " not shown)";
      return bins(shown, edges, counts);
    }

    /** A histogram already counted: n + 1 rising edges, n heights. */
    public Builder bins(String name, double[] edges, double[] heights) {
      return add(new Series(name, Mark.BINS, edges, heights, NONE, NONE, List.of()));
    }

    /** Draws the Pareto front of all points as a dashed step line. */
    public Builder front(Front which) {
      front = Objects.requireNonNull(which, "front");
      return this;
    }

    /** The chart; the builder may be used further. */
    public XyChart build() {
      return new XyChart(title, x, y, series, front);
    }

    private Builder add(Series one) {
      series.add(one);
      return this;
    }
  }
}
