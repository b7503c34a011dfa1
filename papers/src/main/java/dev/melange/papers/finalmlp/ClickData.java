package dev.melange.papers.finalmlp;

import dev.melange.data.DataException;
import dev.melange.data.Shuffle;
import dev.melange.data.tabular.EncodedTable;
import dev.melange.data.tabular.Encoder;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table of clicks cut into rows to learn from, rows that decide when to stop, and rows that are
 * held out for the test; encoded as learned on the first.
 */
public final class ClickData {
  // Where that share of the values differ, a column is likely to number or name the rows.
  private static final double NAMES = 0.7;
  private static final int FEW_ROWS = 50;

  private final ClickColumns columns;
  private final String positive;
  private final EncodedTable train;
  private final EncodedTable valid;
  private final EncodedTable test;
  private final int[] testRows;
  private final long[] testGroups; // null without groups
  private final List<String> warnings;

  private ClickData(
      ClickColumns columns,
      String positive,
      EncodedTable all,
      int[][] parts,
      long[] groups,
      List<String> warnings) {
    this.columns = columns;
    this.positive = positive;
    train = all.rows(parts[0]);
    valid = all.rows(parts[1]);
    test = all.rows(parts[2]);
    testRows = parts[2];
    testGroups =
        groups == null ? null : Arrays.stream(testRows).mapToLong(row -> groups[row]).toArray();
    this.warnings = List.copyOf(warnings);
  }

  /**
   * Reads the labels, cuts the rows, and learns vocabularies and scales on the training rows.
   *
   * @param table the rows
   * @param columns what its columns mean
   * @param validShare share of the rows that is not for the test, for early stopping, in (0, 1)
   * @param testShare share of all rows for the test, in (0, 1)
   * @param seed of the random split
   * @throws DataException for a missing column; a label that is missing, has not two values, or has
   *     only one of them in a part; numbers that are none; no field that varies
   */
  public static ClickData of(
      Table table, ClickColumns columns, double validShare, double testShare, long seed) {
    checkShare("the validation share", validShare);
    checkShare("the test share", testShare);
    float[] labels = Encoder.trainingLabels(table, columns.label(), columns.positive());
    int first = 0;
    while (labels[first] != 1) {
      first++;
    }
    String positive = table.column(columns.label()).get(first);
    long[] groups = columns.group() == null ? null : groups(table.column(columns.group()));
    int[] order =
        columns.time() == null
            ? Shuffle.permutation(table.rows(), seed)
            : TimeOrder.latestFirst(table, columns.time());
    int[][] parts = cut(order, validShare, testShare);
    List<String> names = List.of("training", "validation", "test");
    for (int i = 0; i < parts.length; i++) {
      requireBothClasses(table, columns, names.get(i), labels, parts[i]);
    }
    List<String> warnings = new ArrayList<>();
    List<Field> fields = varying(table, columns, parts[0], warnings);
    Encoder encoder = Encoder.fit(table.select(parts[0]), fields);
    EncodedTable all = encoder.encode(table, columns.label(), positive);
    return new ClickData(columns, positive, all, parts, groups, warnings);
  }

  private static void checkShare(String what, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(what + " lies between 0 and 1, got " + share);
    }
  }

  /** Training, validation and test rows; the order starts with the test. */
  private static int[][] cut(int[] order, double validShare, double testShare) {
    int test = (int) Math.round(order.length * testShare);
    int valid = (int) Math.round((order.length - test) * validShare);
    return new int[][] {
      Arrays.copyOfRange(order, test + valid, order.length),
      Arrays.copyOfRange(order, test, test + valid),
      Arrays.copyOfRange(order, 0, test)
    };
  }

  private static void requireBothClasses(
      Table table, ClickColumns columns, String part, float[] labels, int[] rows) {
    long positives = Arrays.stream(rows).filter(row -> labels[row] == 1).count();
    if (positives == 0 || positives == rows.length) {
      String only =
          rows.length == 0
              ? "no rows"
              : "only '" + table.column(columns.label()).get(rows[0]) + "' as label";
      throw new DataException(
          "%s, column '%s': the %s part of %,d of %,d rows has %s; give more rows or other shares"
              .formatted(table.name(), columns.label(), part, rows.length, table.rows(), only));
    }
  }

  private static long[] groups(List<String> cells) {
    Map<String, Long> ids = new HashMap<>();
    return cells.stream()
        .mapToLong(cell -> ids.computeIfAbsent(cell, c -> (long) ids.size()))
        .toArray();
  }

  private static List<Field> varying(
      Table table, ClickColumns columns, int[] rows, List<String> warnings) {
    List<Field> fields =
        columns.fields().isEmpty() ? Field.infer(table, columns.label()) : columns.fields();
    List<Field> kept = new ArrayList<>();
    for (Field field : fields) {
      if (columns.fields().isEmpty() && field.name().equals(columns.time())) {
        continue;
      }
      List<String> cells = table.column(field.name());
      HashSet<String> values = new HashSet<>();
      for (int row : rows) {
        values.add(cells.get(row));
      }
      if (values.size() < 2) {
        warnings.add(
            "column '%s' is always '%s' in the training rows; it tells nothing and is left out"
                .formatted(field.name(), values.iterator().next()));
        continue;
      }
      kept.add(field);
      if (field.kind() == Field.Kind.CATEGORICAL
          && rows.length >= FEW_ROWS
          && values.size() > NAMES * rows.length) {
        warnings.add(
            "column '%s' has %,d different values in %,d training rows; if it only names the rows, leave it out"
                .formatted(field.name(), values.size(), rows.length));
      }
    }
    if (kept.isEmpty()) {
      throw new DataException(
          table.name() + ": no column beside the label has more than one value; add some");
    }
    return kept;
  }

  /** What the columns mean, as asked for. */
  public ClickColumns columns() {
    return columns;
  }

  /** The value of the label that means 1. */
  public String positive() {
    return positive;
  }

  /** What encoded the rows. */
  public Encoder encoder() {
    return train.encoder();
  }

  /** Rows to learn from. */
  public EncodedTable train() {
    return train;
  }

  /** Rows that decide when to stop. */
  public EncodedTable valid() {
    return valid;
  }

  /** Rows held out for the test. */
  public EncodedTable test() {
    return test;
  }

  /** Where the test rows stand in the table, from 0. */
  public int[] testRows() {
    return testRows.clone();
  }

  /** The group of each test row, if a group column was named. */
  public Optional<long[]> testGroups() {
    return Optional.ofNullable(testGroups);
  }

  /** What the user should know, one sentence each; for instance columns left out. */
  public List<String> warnings() {
    return warnings;
  }
}
