package dev.melange.train;

import dev.melange.data.DataException;
import dev.melange.data.Shuffle;
import dev.melange.data.tabular.EncodedTable;
import dev.melange.data.tabular.Field;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of a table as batches: {@code fields} int64 [B, F] of the categorical fields, {@code
 * numeric} float32 [B, N] of the numeric ones, {@code list:NAME} int64 [B, L] of each list field,
 * {@code label} float32 [B]; each only where there is something for it. Columns are in the order of
 * the encoder's fields.
 *
 * <pre>{@code
 * Encoder encoder = Encoder.fit(rows, Field.infer(rows, "late"));
 * Minibatches train = TabularBatches.shuffled(encoder.encode(rows, "late", null), 4096, 1);
 * }</pre>
 *
 * <p>The rows are kept row-major in Java arrays, so that a batch is gathered from whole rows, and
 * no native memory has to be freed.
 */
public final class TabularBatches implements Minibatches {
  /** Name of the tensor of categorical fields. */
  public static final String FIELDS = "fields";

  /** Name of the tensor of numeric fields. */
  public static final String NUMERIC = "numeric";

  /** Name of the tensor of labels. */
  public static final String LABEL = "label";

  private final int rows;
  private final int batchSize;
  private final boolean shuffle;
  private final long seed;
  private final Columns<int[]> fields;
  private final Columns<float[]> numeric;
  private final Map<String, Columns<int[]>> lists = new LinkedHashMap<>();
  private final float[] labels; // null if there are none
  private final int digest;

  /** Row-major values. */
  private record Columns<A>(int width, A values) {}

  private TabularBatches(EncodedTable table, int batchSize, boolean shuffle, long seed) {
    this.rows = table.size();
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch size must be at least 1, got " + batchSize);
    }
    if (rows == 0) {
      throw new DataException("the table has no rows");
    }
    List<long[]> categories = new ArrayList<>();
    List<float[]> numbers = new ArrayList<>();
    for (Field field : table.encoder().fields()) {
      switch (field.kind()) {
        case CATEGORICAL -> categories.add(table.indices(field.name()));
        case NUMERIC -> numbers.add(table.numbers(field.name()));
        case SEQUENCE -> {
          long[] values = table.indices(field.name());
          lists.put(listName(field.name()), new Columns<>(values.length / rows, narrow(values)));
        }
      }
    }
    fields = new Columns<>(categories.size(), rowMajor(categories));
    numeric = new Columns<>(numbers.size(), rowMajorFloats(numbers));
    labels = table.labels().orElse(null);
    int hash = 31 * Arrays.hashCode(fields.values) + Arrays.hashCode(numeric.values);
    for (Columns<int[]> list : lists.values()) {
      hash = 31 * hash + Arrays.hashCode(list.values);
    }
    digest = 31 * hash + Arrays.hashCode(labels);
  }

  /**
   * Batches for training: in a new order in each epoch, all rows, the last batch smaller. A last
   * batch of a single row is left out, because batch norm cannot work with it.
   *
   * @param table the rows, which are copied
   * @param batchSize rows per batch
   * @param seed seed of the order
   * @throws DataException if there are no rows
   */
  public static TabularBatches shuffled(EncodedTable table, int batchSize, long seed) {
    return new TabularBatches(table, batchSize, true, seed);
  }

  /**
   * Batches for inference: in order, all rows, the last batch smaller.
   *
   * @param table the rows, which are copied
   * @param batchSize rows per batch
   * @throws DataException if there are no rows
   */
  public static TabularBatches inOrder(EncodedTable table, int batchSize) {
    return new TabularBatches(table, batchSize, false, 0);
  }

  /** Name of the tensor of a list field. */
  public static String listName(String field) {
    return "list:" + field;
  }

  private static int[] narrow(long[] values) {
    int[] result = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = Math.toIntExact(values[i]);
    }
    return result;
  }

  private int[] rowMajor(List<long[]> columns) {
    int[] result = new int[Math.multiplyExact(rows, columns.size())];
    for (int c = 0; c < columns.size(); c++) {
      long[] column = columns.get(c);
      for (int row = 0, at = c; row < rows; row++, at += columns.size()) {
        result[at] = Math.toIntExact(column[row]);
      }
    }
    return result;
  }

  private float[] rowMajorFloats(List<float[]> columns) {
    float[] result = new float[Math.multiplyExact(rows, columns.size())];
    for (int c = 0; c < columns.size(); c++) {
      float[] column = columns.get(c);
      for (int row = 0, at = c; row < rows; row++, at += columns.size()) {
        result[at] = column[row];
      }
    }
    return result;
  }

  @Override
  public int size() {
    return rows;
  }

  @Override
  public int batches() {
    int all = (rows + batchSize - 1) / batchSize;
    return shuffle && all > 1 && rows - (all - 1) * batchSize == 1 ? all - 1 : all;
  }

  @Override
  public Epoch epoch(int epoch, int firstBatch) {
    int[] order = shuffle ? Shuffle.epoch(rows, seed, epoch) : null;
    return new Epoch() {
      private int next = firstBatch;

      @Override
      public boolean hasNext() {
        return next < batches();
      }

      @Override
      public TensorBatch next() {
        int from = Math.multiplyExact(next, batchSize);
        int to = (int) Math.min(rows, (long) from + batchSize);
        next++;
        return batch(order, from, to);
      }

      @Override
      public void close() {}
    };
  }

  private TensorBatch batch(int[] order, int from, int to) {
    int size = to - from;
    int[] chosen = new int[size];
    for (int i = 0; i < size; i++) {
      chosen[i] = order == null ? from + i : order[from + i];
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    if (fields.width > 0) {
      tensors.put(FIELDS, gather(fields, chosen));
    }
    if (numeric.width > 0) {
      float[] values = new float[size * numeric.width];
      for (int i = 0; i < size; i++) {
        System.arraycopy(
            numeric.values, chosen[i] * numeric.width, values, i * numeric.width, numeric.width);
      }
      tensors.put(NUMERIC, Tensor.of(values, size, numeric.width));
    }
    lists.forEach((name, list) -> tensors.put(name, gather(list, chosen)));
    if (labels != null) {
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = labels[chosen[i]];
      }
      tensors.put(LABEL, Tensor.of(values, size));
    }
    return TensorBatch.of(tensors, i -> "row " + chosen[i]);
  }

  private static Tensor gather(Columns<int[]> columns, int[] rows) {
    int width = columns.width;
    long[] values = new long[rows.length * width];
    for (int i = 0, at = 0; i < rows.length; i++) {
      int row = rows[i] * width;
      for (int c = 0; c < width; c++) {
        values[at++] = columns.values[row + c];
      }
    }
    return Tensor.of(values, rows.length, width);
  }

  @Override
  public String describe() {
    return "%d rows (digest %s), batches of %d%s"
        .formatted(
            rows,
            HexFormat.of().toHexDigits(digest),
            batchSize,
            shuffle ? ", shuffled with seed " + seed : ", in order");
  }
}
