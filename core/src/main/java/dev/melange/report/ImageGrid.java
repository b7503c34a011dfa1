package dev.melange.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pictures in rows and columns, with captions.
 *
 * <pre>{@code
 * ImageGrid.titled("Mixed samples").columns("image a", "image b", "mixed")
 *     .row("CutMix", a, b, Tile.chw(mixed, 3, 32, 32).shares(new Share("cat", 0.7), new Share("dog", 0.3)))
 *     .build();
 * }</pre>
 *
 * @param title caption of the whole, plain text
 * @param columns column captions; empty for none
 * @param rows in order
 * @param cellWidth width of a shown picture in pixels, heights follow
 * @param smooth whether enlarged pixels are interpolated; crisp squares otherwise
 */
public record ImageGrid(
    String title, List<String> columns, List<Row> rows, int cellWidth, boolean smooth) {
  /**
   * A row of pictures; rows may differ in length.
   *
   * @param caption to the left; may be empty
   * @param tiles left to right
   */
  public record Row(String caption, List<Tile> tiles) {
    /** Copies the list. */
    public Row {
      caption = caption == null ? "" : caption;
      tiles = List.copyOf(tiles);
    }
  }

  private static final int GAP = 8;
  private static final int BAR = 6;

  /** Checks sizes. */
  public ImageGrid {
    title = title == null ? "" : title;
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    if (cellWidth < 8 || cellWidth > 2048) {
      throw new IllegalArgumentException(
          "image grid \"" + title + "\": cells must be 8 to 2048 pixels wide, got " + cellWidth);
    }
    int widest = rows.stream().mapToInt(r -> r.tiles().size()).max().orElse(0);
    if (!columns.isEmpty() && widest > columns.size()) {
      throw new IllegalArgumentException(
          "image grid \""
              + title
              + "\" has "
              + columns.size()
              + " column captions, a row has "
              + widest
              + " pictures");
    }
  }

  /** Starts a grid. */
  public static Builder titled(String title) {
    return new Builder(title);
  }

  /** The labels of all bars in order of appearance: a label has one colour in the whole grid. */
  List<String> labels() {
    return rows.stream()
        .flatMap(r -> r.tiles().stream())
        .flatMap(t -> t.shares().stream())
        .map(Tile.Share::label)
        .distinct()
        .toList();
  }

  /** An HTML figure: pictures as data URIs, at most twice as fine as shown, captions as text. */
  public String toHtml() {
    List<String> labels = labels();
    boolean captions = rows.stream().anyMatch(r -> !r.caption().isBlank());
    var out = new StringBuilder("<figure class=\"images\">");
    if (!title.isBlank()) {
      out.append("<figcaption>").append(Html.escape(title)).append("</figcaption>");
    }
    out.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    out.append(Html.escape(title.isBlank() ? "Images" : title)).append("\"><table class=\"grid\">");
    if (!columns.isEmpty()) {
      out.append("<thead><tr>").append(captions ? "<td></td>" : "");
      for (String column : columns) {
        out.append("<th scope=\"col\">").append(Html.escape(column)).append("</th>");
      }
      out.append("</tr></thead>");
    }
    out.append("<tbody>");
    for (Row row : rows) {
      out.append("<tr>");
      if (captions) {
        out.append("<th scope=\"row\">").append(Html.escape(row.caption())).append("</th>");
      }
      for (int i = 0; i < row.tiles().size(); i++) {
        String column = columns.isEmpty() ? "" : columns.get(i);
        cell(out, row.tiles().get(i), (row.caption() + " " + column).strip(), labels);
      }
      out.append("</tr>");
    }
    out.append("</tbody></table></div>");
    if (!labels.isEmpty()) {
      out.append("<p class=\"keys\">");
      for (int i = 0; i < labels.size(); i++) {
        out.append("<span><i class=\"b-").append(i % Ink.seriesCount()).append("\"></i>");
        out.append(Html.escape(labels.get(i))).append("</span> ");
      }
      out.append("</p>");
    }
    return out.append("</figure>").toString();
  }

  private void cell(StringBuilder out, Tile tile, String place, List<String> labels) {
    String alt = tile.caption().isBlank() ? place : (place + " " + tile.caption()).strip();
    out.append("<td><img alt=\"").append(Html.escape(alt.isEmpty() ? "picture" : alt));
    out.append("\" width=\"").append(cellWidth).append("\" height=\"").append(cellHeight(tile));
    out.append(smooth || tile.width() > cellWidth ? "\"" : "\" class=\"crisp\"");
    out.append(" src=\"").append(Html.pngDataUri(tile.png(2 * cellWidth))).append("\">");
    if (!tile.shares().isEmpty()) {
      var spoken = new StringBuilder();
      var bars = new StringBuilder();
      for (Tile.Share part : tile.shares()) {
        int color = labels.indexOf(part.label()) % Ink.seriesCount();
        String percent = Ticks.number(part.share() * 100) + "%";
        spoken.append(part.label()).append(' ').append(percent).append(' ');
        bars.append("<i class=\"b-").append(color).append("\" style=\"width:");
        bars.append(Math.round(part.share() * 1000) / 10.0).append("%\"></i>");
      }
      String label = Html.escape(spoken.toString().strip());
      out.append("<span class=\"shares\" role=\"img\" aria-label=\"").append(label);
      out.append("\" title=\"").append(label).append("\">").append(bars).append("</span>");
    }
    if (!tile.caption().isBlank()) {
      out.append("<small>").append(Html.escape(tile.caption())).append("</small>");
    }
    out.append("</td>");
  }

  private int cellHeight(Tile tile) {
    return Math.max(1, (int) Math.round((double) cellWidth * tile.height() / tile.width()));
  }

  /** The whole grid with captions as one image on light paper. */
  public BufferedImage toImage() {
    int count = rows.stream().mapToInt(r -> r.tiles().size()).max().orElse(0);
    double left = GAP;
    for (Row row : rows) {
      double width = row.caption().isBlank() ? 0 : TextStyle.LABEL.width(row.caption()) + 12;
      left = Math.max(left, Math.min(220, GAP + width));
    }
    double top = GAP + (title.isBlank() ? 0 : 28) + (columns.isEmpty() ? 0 : 20);
    List<String> labels = labels();
    double height = top + (labels.isEmpty() ? 0 : 26);
    for (Row row : rows) {
      height += rowHeight(row);
    }
    double width = left + Math.max(1, count) * (cellWidth + GAP);
    var image =
        new BufferedImage(
            (int) Math.ceil(width), (int) Math.ceil(height), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(Ink.PAPER.light()));
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    ImageCanvas.quality(graphics);
    text(graphics, title, GAP, GAP + 15, TextStyle.TITLE, width - 2 * GAP, Canvas.Anchor.START);
    for (int i = 0; i < columns.size() && i < count; i++) {
      double middle = left + i * (cellWidth + GAP) + cellWidth / 2.0;
      text(
          graphics,
          columns.get(i),
          middle,
          top - 7,
          TextStyle.LABEL,
          cellWidth,
          Canvas.Anchor.MIDDLE);
    }
    double y = top;
    for (Row row : rows) {
      text(
          graphics,
          row.caption(),
          left - 10,
          y + cellWidth / 2.0,
          TextStyle.LABEL,
          left - 12,
          Canvas.Anchor.END);
      for (int i = 0; i < row.tiles().size(); i++) {
        tile(graphics, row.tiles().get(i), left + i * (cellWidth + GAP), y, labels);
      }
      y += rowHeight(row);
    }
    keys(graphics, labels, left, y + 6, width);
    graphics.dispose();
    return image;
  }

  private void tile(Graphics2D graphics, Tile tile, double x, double y, List<String> labels) {
    tile.draw(graphics, (int) x, (int) y, cellWidth, cellHeight(tile), smooth);
    double below = y + cellHeight(tile) + 3;
    double from = x;
    for (Tile.Share part : tile.shares()) {
      graphics.setColor(new Color(Ink.series(labels.indexOf(part.label())).light()));
      graphics.fill(new Rectangle2D.Double(from, below, cellWidth * part.share(), BAR));
      from += cellWidth * part.share();
    }
    below += tile.shares().isEmpty() ? 0 : BAR + 2;
    text(
        graphics,
        tile.caption(),
        x + cellWidth / 2.0,
        below + 11,
        TextStyle.TICK,
        cellWidth,
        Canvas.Anchor.MIDDLE);
  }

  private static void keys(
      Graphics2D graphics, List<String> labels, double x, double y, double width) {
    double at = x;
    for (int i = 0; i < labels.size(); i++) {
      double need = 18 + TextStyle.LABEL.width(labels.get(i)) + 14;
      if (at + need > width) {
        // What a narrow picture cannot hold is in the captions of the bars on the page.
        return;
      }
      graphics.setColor(new Color(Ink.series(i).light()));
      graphics.fill(new Rectangle2D.Double(at, y, 11, 11));
      ImageCanvas.draw(
          graphics, labels.get(i), at + 17, y + 10, TextStyle.LABEL, Canvas.Anchor.START, 0);
      at += need;
    }
  }

  private int rowHeight(Row row) {
    int height = 0;
    for (Tile tile : row.tiles()) {
      int bar = tile.shares().isEmpty() ? 0 : BAR + 5;
      height = Math.max(height, cellHeight(tile) + bar + (tile.caption().isBlank() ? 0 : 17));
    }
    return height + GAP;
  }

  private static void text(
      Graphics2D graphics,
      String text,
      double x,
      double y,
      TextStyle style,
      double limit,
      Canvas.Anchor anchor) {
    ImageCanvas.draw(graphics, style.fit(text, limit), x, y, style, anchor, 0);
  }

  /**
   * Writes the grid as {@code .png}, atomically; missing folders are created.
   *
   * @throws IllegalArgumentException for any other extension
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public void save(Path file) {
    if (!ReportFile.extension(file).equals("png")) {
      throw new IllegalArgumentException(
          "image grid \""
              + title
              + "\" can be saved as .png, got "
              + file
              + "; change the file's extension");
    }
    ReportFile.write(file, Png.encode(toImage()));
  }

  /** Builds an {@link ImageGrid}. */
  public static final class Builder {
    private final String title;
    private final List<Row> rows = new ArrayList<>();
    private List<String> columns = List.of();
    private int cellWidth = 112;
    private boolean smooth;

    private Builder(String title) {
      this.title = title;
    }

    /** Captions over the columns. */
    public Builder columns(String... captions) {
      columns = List.of(captions);
      return this;
    }

    /** A row with a caption to its left. */
    public Builder row(String caption, Tile... tiles) {
      return row(caption, Arrays.asList(tiles));
    }

    /** A row with a caption to its left. */
    public Builder row(String caption, List<Tile> tiles) {
      rows.add(new Row(caption, tiles));
      return this;
    }

    /** Width of a shown picture in pixels; 112 by default. */
    public Builder cellWidth(int pixels) {
      cellWidth = pixels;
      return this;
    }

    /** Interpolates enlarged pixels instead of showing them as crisp squares. */
    public Builder smooth() {
      smooth = true;
      return this;
    }

    /** The grid; the builder may be used further. */
    public ImageGrid build() {
      return new ImageGrid(title, columns, rows, cellWidth, smooth);
    }
  }
}
