package dev.melange.data.tabular;

import dev.melange.data.Dataset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Rows as numbers, column by column. As a {@link Dataset} its examples are row numbers, to be
 * gathered with {@link #rows(int[])}: copying single rows would cost more than the model.
 */
public final class EncodedTable implements Dataset<Integer> {
  private final Encoder encoder;
  private final int rows;
  private final Map<String, long[]> indices;
  private final Map<String, float[]> numbers;
  private final float[] labels;

  EncodedTable(
      Encoder encoder,
      int rows,
      Map<String, long[]> indices,
      Map<String, float[]> numbers,
      float[] labels) {
    this.encoder = encoder;
    this.rows = rows;
    this.indices = indices;
    this.numbers = numbers;
    this.labels = labels;
  }

  @Override
  public int size() {
    return rows;
  }

  @Override
  public Integer get(int index, RandomGenerator draws) {
    return Objects.checkIndex(index, rows);
  }

  @Override
  public String id(int index) {
    return "row " + index;
  }

  /** What encoded the rows. */
  public Encoder encoder() {
    return encoder;
  }

  /** Indices of a categorical field (n), or of a list field (n x length, row-major). */
  public long[] indices(String field) {
    return found(indices.get(field), field, "categorical or list");
  }

  /** Scaled values of a numeric field (n). */
  public float[] numbers(String field) {
    return found(numbers.get(field), field, "numeric");
  }

  /** Labels 0 and 1 (n), if there are any. */
  public Optional<float[]> labels() {
    return Optional.ofNullable(labels);
  }

  private static <T> T found(T column, String field, String kind) {
    if (column == null) {
      throw new IllegalArgumentException("'" + field + "' is no " + kind + " field");
    }
    return column;
  }

  /**
   * Some of the rows.
   *
   * @param chosen which, in the new order
   */
  public EncodedTable rows(int[] chosen) {
    Map<String, long[]> chosenIndices = new LinkedHashMap<>();
    indices.forEach(
        (field, column) -> {
          int width = rows == 0 ? 1 : column.length / rows;
          long[] part = new long[chosen.length * width];
          for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(column, chosen[i] * width, part, i * width, width);
          }
          chosenIndices.put(field, part);
        });
    Map<String, float[]> chosenNumbers = new LinkedHashMap<>();
    numbers.forEach((field, column) -> chosenNumbers.put(field, gather(column, chosen)));
    return new EncodedTable(
        encoder,
        chosen.length,
        chosenIndices,
        chosenNumbers,
        labels == null ? null : gather(labels, chosen));
  }

  private static float[] gather(float[] column, int[] rows) {
    float[] part = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      part[i] = column[rows[i]];
    }
    return part;
  }
}
