package dev.melange.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A self-contained HTML page of results: no script, no other files, light and dark, for screen,
 * phone and paper. Elements appear in the order in which they are added; all strings are plain
 * text.
 *
 * <pre>{@code
 * new Report("PoolFormer on digits")
 *     .verdict(Report.Tone.POSITIVE, "holds", "The accuracies differ by less than 1 %.")
 *     .section("Results").table(table).charts(curves, bars)
 *     .section("Provenance").facts(Map.of("seed", 1))
 *     .write(Path.of("report.html"));
 * }</pre>
 */
public final class Report {
  /** The colour and sign of a verdict. */
  public enum Tone {
    /** Green, a tick. */
    POSITIVE("✓"),
    /** Amber, a tilde. */
    NEUTRAL("∼"),
    /** Red, a cross. */
    NEGATIVE("✕");

    private final String sign;

    Tone(String sign) {
      this.sign = sign;
    }
  }

  private static final String STYLE = style();

  private final String title;
  private final int level;
  private final StringBuilder lead = new StringBuilder();
  private final StringBuilder body = new StringBuilder();

  /** Starts a report. */
  public Report(String title) {
    this(Objects.requireNonNull(title, "title"), 2);
  }

  private Report(String title, int level) {
    this.title = title;
    this.level = level;
  }

  /** A line under the title. */
  public Report subtitle(String text) {
    lead.append("<p class=\"subtitle\">").append(Html.escape(text)).append("</p>");
    return this;
  }

  /**
   * The outcome as a badge under the title, and why.
   *
   * @param label a few words, for example {@code does not show at this scale}
   * @param reason one or two sentences with the numbers; may be empty
   */
  public Report verdict(Tone tone, String label, String reason) {
    lead.append("<p class=\"verdict ").append(tone.name().toLowerCase(Locale.ROOT));
    lead.append("\"><strong><span aria-hidden=\"true\">").append(tone.sign).append("</span> ");
    lead.append(Html.escape(label)).append("</strong> ");
    lead.append(Html.escape(reason)).append("</p>");
    return this;
  }

  /** A heading; what follows belongs to it. */
  public Report section(String heading) {
    body.append("<h").append(level).append('>').append(Html.escape(heading));
    body.append("</h").append(level).append('>');
    return this;
  }

  /** A paragraph; empty lines in the text separate paragraphs. */
  public Report paragraph(String text) {
    for (String part : text.strip().split("\\R\\s*\\R", -1)) {
      body.append("<p>").append(Html.escape(part)).append("</p>");
    }
    return this;
  }

  /** A link on its own line; http and https only, for other schemes can run code. */
  public Report link(String text, URI target) {
    if (!"https".equalsIgnoreCase(target.getScheme())
        && !"http".equalsIgnoreCase(target.getScheme())) {
      throw new IllegalArgumentException(
          "a report links to http and https addresses only, got " + target);
    }
    body.append("<p><a rel=\"noopener noreferrer\" href=\"");
    body.append(Html.escape(target.toString())).append("\">");
    body.append(Html.escape(text)).append("</a></p>");
    return this;
  }

  /** A table, which scrolls by itself where the page is too narrow. */
  public Report table(Table table) {
    body.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    body.append(Html.escape(table.title().isBlank() ? "Table" : table.title())).append("\">");
    body.append(table.toHtml()).append("</div>");
    return this;
  }

  /** Charts side by side where the page is wide enough, below one another otherwise. */
  public Report charts(Chart... charts) {
    return charts(List.of(charts));
  }

  /** As {@link #charts(Chart...)}. */
  public Report charts(List<? extends Chart> charts) {
    body.append(charts.size() > 1 ? "<div class=\"charts\">" : "<div>");
    for (Chart chart : charts) {
      body.append("<figure class=\"chart\">");
      if (!chart.title().isBlank()) {
        body.append("<figcaption>").append(Html.escape(chart.title())).append("</figcaption>");
      }
      body.append(Drawing.inline(chart)).append("</figure>");
    }
    body.append("</div>");
    return this;
  }

  /** Pictures. */
  public Report images(ImageGrid grid) {
    body.append(grid.toHtml());
    return this;
  }

  /** Text coloured by activation. */
  public Report text(ColoredText text) {
    body.append(text.toHtml());
    return this;
  }

  /** A tree as an indented list. */
  public Report tree(Tree tree) {
    body.append(tree.toHtml());
    return this;
  }

  /** Names and values, in the map's order: configuration, seed, versions, data hashes. */
  public Report facts(Map<String, ?> facts) {
    body.append("<dl>");
    facts.forEach(
        (name, value) ->
            body.append("<div><dt>")
                .append(Html.escape(name))
                .append("</dt><dd>")
                .append(Html.escape(String.valueOf(value)))
                .append("</dd></div>"));
    body.append("</dl>");
    return this;
  }

  /** Text in a fixed-width font with its line breaks: configuration, a terminal's output. */
  public Report code(String text) {
    body.append("<pre tabindex=\"0\">").append(Html.escape(text)).append("</pre>");
    return this;
  }

  /**
   * A part that opens on request.
   *
   * @param summary what is shown while it is closed
   * @param content adds the elements inside to the report it is given
   */
  public Report details(String summary, Consumer<Report> content) {
    var inner = new Report(summary, level + 1);
    content.accept(inner);
    body.append("<details><summary>").append(Html.escape(summary)).append("</summary>");
    body.append(inner.lead).append(inner.body).append("</details>");
    return this;
  }

  /** The page. */
  public String toHtml() {
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        + "<meta name=\"color-scheme\" content=\"light dark\">"
        // Everything is inline: should hostile text ever get through, it can load and run nothing.
        + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        + "style-src 'unsafe-inline'; img-src data:\"><title>"
        + Html.escape(title)
        + "</title><style>"
        + STYLE
        + "</style></head>\n<body><main><header><h1>"
        + Html.escape(title)
        + "</h1>"
        + lead
        + "</header>\n"
        + body
        + "</main></body></html>\n";
  }

  /**
   * Writes the page atomically; missing folders are created.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public void write(Path html) {
    ReportFile.write(html, toHtml().getBytes(StandardCharsets.UTF_8));
  }

  private static String style() {
    try (var in = Report.class.getResourceAsStream("report.css")) {
      String sheet = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      var bars = new StringBuilder();
      for (int i = 0; i < Ink.seriesCount(); i++) {
        bars.append(".b-").append(i).append("{background:");
        bars.append(Ink.hex(Ink.series(i).light())).append('}');
      }
      return sheet + bars + SvgCanvas.pageCss() + ColoredText.css();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
