package dev.melange.store;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.melange.feed.TexText;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Papers as a table, whose first columns are those that imports read. A cell that a spreadsheet
 * would take for a formula begins with an apostrophe.
 */
public final class PaperCsv {
  private static final Pattern FORMULA = Pattern.compile("(?s)[=+@\\t\\r-].*");

  private PaperCsv() {}

  /** The table, with a line of column names first. */
  public static String write(List<PaperEntry> papers) {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      write(papers, csv);
    } catch (IOException e) {
      throw new UncheckedIOException("a table in memory could not be written", e);
    }
    return text.toString();
  }

  private static void write(List<PaperEntry> papers, CsvWriter csv) {
    csv.writeRecord(
        "title",
        "date",
        "id",
        "authors",
        "organization",
        "url",
        "abstract",
        "listed",
        "submitter",
        "upvotes",
        "comments",
        "key");
    for (PaperEntry paper : papers) {
      String url = paper.repoUrl() != null ? paper.repoUrl() : paper.projectUrl();
      csv.writeRecord(
          cell(TexText.plain(paper.title())),
          paper.published().toString(),
          paper.publicId(),
          cell(String.join("; ", paper.shownAuthors())),
          paper.organisation() == null ? "" : cell(paper.organisation().name()),
          url == null ? "" : cell(url),
          paper.abstractText() == null ? "" : cell(TexText.plain(paper.abstractText())),
          paper.listedDay() == null ? "" : paper.listedDay().toString(),
          paper.submitter() == null ? "" : cell(paper.submitter()),
          Integer.toString(paper.votes()),
          Integer.toString(paper.comments()),
          paper.catalogueKey() == null ? "" : paper.catalogueKey());
    }
  }

  private static String cell(String text) {
    return FORMULA.matcher(text).matches() ? "'" + text : text;
  }
}
