package dev.melange.data.tabular;

import dev.melange.data.DataException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The meaning of text cells. */
final class Cells {
  private static final Set<String> MISSING = Set.of("", "nan", "na", "n/a", "null", "none");

  private Cells() {}

  static boolean isMissing(String cell) {
    return MISSING.contains(cell.toLowerCase(Locale.ROOT));
  }

  /** A finite number, or empty. Stricter than Java: no "1f", no hexadecimal. */
  static OptionalDouble number(String cell) {
    if (cell.isEmpty()
        || Character.isLetter(cell.charAt(cell.length() - 1))
        || cell.indexOf('x') >= 0
        || cell.indexOf('X') >= 0) {
      return OptionalDouble.empty();
    }
    try {
      double value = Double.parseDouble(cell);
      return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /**
   * Labels 0 and 1 of a column with two values. Of 0/1, -1/1, false/true, no/yes the second is
   * positive, and so is the one that sorts last of any other two texts.
   *
   * @param positive the value that means 1, or null to find it
   */
  static float[] labels(Table table, String column, String positive) {
    List<String> cells = table.column(column);
    SortedSet<String> values = new TreeSet<>();
    for (int row = 0; row < cells.size(); row++) {
      String cell = cells.get(row);
      if (isMissing(cell)) {
        throw new DataException(
            "%s, column '%s': the label is missing; fill it in or remove the row"
                .formatted(table.place(row), column));
      }
      values.add(cell);
      if (values.size() > 2) {
        throw new DataException(
            "%s, column '%s': '%s' is a third label beside %s; labels must be 0 and 1, or any two texts"
                .formatted(
                    table.place(row),
                    column,
                    cell,
                    values.stream().filter(v -> !v.equals(cell)).toList()));
      }
    }
    String one = positive != null ? positive : positive(values);
    if (!values.contains(one)) {
      throw new DataException(
          "%s, column '%s' has the labels %s; '%s' is not among them"
              .formatted(table.name(), column, values, one));
    }
    float[] labels = new float[cells.size()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = cells.get(row).equals(one) ? 1 : 0;
    }
    return labels;
  }

  private static String positive(SortedSet<String> values) {
    for (String usual : List.of("1", "1.0", "+1")) {
      if (values.contains(usual)) {
        return usual;
      }
    }
    // "0" alone is a table of negatives only: its positive label would be "1".
    return values.last();
  }

  /** Refuses labels that are all alike. */
  static void checkBothClasses(Table table, String column, float[] labels) {
    int positives = 0;
    for (float label : labels) {
      positives += label == 1 ? 1 : 0;
    }
    if (positives == 0 || positives == labels.length) {
      throw new DataException(
          "%s, column '%s': all %,d labels are '%s'; training needs rows of both classes"
              .formatted(table.name(), column, labels.length, table.column(column).get(0)));
    }
  }
}
