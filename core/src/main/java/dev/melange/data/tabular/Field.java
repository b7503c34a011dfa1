package dev.melange.data.tabular;

import dev.melange.data.DataException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a column means to a model.
 *
 * @param name the column
 * @param kind categorical, numeric or a list
 * @param vocabulary what the vocabulary of a categorical or list field keeps; null for a number
 */
public record Field(String name, Kind kind, Vocabulary.Config vocabulary) {
  /** Kinds of fields; {@link #key()} is the word in configurations. */
  public enum Kind {
    CATEGORICAL("categorical"),
    NUMERIC("numeric"),
    SEQUENCE("sequence");

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    /** The word in configurations: {@code categorical}, {@code numeric}, {@code sequence}. */
    public String key() {
      return key;
    }
  }

  // A column of numbers with few distinct values is more likely codes than quantities.
  private static final int CODES = 20;

  /** Checks that kind and vocabulary fit. */
  public Field {
    Objects.requireNonNull(name, "name");
    boolean fits =
        switch (kind) {
          case NUMERIC -> vocabulary == null;
          case CATEGORICAL -> vocabulary != null && vocabulary.splitter() == null;
          case SEQUENCE -> vocabulary != null && vocabulary.splitter() != null;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "field '%s' of kind %s has vocabulary settings %s; a number has none, a sequence a splitter"
              .formatted(name, kind.key(), vocabulary));
    }
  }

  /** One token per row; tokens that occur at least {@code minFreq} times are kept. */
  public static Field categorical(String name, int minFreq) {
    return new Field(name, Kind.CATEGORICAL, Vocabulary.Config.categorical(minFreq));
  }

  /** A number per row. */
  public static Field numeric(String name) {
    return new Field(name, Kind.NUMERIC, null);
  }

  /** Several tokens per row. */
  public static Field sequence(String name, String splitter, int minFreq) {
    return new Field(name, Kind.SEQUENCE, Vocabulary.Config.list(splitter, minFreq));
  }

  /**
   * Guesses the fields of a table: columns of numbers with more than 20 distinct values are
   * numeric, all others categorical; sequences have to be named.
   *
   * @param label the label's column, which is no field
   */
  public static List<Field> infer(Table table, String label) {
    List<Field> fields = new ArrayList<>();
    for (String column : table.columns()) {
      if (!column.equals(label)) {
        fields.add(isNumeric(table.column(column)) ? numeric(column) : categorical(column, 1));
      }
    }
    if (fields.isEmpty()) {
      throw new DataException(
          table.name() + " has no columns beside the label '" + label + "'; add some");
    }
    return List.copyOf(fields);
  }

  private static boolean isNumeric(List<String> cells) {
    Set<String> distinct = new HashSet<>();
    for (String cell : cells) {
      if (!Cells.isMissing(cell)) {
        if (Cells.number(cell).isEmpty()) {
          return false;
        }
        distinct.add(cell);
      }
    }
    return distinct.size() > CODES;
  }
}
