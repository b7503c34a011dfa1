package dev.melange.feed;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Parser of tables of papers: a line of column names, then one paper a line. {@code title} and
 * {@code date} (or {@code published}, {@code year}) are needed; {@code abstract}, {@code authors}
 * (separated by semicolons), {@code arxiv} (or {@code id}), {@code url}, {@code organization},
 * {@code doi} and {@code venue} are read, other columns are left alone.
 */
public final class CsvPapers {
  private static final int MAX_BYTES = 20 << 20;

  private CsvPapers() {}

  /** Whether a first line looks like the names of columns of papers. */
  static boolean looksLike(String firstLine) {
    List<String> names = Arrays.asList(firstLine.toLowerCase(Locale.ROOT).split("[,;\t]"));
    return names.stream().map(name -> name.replace("\"", "").strip()).anyMatch("title"::equals)
        && names.size() > 1;
  }

  /**
   * Parses a table; the separator is a comma, a semicolon or a tab, as its first line shows.
   *
   * @throws ImportException if it is too large, not UTF-8, no CSV, or lacks a needed column
   */
  public static ParsedSource parse(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new ImportException(
          "the table has %,d bytes, at most %,d are accepted".formatted(bytes.length, MAX_BYTES));
    }
    String text = Utf8.decodeAll(bytes);
    String first = text.lines().findFirst().orElse("");
    char separator = first.contains("\t") ? '\t' : first.contains(";") ? ';' : ',';
    List<PaperRecord> records = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    try (CsvReader<CsvRecord> rows =
        CsvReader.builder().fieldSeparator(separator).ofCsvRecord(text)) {
      Iterator<CsvRecord> all = rows.iterator();
      if (!all.hasNext()) {
        throw new ImportException("the table is empty");
      }
      Map<String, Integer> columns = columns(all.next());
      int position = 0;
      while (all.hasNext()) {
        CsvRecord row = all.next();
        position++;
        int line = (int) row.getStartingLineNumber();
        try {
          records.add(record(row, columns, position, line));
        } catch (IllegalArgumentException e) {
          refusals.add(new Refusal(line, e.getMessage()));
        }
      }
    } catch (CsvParseException e) {
      throw new ImportException("the table cannot be read: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // text in memory always can be read
    }
    return new ParsedSource(SourceKind.CSV, records, refusals);
  }

  private static Map<String, Integer> columns(CsvRecord header) {
    Map<String, Integer> columns = new HashMap<>();
    for (int i = 0; i < header.getFieldCount(); i++) {
      columns.putIfAbsent(header.getField(i).strip().toLowerCase(Locale.ROOT), i);
    }
    boolean dated =
        columns.containsKey("date")
            || columns.containsKey("published")
            || columns.containsKey("year");
    if (!columns.containsKey("title") || !dated) {
      throw new ImportException(
          "the table needs the columns title and date, got " + header.getFields());
    }
    return columns;
  }

  private static PaperRecord record(
      CsvRecord row, Map<String, Integer> columns, int position, int line) {
    Fields fields = new Fields(row, columns);
    String title = fields.get("title");
    if (title == null) {
      throw new IllegalArgumentException("the title is missing");
    }
    String id = fields.get("arxiv", "arxiv_id", "id");
    Optional<ArxivId> arxivId = ArxivId.parse(id);
    if (id != null && arxivId.isEmpty() && fields.get("arxiv", "arxiv_id") != null) {
      throw new IllegalArgumentException("its arXiv id is '" + id + "', which is none");
    }
    String authors = fields.get("authors", "author");
    String organisation = fields.get("organization", "organisation");
    String url = fields.get("url", "link", "code");
    return PaperRecord.of(position, line, title, date(fields.get("date", "published", "year")))
        .arxivId(arxivId.orElse(null))
        .abstractText(fields.get("abstract", "summary"))
        .authors(authors == null ? List.of() : Arrays.asList(authors.split("\\s*;\\s*")))
        .organisation(organisation == null ? null : OrganisationName.parse(organisation))
        .links(PaperLink.parse(url).stream().toList())
        .publication(fields.get("doi"), fields.get("venue", "journal"))
        .build(String.join(",", row.getFields()));
  }

  /** A row's fields by the names of their columns. */
  private record Fields(CsvRecord row, Map<String, Integer> columns) {
    /** The first that is not blank, on one line; null if there is none. */
    String get(String... names) {
      for (String name : names) {
        Integer column = columns.get(name);
        if (column != null && column < row.getFieldCount() && !row.getField(column).isBlank()) {
          String field = row.getField(column).replaceAll("\\s+", " ").strip();
          // Tables for spreadsheets mark what is no formula that way.
          return field.matches("'[=+@-].*") ? field.substring(1) : field;
        }
      }
      return null;
    }
  }

  private static LocalDate date(String text) {
    try {
      if (text != null && text.matches("\\d{4}")) {
        return LocalDate.of(Integer.parseInt(text), 1, 1);
      }
      if (text != null && text.matches("\\d{4}-\\d{2}-\\d{2}(T.*)?")) {
        return LocalDate.parse(text.substring(0, 10));
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("its date '" + text + "' does not exist", e);
    }
    throw new IllegalArgumentException(
        "its date is '%s', expected the form 2025-08-17 or a year".formatted(text));
  }
}
