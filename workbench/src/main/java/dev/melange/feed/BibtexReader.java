package dev.melange.feed;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Parser of BibTeX bibliographies. An entry needs a title and a year; {@code eprint}, an arXiv
 * address or a DOI of arXiv gives its id, {@code date} its day. Without a day the first of its
 * month stands for it.
 */
public final class BibtexReader {
  private static final int MAX_DEPTH = 100;

  private final String text;
  private int at;
  private int counted;
  private int lines = 1;

  private BibtexReader(String text) {
    this.text = text;
  }

  /** An entry as it stands: its kind and fields, names in lower case. */
  private record Raw(String kind, Map<String, String> fields, int line, String source) {}

  /** What stops the reading of one entry. */
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Parses a bibliography.
   *
   * @throws ImportException if it is too large or not UTF-8
   */
  public static ParsedSource parse(byte[] bytes) {
    return new BibtexReader(BibliographyFields.text(bytes)).parse();
  }

  private ParsedSource parse() {
    List<PaperRecord> records = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    int position = 0;
    while (seekEntry()) {
      int start = at;
      int line = line(start);
      try {
        Raw raw = entry(start, line);
        if (List.of("comment", "preamble", "string").contains(raw.kind())) {
          continue;
        }
        position++;
        records.add(record(raw, position));
      } catch (Broken | IllegalArgumentException e) {
        refusals.add(new Refusal(line, e.getMessage()));
        at = start + 1; // the next entry may lie within what this one did not end
      }
    }
    if (records.isEmpty() && refusals.isEmpty()) {
      refusals.add(new Refusal(1, "expected an entry such as @misc{key, title = {...}, ...}"));
    }
    return new ParsedSource(SourceKind.BIBTEX, records, refusals);
  }

  /** The line of a position; positions only grow. */
  private int line(int position) {
    for (; counted < position; counted++) {
      if (text.charAt(counted) == '\n') {
        lines++;
      }
    }
    return lines;
  }

  /** Goes to the next @ that begins a line. */
  private boolean seekEntry() {
    while (at < text.length()) {
      at = text.indexOf('@', at);
      if (at < 0) {
        at = text.length();
        return false;
      }
      int before = at - 1;
      while (before >= 0 && (text.charAt(before) == ' ' || text.charAt(before) == '\t')) {
        before--;
      }
      if (before < 0 || text.charAt(before) == '\n' || text.charAt(before) == '\r') {
        return true;
      }
      at++;
    }
    return false;
  }

  private Raw entry(int start, int line) {
    at++;
    String kind = word();
    spaces();
    if (peek() != '{' && peek() != '(') {
      throw new Broken("expected { after @" + kind);
    }
    if (List.of("comment", "preamble", "string").contains(kind)) {
      value();
      return new Raw(kind, Map.of(), line, "");
    }
    at++;
    while (peek() != ',' && peek() != '}' && peek() != '\n') {
      at++; // the key
    }
    Map<String, String> fields = new LinkedHashMap<>();
    while (true) {
      skip(" \t\r\n,");
      if (peek() == '}' || peek() == ')') {
        at++;
        return new Raw(kind, fields, line, text.substring(start, at));
      }
      String name = word();
      if (name.isEmpty()) {
        throw new Broken("expected a field such as title = {...}, got '" + peek() + "'");
      }
      spaces();
      if (peek() != '=') {
        throw new Broken("expected = after the field " + name);
      }
      at++;
      fields.putIfAbsent(name, values());
    }
  }

  /** Values joined by {@code #}. */
  private String values() {
    StringBuilder out = new StringBuilder();
    do {
      if (out.length() > 0) {
        at++;
      }
      spaces();
      out.append(value());
      spaces();
    } while (peek() == '#');
    return out.toString();
  }

  private String value() {
    char open = peek();
    if (open != '{' && open != '(' && open != '"') {
      String bare = word();
      if (bare.isEmpty()) {
        throw new Broken("expected a value in braces or quotes, got '" + open + "'");
      }
      return bare;
    }
    int start = ++at;
    int depth = 0;
    while (true) {
      char c = peek();
      if (at - start > PaperRecord.MAX_ABSTRACT) {
        throw new Broken("a value does not end within %,d characters".formatted(at - start - 1));
      }
      if (c == '\\') {
        at++;
      } else if (c == '{') {
        if (++depth > MAX_DEPTH) {
          throw new Broken("braces nest deeper than " + MAX_DEPTH);
        }
      } else if (depth == 0 && (open == '"' ? c == '"' : c == '}' || (open == '(' && c == ')'))) {
        return text.substring(start, at++);
      } else if (c == '}') {
        depth--;
      }
      at++;
    }
  }

  private String word() {
    spaces();
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || "_-.:".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    return text.substring(start, at).toLowerCase(Locale.ROOT);
  }

  private void spaces() {
    skip(" \t\r\n");
  }

  private void skip(String characters) {
    while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw new Broken("the entry does not end");
    }
    return text.charAt(at);
  }

  private static PaperRecord record(Raw raw, int position) {
    String title = plain(raw.fields().get("title"));
    if (title == null) {
      throw new IllegalArgumentException("the entry has no title");
    }
    Optional<ArxivId> id =
        BibliographyFields.arxivId(
            Stream.of("eprint", "url", "doi", "note", "journal")
                .map(field -> plain(raw.fields().get(field))));
    String url = plain(raw.fields().get("url"));
    String authors = plain(raw.fields().get("author"));
    return PaperRecord.of(position, raw.line(), title, date(raw.fields()))
        .arxivId(id.orElse(null))
        .abstractText(plain(raw.fields().get("abstract")))
        .authors(authors == null ? List.of() : names(authors))
        .links(BibliographyFields.links(Stream.ofNullable(url)))
        .categories(plain(raw.fields().get("primaryclass")), List.of())
        .publication(
            plain(raw.fields().get("doi")),
            BibliographyFields.venue(
                Stream.of("booktitle", "journal").map(field -> plain(raw.fields().get(field)))))
        .build(raw.source());
  }

  /** {@code Last, First and First Last} as names in reading order. */
  private static List<String> names(String authors) {
    return Arrays.stream(authors.split("\\s+and\\s+"))
        .map(BibliographyFields::readingOrder)
        .filter(name -> !name.equals("others"))
        .toList();
  }

  private static LocalDate date(Map<String, String> fields) {
    try {
      String date = plain(fields.get("date"));
      if (date != null && date.matches("\\d{4}-\\d{2}-\\d{2}")) {
        return LocalDate.parse(date);
      }
      String year = plain(fields.get("year"));
      if (year == null && date != null) {
        year = date.split("-", 2)[0];
      }
      if (year == null || !year.matches("[0-9]{4}")) {
        throw new IllegalArgumentException(
            "its year is '" + BibliographyFields.cut(year) + "', expected four digits");
      }
      String month = plain(fields.get("month"));
      return LocalDate.of(
          Integer.parseInt(year), month == null ? 1 : BibliographyFields.month(month), 1);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("its date does not exist", e);
    }
  }

  /** Without the braces that protect capitals, escapes resolved, on one line; null stays null. */
  private static String plain(String value) {
    if (value == null) {
      return null;
    }
    String escaped =
        value
            .replace("\\textasciitilde{}", "\u0001")
            .replace("\\textasciicircum{}", "\u0002")
            .replace("\\textbackslash{}", "\u0003")
            .replace("\\{", "\u0004")
            .replace("\\}", "\u0005");
    String text =
        TexText.plain(escaped)
            .replaceAll("[{}]", "")
            .replace('\u0001', '~')
            .replace('\u0002', '^')
            .replace('\u0003', '\\')
            .replace('\u0004', '{')
            .replace('\u0005', '}')
            .replaceAll("\\s+", " ")
            .strip();
    return text.isEmpty() ? null : text;
  }
}
