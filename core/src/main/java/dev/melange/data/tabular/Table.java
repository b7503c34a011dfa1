package dev.melange.data.tabular;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.melange.data.DataException;
import dev.melange.data.Source;
import dev.melange.data.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A table of text cells with named columns. */
public final class Table {
  private final String name;
  private final List<String> columns;
  // cells[column][row]
  private final String[][] cells;
  private final long[] lines;

  private Table(String name, List<String> columns, String[][] cells, long[] lines) {
    this.name = name;
    this.columns = List.copyOf(columns);
    this.cells = cells;
    this.lines = lines;
    if (new HashSet<>(columns).size() != columns.size()) {
      throw new DataException(name + " names a column twice: " + String.join(", ", columns));
    }
  }

  /** Reads a CSV file with a header line; see {@link #read(Source)}. */
  public static Table read(Path file) throws IOException {
    return read(Source.of(file));
  }

  /**
   * Reads CSV, plain or gzip, with a header line; cells may be quoted; the separator (comma,
   * semicolon, tab) is found from the header.
   *
   * @throws DataException for an empty table, rows of another length than the header, unclosed
   *     quotes, text that is not UTF-8
   */
  public static Table read(Source source) throws IOException {
    String text = TextFile.read(source);
    try (CsvReader<CsvRecord> reader = TextFile.csv(text)) {
      return of(source.name(), reader.iterator());
    } catch (CsvParseException e) {
      throw new DataException(source.name() + ": " + e.getMessage(), e);
    }
  }

  private static Table of(String name, Iterator<CsvRecord> records) {
    if (!records.hasNext()) {
      throw new DataException(name + " is empty; expected a header line and one line per row");
    }
    List<String> columns = records.next().getFields().stream().map(String::strip).toList();
    // Categories repeat: one string for all their cells saves most of the memory.
    Map<String, String> known = new HashMap<>();
    List<String[]> rows = new ArrayList<>();
    List<Long> lines = new ArrayList<>();
    while (records.hasNext()) {
      CsvRecord record = records.next();
      if (record.getFieldCount() != columns.size()) {
        throw new DataException(
            "%s line %d has %d cells; the header has %d (%s)"
                .formatted(
                    name,
                    record.getStartingLineNumber(),
                    record.getFieldCount(),
                    columns.size(),
                    String.join(", ", columns)));
      }
      String[] row = new String[columns.size()];
      for (int c = 0; c < row.length; c++) {
        row[c] = known.computeIfAbsent(record.getField(c).strip(), cell -> cell);
      }
      rows.add(row);
      lines.add(record.getStartingLineNumber());
    }
    if (rows.isEmpty()) {
      throw new DataException(
          name + " has a header (" + String.join(", ", columns) + ") but no rows");
    }
    String[][] cells = new String[columns.size()][rows.size()];
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < cells.length; c++) {
        cells[c][r] = rows.get(r)[c];
      }
    }
    return new Table(name, columns, cells, lines.stream().mapToLong(Long::longValue).toArray());
  }

  /**
   * A table from its cells.
   *
   * @param name what messages call it
   * @param columns names of the columns
   * @param cells the cells of each column
   */
  public static Table of(String name, List<String> columns, List<List<String>> cells) {
    String[][] copied = cells.stream().map(c -> c.toArray(String[]::new)).toArray(String[][]::new);
    if (copied.length != columns.size()
        || Arrays.stream(copied).anyMatch(c -> c.length != copied[0].length)) {
      throw new IllegalArgumentException(
          name + ": there must be a name per column and equally many cells in each");
    }
    long[] lines = new long[copied.length == 0 ? 0 : copied[0].length];
    Arrays.setAll(lines, i -> i + 1);
    return new Table(name, columns, copied, lines);
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Names of the columns. */
  public List<String> columns() {
    return columns;
  }

  /** Number of rows. */
  public int rows() {
    return lines.length;
  }

  /** Where a row was, for messages: {@code clicks.csv line 17}. */
  public String place(int row) {
    return name + " line " + lines[row];
  }

  /** Whether there is a column of this name. */
  public boolean has(String column) {
    return columns.contains(column);
  }

  /**
   * The cells of one column, stripped of blanks around them.
   *
   * @throws DataException if there is no such column; lists those there are
   */
  public List<String> column(String column) {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new DataException(
          "%s has no column '%s'; it has %s".formatted(name, column, String.join(", ", columns)));
    }
    String[] values = cells[index];
    return new AbstractList<>() {
      @Override
      public String get(int row) {
        return values[row];
      }

      @Override
      public int size() {
        return values.length;
      }
    };
  }

  /**
   * A table of some of the rows.
   *
   * @param rows which, in the new order
   */
  public Table select(int[] rows) {
    String[][] chosen = new String[cells.length][rows.length];
    long[] chosenLines = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      int row = Objects.checkIndex(rows[i], lines.length);
      chosenLines[i] = lines[row];
      for (int c = 0; c < cells.length; c++) {
        chosen[c][i] = cells[c][row];
      }
    }
    return new Table(name, columns, chosen, chosenLines);
  }
}
