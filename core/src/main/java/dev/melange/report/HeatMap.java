package dev.melange.report;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A matrix as coloured cells: attention, mixing weights, confusion, correlations. The matrix is
 * copied in and out.
 *
 * @param title plain text
 * @param values values[row][column]; NaN and infinite ones are gaps
 * @param rows row labels; empty for none
 * @param columns column labels; empty for none
 * @param x what columns are; may be empty
 * @param y what rows are; may be empty
 * @param scale what the colours mean, with unit; may be empty
 * @param colors colour scale
 * @param low value of the first colour; NaN: from the data
 * @param high value of the last colour; NaN: from the data
 */
public record HeatMap(
    String title,
    double[][] values,
    List<String> rows,
    List<String> columns,
    String x,
    String y,
    String scale,
    ColorMap colors,
    double low,
    double high)
    implements Chart {
  /** Checks that the matrix is rectangular and the labels fit. */
  public HeatMap {
    title = title == null ? "" : title;
    Objects.requireNonNull(colors, "colors");
    rows = List.copyOf(rows);
    columns = List.copyOf(columns);
    values = Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
    int width = values.length == 0 ? 0 : values[0].length;
    for (int i = 0; i < values.length; i++) {
      if (values[i].length != width) {
        throw new IllegalArgumentException(
            "heat map \""
                + title
                + "\": row "
                + i
                + " has "
                + values[i].length
                + " values, row 0 has "
                + width);
      }
    }
    requireLabels(title, "row", rows.size(), values.length);
    requireLabels(title, "column", columns.size(), width);
    if (Double.isInfinite(low) || Double.isInfinite(high) || low >= high) {
      throw new IllegalArgumentException(
          "heat map \"" + title + "\" needs low < high, both finite, got " + low + " to " + high);
    }
  }

  private static void requireLabels(String title, String what, int actual, int expected) {
    if (actual != 0 && actual != expected) {
      throw new IllegalArgumentException(
          "heat map \""
              + title
              + "\" has "
              + actual
              + " "
              + what
              + " labels for "
              + expected
              + " "
              + what
              + "s");
    }
  }

  @Override
  public double[][] values() {
    return Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
  }

  @Override
  public String description() {
    var all =
        Arrays.stream(values)
            .flatMapToDouble(Arrays::stream)
            .filter(Double::isFinite)
            .summaryStatistics();
    String size = values.length + " by " + (values.length == 0 ? 0 : values[0].length);
    String range =
        all.getCount() == 0
            ? "no values"
            : "values from " + Ticks.number(all.getMin()) + " to " + Ticks.number(all.getMax());
    return (title.isEmpty() ? "Heat map" : title) + ": matrix of " + size + ", " + range + ".";
  }

  /** Builds a {@link HeatMap}. */
  public static final class Builder {
    private final String title;
    private final double[][] values;
    private List<String> rows = List.of();
    private List<String> columns = List.of();
    private String x = "";
    private String y = "";
    private String scale = "";
    private ColorMap colors = ColorMap.BLUES;
    private double low = Double.NaN;
    private double high = Double.NaN;

    Builder(String title, double[][] values) {
      this.title = title;
      this.values = values;
    }

    /** A label per row, top to bottom. */
    public Builder rows(List<String> labels) {
      rows = labels;
      return this;
    }

    /** A label per column, left to right. */
    public Builder columns(List<String> labels) {
      columns = labels;
      return this;
    }

    /** What the columns are, for example {@code key position}. */
    public Builder x(String axisTitle) {
      x = axisTitle;
      return this;
    }

    /** What the rows are, for example {@code query position}. */
    public Builder y(String axisTitle) {
      y = axisTitle;
      return this;
    }

    /** What the colours mean, with its unit. */
    public Builder scale(String axisTitle) {
      scale = axisTitle;
      return this;
    }

    /** Another colour scale; the default is {@link ColorMap#BLUES}. */
    public Builder colors(ColorMap map) {
      colors = map;
      return this;
    }

    /** Fixes which values get the first and the last colour; others are clamped. */
    public Builder range(double first, double last) {
      low = first;
      high = last;
      return this;
    }

    /** Blue below zero, white at zero, red above, symmetric about zero. */
    public Builder diverging() {
      double size =
          Arrays.stream(values)
              .flatMapToDouble(Arrays::stream)
              .filter(Double::isFinite)
              .map(Math::abs)
              .max()
              .orElse(1);
      return colors(ColorMap.DIVERGING).range(-(size == 0 ? 1 : size), size == 0 ? 1 : size);
    }

    /** The chart; the builder may be used further. */
    public HeatMap build() {
      return new HeatMap(title, values, rows, columns, x, y, scale, colors, low, high);
    }
  }
}
