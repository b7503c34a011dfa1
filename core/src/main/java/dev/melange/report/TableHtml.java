package dev.melange.report;

/** Tables for pages: a wide one scrolls in its own box instead of widening the page. */
final class TableHtml {
  private TableHtml() {}

  static String render(Table table) {
    var out = new StringBuilder("<table>");
    if (!table.title().isBlank()) {
      out.append("<caption><span>").append(Html.escape(table.title()));
      out.append("</span></caption>");
    }
    boolean[][] marked = new boolean[table.columns().size()][];
    out.append("<thead><tr>");
    for (int c = 0; c < marked.length; c++) {
      marked[c] = table.marked(c);
      Table.Column column = table.columns().get(c);
      out.append("<th scope=\"col\"").append(column.numeric() ? " class=\"number\">" : ">");
      out.append(Html.escape(column.name())).append("</th>");
    }
    out.append("</tr></thead><tbody>");
    for (int r = 0; r < table.rows().size(); r++) {
      out.append("<tr>");
      for (int c = 0; c < marked.length; c++) {
        boolean header = c == 0 && !table.columns().get(c).numeric();
        String type = header ? "th scope=\"row\"" : "td";
        boolean brief = header && table.cell(r, c).length() <= 28;
        String cell = Html.escape(table.cell(r, c));
        out.append('<').append(type);
        out.append(
            table.columns().get(c).numeric()
                ? " class=\"number\">"
                : brief ? " class=\"brief\">" : ">");
        out.append(marked[c][r] ? "<strong title=\"best\">" + cell + "</strong>" : cell);
        out.append(header ? "</th>" : "</td>");
      }
      out.append("</tr>");
    }
    return out.append("</tbody></table>").toString();
  }
}
