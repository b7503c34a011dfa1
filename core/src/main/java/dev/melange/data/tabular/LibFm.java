package dev.melange.data.tabular;

import dev.melange.data.DataException;
import dev.melange.data.Source;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows in libfm text: {@code label index:value index:value ...}, one row per line, plain or gzip.
 */
public final class LibFm {
  private final String name;
  private final float[] labels;
  private final int[] starts;
  private final int[] indices;
  private final float[] values;

  private LibFm(String name, float[] labels, int[] starts, int[] indices, float[] values) {
    this.name = name;
    this.labels = labels;
    this.starts = starts;
    this.indices = indices;
    this.values = values;
  }

  /** Reads a file. */
  public static LibFm read(Path file) throws IOException {
    return read(Source.of(file));
  }

  /**
   * Reads a source.
   *
   * @throws DataException for an empty file or a cell that is not {@code index:value}; names the
   *     line
   */
  public static LibFm read(Source source) throws IOException {
    float[] labels = new float[1024];
    int[] starts = new int[1025];
    int[] indices = new int[1 << 14];
    float[] values = new float[1 << 14];
    int rows = 0;
    int used = 0;
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(source.open(), StandardCharsets.ISO_8859_1))) {
      int number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        String[] cells = line.strip().split("\\s+");
        if (cells[0].isEmpty() || cells[0].startsWith("#")) {
          continue;
        }
        if (rows == labels.length) {
          labels = Arrays.copyOf(labels, 2 * rows);
          starts = Arrays.copyOf(starts, 2 * rows + 1);
        }
        labels[rows] = number(source, number, cells[0], cells[0]);
        for (int i = 1; i < cells.length; i++) {
          if (used == indices.length) {
            indices = Arrays.copyOf(indices, 2 * used);
            values = Arrays.copyOf(values, 2 * used);
          }
          int colon = cells[i].indexOf(':');
          indices[used] = index(source, number, cells[i], colon);
          values[used++] = number(source, number, cells[i], cells[i].substring(colon + 1));
        }
        starts[++rows] = used;
      }
    }
    if (rows == 0) {
      throw new DataException(
          source.name() + " is empty; expected lines of 'label index:value index:value ...'");
    }
    return new LibFm(
        source.name(),
        Arrays.copyOf(labels, rows),
        Arrays.copyOf(starts, rows + 1),
        Arrays.copyOf(indices, used),
        Arrays.copyOf(values, used));
  }

  private static int index(Source source, int line, String cell, int colon) {
    try {
      int index = Integer.parseInt(cell.substring(0, Math.max(0, colon)));
      if (index >= 0) {
        return index;
      }
    } catch (NumberFormatException e) {
      throw damaged(source, line, cell, e);
    }
    throw damaged(source, line, cell, null);
  }

  private static float number(Source source, int line, String cell, String text) {
    try {
      float value = Float.parseFloat(text);
      if (Float.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw damaged(source, line, cell, e);
    }
    throw damaged(source, line, cell, null);
  }

  private static DataException damaged(Source source, int line, String cell, Exception cause) {
    String shown = cell.length() > 40 ? cell.substring(0, 40) + "..." : cell;
    return new DataException(
        "%s line %d: '%s' is not libfm text; expected 'label index:value index:value ...'"
            .formatted(source.name(), line, shown),
        cause);
  }

  /** Number of rows. */
  public int rows() {
    return labels.length;
  }

  /** Labels as in the file (n). */
  public float[] labels() {
    return labels.clone();
  }

  /** The indices of one row. */
  public int[] indices(int row) {
    return Arrays.copyOfRange(indices, starts[row], starts[row + 1]);
  }

  /** The values of one row. */
  public float[] values(int row) {
    return Arrays.copyOfRange(values, starts[row], starts[row + 1]);
  }

  /**
   * As a table of one categorical column per field, whose tokens are the indices, and a column
   * {@code label} of 0 (labels up to 0) and 1.
   *
   * @param fields the fields' names in the order of the row's cells
   * @throws DataException if a row has another number of cells, or a value other than 1
   */
  public Table toTable(List<String> fields) {
    List<String> columns = new ArrayList<>(fields);
    columns.add("label");
    List<List<String>> cells = new ArrayList<>();
    columns.forEach(c -> cells.add(new ArrayList<>(rows())));
    for (int row = 0; row < rows(); row++) {
      if (starts[row + 1] - starts[row] != fields.size()) {
        throw new DataException(
            "%s row %d has %d cells; expected %d, one for each of %s"
                .formatted(name, row + 1, starts[row + 1] - starts[row], fields.size(), fields));
      }
      for (int i = 0; i < fields.size(); i++) {
        int at = starts[row] + i;
        if (values[at] != 1) {
          throw new DataException(
              "%s row %d: %d:%s is a number; only categories (value 1) make a table"
                  .formatted(name, row + 1, indices[at], values[at]));
        }
        cells.get(i).add(Integer.toString(indices[at]));
      }
      cells.get(fields.size()).add(labels[row] > 0 ? "1" : "0");
    }
    return Table.of(name, columns, cells);
  }
}
