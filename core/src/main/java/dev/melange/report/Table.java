package dev.melange.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A table of results, for terminals, pages and files.
 *
 * <pre>{@code
 * Table table = Table.titled("Digits, 3 seeds")
 *     .text("model")
 *     .number("top-1 (%)", "%.1f", Table.Best.HIGHEST)
 *     .row("PoolFormer", new Table.PlusMinus(97.2, 0.3))
 *     .row("MLP", 95.1)
 *     .build();
 * System.out.print(table.toText(Table.Style.UNICODE));
 * }</pre>
 *
 * @param title caption, plain text
 * @param columns in order
 * @param rows each with one cell per column: a {@link Number}, a {@link PlusMinus}, any other
 *     object (shown by its {@code toString}) or {@code null} for an empty cell; NaN is shown as a
 *     dash
 */
public record Table(String title, List<Column> columns, List<List<Object>> rows) {
  /** Which value of a column is marked. */
  public enum Best {
    /** None. */
    NONE,
    /** The highest number, and all that are shown alike. */
    HIGHEST,
    /** The lowest number, and all that are shown alike. */
    LOWEST
  }

  /** Characters of a table in a terminal. */
  public enum Style {
    /** Box-drawing lines. */
    UNICODE,
    /** ASCII only, marks included; characters beyond ASCII become {@code ?}. */
    ASCII
  }

  /**
   * A mean with its spread over seeds or folds, shown as {@code 97.2 ± 0.3}.
   *
   * @param value mean
   * @param spread standard deviation or half interval, in the same unit
   */
  public record PlusMinus(double value, double spread) {}

  /**
   * A column.
   *
   * @param name header, with the unit; unique in the table
   * @param numeric whether cells are right-aligned
   * @param format {@link String#format} pattern of its numbers
   * @param best which value is marked
   */
  public record Column(String name, boolean numeric, String format, Best best) {
    /** Checks that nothing is missing. */
    public Column {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(format, "format");
      Objects.requireNonNull(best, "best");
    }
  }

  /** Checks the number of cells and that every number suits its column's format. */
  public Table {
    title = title == null ? "" : title;
    columns = List.copyOf(columns);
    if (columns.stream().map(Column::name).distinct().count() != columns.size()) {
      throw new IllegalArgumentException(
          "table \""
              + title
              + "\" has two columns of one name: "
              + columns.stream().map(Column::name).toList());
    }
    List<List<Object>> copies = new ArrayList<>();
    for (List<Object> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "table \""
                + title
                + "\" has "
                + columns.size()
                + " columns, row "
                + copies.size()
                + " has "
                + row.size()
                + " cells: "
                + row);
      }
      for (int i = 0; i < row.size(); i++) {
        shown(columns.get(i), row.get(i));
      }
      // List.copyOf refuses null, which is an empty cell here.
      copies.add(Collections.unmodifiableList(new ArrayList<>(row)));
    }
    rows = Collections.unmodifiableList(copies);
  }

  /** Starts a table with a caption. */
  public static Builder titled(String title) {
    return new Builder(title);
  }

  /** For a terminal; ends with a line break. Marked values carry a {@code *}. */
  public String toText(Style style) {
    return TableText.render(this, style);
  }

  /** An HTML {@code table} element with caption and headers; marked values are bold. */
  public String toHtml() {
    return TableHtml.render(this);
  }

  /**
   * RFC 4180 with a header line, numbers in full precision, empty cells for {@code null}. A column
   * with a {@link PlusMinus} is followed by one named {@code <name> ±} that holds the spreads.
   */
  public String toCsv() {
    return TableData.csv(this);
  }

  /**
   * A JSON object of {@code title} and {@code rows}, each row an object by column name. Numbers
   * that are not finite become {@code null}, a {@link PlusMinus} an object of value and spread.
   */
  public String toJson() {
    return TableData.json(this);
  }

  /**
   * Writes the table as {@code .csv}, {@code .json} or {@code .txt}, atomically.
   *
   * @throws IllegalArgumentException for any other extension
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public void save(Path file) {
    String text =
        switch (ReportFile.extension(file)) {
          case "csv" -> toCsv();
          case "json" -> toJson();
          case "txt" -> toText(Style.UNICODE);
          default ->
              throw new IllegalArgumentException(
                  "table \""
                      + title
                      + "\" can be saved as .csv, .json or .txt, got "
                      + file
                      + "; change the file's extension");
        };
    ReportFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The cell as shown. */
  String cell(int row, int column) {
    return shown(columns.get(column), rows.get(row).get(column));
  }

  /** For each row, whether its cell in this column is marked as best. */
  boolean[] marked(int column) {
    boolean[] marks = new boolean[rows.size()];
    Best best = columns.get(column).best;
    double sign = best == Best.LOWEST ? -1 : 1;
    int top = -1;
    int count = 0;
    for (int i = 0; i < marks.length; i++) {
      double value = number(rows.get(i).get(column));
      if (Double.isFinite(value)) {
        count++;
        if (top < 0 || sign * value > sign * number(rows.get(top).get(column))) {
          top = i;
        }
      }
    }
    // The best of one is no news.
    if (best == Best.NONE || count < 2) {
      return marks;
    }
    // Values that look alike are marked alike, whatever their hidden digits.
    String shown = mean(columns.get(column), rows.get(top).get(column));
    for (int i = 0; i < marks.length; i++) {
      Object value = rows.get(i).get(column);
      marks[i] = Double.isFinite(number(value)) && mean(columns.get(column), value).equals(shown);
    }
    return marks;
  }

  private static double number(Object cell) {
    if (cell instanceof PlusMinus p) {
      return p.value;
    }
    return cell instanceof Number n ? n.doubleValue() : Double.NaN;
  }

  private static String mean(Column column, Object cell) {
    return shown(column, cell instanceof PlusMinus p ? p.value : cell);
  }

  private static String shown(Column column, Object cell) {
    if (cell == null) {
      return "";
    }
    if (cell instanceof PlusMinus p) {
      String spread = Double.isNaN(p.spread) ? "" : " ± " + shown(column, p.spread);
      return shown(column, p.value) + spread;
    }
    if (!(cell instanceof Number n)) {
      return cell.toString();
    }
    if (!Double.isFinite(n.doubleValue())) {
      return Ticks.number(n.doubleValue());
    }
    try {
      return String.format(Locale.ROOT, column.format, n);
    } catch (IllegalFormatException e) {
      throw new IllegalArgumentException(
          "column \""
              + column.name
              + "\": format "
              + column.format
              + " does not suit "
              + n.getClass().getSimpleName()
              + " "
              + n
              + "; use %d for whole numbers and %.3f or %s for others",
          e);
    }
  }

  /** Builds a {@link Table}. */
  public static final class Builder {
    private final String title;
    private final List<Column> columns = new ArrayList<>();
    private final List<List<Object>> rows = new ArrayList<>();

    private Builder(String title) {
      this.title = title;
    }

    /** A left-aligned column. */
    public Builder text(String name) {
      columns.add(new Column(name, false, "%s", Best.NONE));
      return this;
    }

    /** A right-aligned column, for example of format {@code %.2f} or {@code %,d}. */
    public Builder number(String name, String format) {
      return number(name, format, Best.NONE);
    }

    /** A right-aligned column with its best value marked. */
    public Builder number(String name, String format, Best best) {
      columns.add(new Column(name, true, format, best));
      return this;
    }

    /** A row, one cell per column. */
    public Builder row(Object... cells) {
      rows.add(Arrays.asList(cells.clone()));
      return this;
    }

    /** The table; the builder may be used further. */
    public Table build() {
      return new Table(title, columns, rows);
    }
  }
}
