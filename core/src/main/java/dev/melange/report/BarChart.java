package dev.melange.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Bars from zero over named categories, one group of bars per category.
 *
 * @param title plain text
 * @param value the value axis; it always holds zero
 * @param categories names in order
 * @param groups one bar per category each
 * @param horizontal whether bars grow to the right: better for long names
 */
public record BarChart(
    String title, Axis value, List<String> categories, List<Group> groups, boolean horizontal)
    implements Chart {
  /**
   * The bars of one colour. Arrays are copied in and out.
   *
   * @param name for the legend
   * @param values one per category; NaN and infinite ones are gaps
   * @param errors half lengths of the error bars, one per category; empty for none
   */
  public record Group(String name, double[] values, double[] errors) {
    /** Copies the arrays. */
    public Group {
      name = name == null ? "" : name;
      values = values.clone();
      errors = errors.clone();
    }

    @Override
    public double[] values() {
      return values.clone();
    }

    @Override
    public double[] errors() {
      return errors.clone();
    }
  }

  /** Checks that every group has one value per category. */
  public BarChart {
    title = title == null ? "" : title;
    Objects.requireNonNull(value, "value");
    categories = List.copyOf(categories);
    groups = List.copyOf(groups);
    if (value.log()) {
      throw new IllegalArgumentException(
          "bar chart \""
              + title
              + "\" starts at zero, which a logarithmic axis has not; use points");
    }
    for (Group group : groups) {
      int errors = group.errors.length;
      if (group.values.length != categories.size()
          || (errors != 0 && errors != group.values.length)) {
        throw new IllegalArgumentException(
            "bars \""
                + group.name
                + "\" have "
                + group.values.length
                + " values and "
                + errors
                + " errors, expected "
                + categories.size()
                + " (one per category)");
      }
    }
  }

  @Override
  public String description() {
    var out = new StringBuilder(title.isEmpty() ? "Bar chart" : title).append(": ");
    out.append(value.title().isEmpty() ? "values" : value.title()).append('.');
    for (Group group : groups) {
      out.append(group.name.isEmpty() ? "" : " " + group.name + ":");
      for (int i = 0; i < group.values.length && i < 12; i++) {
        out.append(i == 0 ? " " : ", ").append(categories.get(i)).append(' ');
        out.append(Ticks.number(group.values[i]));
      }
      out.append('.');
    }
    return out.toString();
  }

  /** Builds a {@link BarChart}. */
  public static final class Builder {
    private final String title;
    private final List<String> categories;
    private final List<Group> groups = new ArrayList<>();
    private Axis value = Axis.of("");
    private boolean horizontal;

    Builder(String title, String... categories) {
      this.title = title;
      this.categories = Arrays.asList(categories.clone());
    }

    /** Title of the value axis, with its unit. */
    public Builder value(String axisTitle) {
      value = value.titled(axisTitle);
      return this;
    }

    /** Bars of one colour, one per category. */
    public Builder group(String name, double... values) {
      return group(name, values, new double[0]);
    }

    /** Bars with error bars of plus and minus {@code errors}. */
    public Builder group(String name, double[] values, double[] errors) {
      groups.add(new Group(name, values, errors));
      return this;
    }

    /** Lets bars grow to the right. */
    public Builder horizontal() {
      horizontal = true;
      return this;
    }

    /** The chart; the builder may be used further. */
    public BarChart build() {
      return new BarChart(title, value, categories, groups, horizontal);
    }
  }
}
