package dev.melange.papers.finalmlp;

import dev.melange.data.tabular.Field;
import java.util.List;

/**
 * What the columns of a table of clicks mean.
 *
 * @param label the column of the label, which has two values
 * @param positive the label's value that means 1; null to find it: 1 of 0/1 and -1/1, true, yes, or
 *     the value that sorts last
 * @param fields what the model may see; empty to take all other columns, those with more than 20
 *     different numbers as numeric and the rest as categories
 * @param time the column by which rows are split, the latest for the test; null for a random split.
 *     It is no field unless it is listed as one
 * @param group the column (user, session) whose groups gAUC averages over; null for none
 */
public record ClickColumns(
    String label, String positive, List<Field> fields, String time, String group) {
  /** Copies the list. */
  public ClickColumns {
    fields = List.copyOf(fields);
    for (Field field : fields) {
      if (field.name().equals(label)) {
        throw new IllegalArgumentException(
            "column '" + label + "' is the label and cannot be a field too");
      }
    }
  }

  /** A label, all other columns as fields, a random split. */
  public static ClickColumns of(String label) {
    return new ClickColumns(label, null, List.of(), null, null);
  }
}
