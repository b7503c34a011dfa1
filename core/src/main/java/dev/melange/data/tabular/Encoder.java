package dev.melange.data.tabular;

import dev.melange.data.DataException;
import dev.melange.data.series.StandardScaler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Turns rows of text into numbers as learned on training rows: vocabularies of categorical and list
 * fields, mean and deviation of numeric ones. A missing number becomes the training rows' mean,
 * which is 0 after scaling.
 */
public final class Encoder {
  private final List<Field> fields;
  private final Map<String, Vocabulary> vocabularies;
  private final Map<String, StandardScaler> scalers;

  private Encoder(
      List<Field> fields,
      Map<String, Vocabulary> vocabularies,
      Map<String, StandardScaler> scalers) {
    this.fields = List.copyOf(fields);
    this.vocabularies = Map.copyOf(vocabularies);
    this.scalers = Map.copyOf(scalers);
  }

  /**
   * Learns from training rows.
   *
   * @throws DataException for a missing column, cells of a numeric field that are no numbers, and a
   *     numeric field without any number
   */
  public static Encoder fit(Table table, List<Field> fields) {
    Map<String, Vocabulary> vocabularies = new LinkedHashMap<>();
    Map<String, StandardScaler> scalers = new LinkedHashMap<>();
    for (Field field : fields) {
      if (field.kind() == Field.Kind.NUMERIC) {
        scalers.put(field.name(), fit(table, field.name()));
      } else {
        vocabularies.put(
            field.name(), Vocabulary.fit(table.column(field.name()), field.vocabulary()));
      }
    }
    return new Encoder(fields, vocabularies, scalers);
  }

  private static StandardScaler fit(Table table, String column) {
    List<String> cells = table.column(column);
    double[] known =
        IntStream.range(0, cells.size())
            .mapToDouble(row -> number(table, column, row))
            .filter(v -> !Double.isNaN(v))
            .toArray();
    if (known.length == 0) {
      throw new DataException(
          "%s: column '%s' has no numbers; leave it out".formatted(table.name(), column));
    }
    return StandardScaler.fit(known, 1, 0, known.length);
  }

  /**
   * An encoder as it was fitted before, for instance out of a checkpoint.
   *
   * @param vocabularies one per categorical or list field
   * @param scalers one per numeric field
   */
  public static Encoder of(
      List<Field> fields,
      Map<String, Vocabulary> vocabularies,
      Map<String, StandardScaler> scalers) {
    for (Field field : fields) {
      boolean there =
          field.kind() == Field.Kind.NUMERIC
              ? scalers.containsKey(field.name())
              : vocabularies.containsKey(field.name());
      if (!there) {
        throw new IllegalArgumentException("nothing is known of field '" + field.name() + "'");
      }
    }
    return new Encoder(fields, vocabularies, scalers);
  }

  /** The fields in order. */
  public List<Field> fields() {
    return fields;
  }

  /** The vocabulary of a categorical or list field. */
  public Vocabulary vocabulary(String field) {
    Vocabulary vocabulary = vocabularies.get(field);
    if (vocabulary == null) {
      throw new IllegalArgumentException("'" + field + "' is no categorical or list field");
    }
    return vocabulary;
  }

  /** The scaler of a numeric field. */
  public StandardScaler scaler(String field) {
    StandardScaler scaler = scalers.get(field);
    if (scaler == null) {
      throw new IllegalArgumentException("'" + field + "' is no numeric field");
    }
    return scaler;
  }

  /** Encodes rows without labels. */
  public EncodedTable encode(Table table) {
    return encode(table, null, null);
  }

  /**
   * Encodes rows.
   *
   * @param label the column of labels: two values, 0/1 or any two texts; null for none
   * @param positive the label that means 1; null to find it (1 of 0/1 and -1/1, otherwise the one
   *     that sorts last)
   */
  public EncodedTable encode(Table table, String label, String positive) {
    Map<String, long[]> indices = new LinkedHashMap<>();
    Map<String, float[]> numbers = new LinkedHashMap<>();
    for (Field field : fields) {
      String name = field.name();
      if (field.kind() == Field.Kind.NUMERIC) {
        numbers.put(name, encodeNumbers(table, name));
      } else {
        indices.put(name, vocabularies.get(name).encodeAll(table.column(name)));
      }
    }
    float[] labels = label == null ? null : Cells.labels(table, label, positive);
    return new EncodedTable(this, table.rows(), indices, numbers, labels);
  }

  private float[] encodeNumbers(Table table, String column) {
    double mean = scalers.get(column).mean()[0];
    double std = scalers.get(column).std()[0];
    float[] result = new float[table.rows()];
    for (int row = 0; row < result.length; row++) {
      double value = number(table, column, row);
      result[row] = Double.isNaN(value) ? 0 : (float) ((value - mean) / std);
    }
    return result;
  }

  private static double number(Table table, String column, int row) {
    String cell = table.column(column).get(row);
    if (Cells.isMissing(cell)) {
      return Double.NaN;
    }
    OptionalDouble value = Cells.number(cell);
    if (value.isEmpty()) {
      throw new DataException(
          "%s, column '%s': '%s' is not a finite number; leave the cell empty if it is missing, or make the column categorical"
              .formatted(table.place(row), column, cell));
    }
    return value.getAsDouble();
  }

  /**
   * The labels of a column as {@link #encode(Table, String, String)} reads them, but refusing a
   * table of one class only: for training.
   */
  public static float[] trainingLabels(Table table, String label, String positive) {
    float[] labels = Cells.labels(table, label, positive);
    Cells.checkBothClasses(table, label, labels);
    return labels;
  }
}
