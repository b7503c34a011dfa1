package dev.melange.report;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;

/** Tables for terminals. */
final class TableText {
  /** Upper edge, header, line under it, rows, (no lines between rows), lower edge. */
  private static final Character[] UNICODE = {
    '┌', '─', '┬', '┐', '│', '│', '│', '├', '─', '┼', '┤', '│', '│', '│', null, null, null, null,
    '├', '─', '┼', '┤', '│', '│', '│', '└', '─', '┴', '┘'
  };

  private TableText() {}

  static String render(Table table, Table.Style style) {
    int width = table.columns().size();
    Object[][] cells = new Object[table.rows().size()][width];
    Column[] columns = new Column[width];
    for (int c = 0; c < width; c++) {
      Table.Column column = table.columns().get(c);
      var align = column.numeric() ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT;
      boolean[] marked = table.marked(c);
      boolean marks = column.best() != Table.Best.NONE;
      columns[c] =
          new Column()
              .header(clean(column.name(), style))
              .headerAlign(align)
              .dataAlign(align)
              .maxWidth(60);
      for (int r = 0; r < cells.length; r++) {
        // Numbers stay aligned when the mark has its own place.
        String mark = !marks ? "" : marked[r] ? " *" : "  ";
        cells[r][c] = clean(table.cell(r, c), style) + mark;
      }
    }
    String title = table.title().isBlank() ? "" : clean(table.title(), style) + "\n";
    if (width == 0) {
      return title;
    }
    var border = style == Table.Style.ASCII ? AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS : UNICODE;
    return title
        + AsciiTable.builder().border(border).lineSeparator("\n").data(columns, cells).asString()
        + "\n";
  }

  /** One line without control characters: a cell must not move the terminal's cursor. */
  private static String clean(String text, Table.Style style) {
    String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
    return style == Table.Style.ASCII
        ? line.replace("±", "+-").replaceAll("[–−]", "-").replaceAll("[^\\x20-\\x7E]", "?")
        : line;
  }
}
