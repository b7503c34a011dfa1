package dev.melange.feed;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Parser of bibliographies in the format RIS: entries from {@code TY - } to {@code ER - }, a tag of
 * two characters and its value on each line. An entry needs a title and a year. Without a day the
 * first of its month stands for it. An entry that does not end before the next one begins is
 * refused.
 */
public final class Ris {
  private static final Pattern TAGGED = Pattern.compile("([A-Z][A-Z0-9]) {0,2}-(?: (.*))?");
  private static final Pattern START = Pattern.compile("TY {0,2}-(?: .*)?");

  private final List<PaperRecord> records = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final Map<String, List<StringBuilder>> fields = new LinkedHashMap<>();
  private final StringBuilder source = new StringBuilder();
  private StringBuilder last;
  private int start;
  private int titleLine;
  private int position;

  private Ris() {}

  /**
   * Parses a bibliography.
   *
   * @throws ImportException if it is too large or not UTF-8
   */
  public static ParsedSource parse(byte[] bytes) {
    return new Ris().parse(BibliographyFields.text(bytes));
  }

  /** Whether a line begins an entry. */
  static boolean looksLike(String line) {
    return START.matcher(line.stripTrailing()).matches();
  }

  private ParsedSource parse(String text) {
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      line(++number, line.stripTrailing());
    }
    if (start > 0) {
      refuse("the entry does not end; expected a line \"ER  - \"");
    }
    if (records.isEmpty() && refusals.isEmpty()) {
      refusals.add(new Refusal(1, "expected an entry that begins with a line \"TY  - JOUR\""));
    }
    return new ParsedSource(SourceKind.RIS, records, refusals);
  }

  private void line(int number, String line) {
    Matcher tagged = TAGGED.matcher(line);
    String tag = tagged.matches() ? tagged.group(1) : null;
    if ("TY".equals(tag)) {
      if (start > 0) {
        refuse("the entry does not end; expected a line \"ER  - \"");
      }
      start = number;
      position++;
    } else if (start == 0) {
      if (!line.isBlank()) {
        refusals.add(
            new Refusal(
                number,
                "expected a line \"TY  - JOUR\", got \"%s\""
                    .formatted(BibliographyFields.cut(line))));
      }
      return;
    }
    source.append(line).append('\n');
    if ("ER".equals(tag)) {
      end();
    } else if (tag != null) {
      last = new StringBuilder(tagged.group(2) == null ? "" : tagged.group(2).strip());
      fields.computeIfAbsent(tag, key -> new ArrayList<>()).add(last);
      titleLine = tag.equals("TI") || (titleLine == 0 && tag.equals("T1")) ? number : titleLine;
    } else if (last != null && !line.isBlank()) {
      // Long values go on in lines without a tag.
      last.append(last.length() == 0 ? "" : " ").append(line.strip());
    }
  }

  private void end() {
    try {
      records.add(record());
      clear();
    } catch (IllegalArgumentException e) {
      refuse(e.getMessage());
    }
  }

  private void refuse(String reason) {
    refusals.add(new Refusal(start, reason));
    clear();
  }

  private void clear() {
    fields.clear();
    source.setLength(0);
    last = null;
    start = 0;
    titleLine = 0;
  }

  private PaperRecord record() {
    String title = first("TI", "T1", "CT", "BT");
    if (title == null) {
      throw new IllegalArgumentException("the entry has no title");
    }
    Optional<ArxivId> id =
        BibliographyFields.arxivId(all("AN", "UR", "DO", "N1", "M1", "JO", "T2"));
    return PaperRecord.of(position, titleLine == 0 ? start : titleLine, title, date())
        .arxivId(id.orElse(null))
        .abstractText(first("AB", "N2"))
        .authors(all("AU", "A1").map(BibliographyFields::readingOrder).toList())
        .links(BibliographyFields.links(all("UR", "LK", "L2")))
        .publication(first("DO"), BibliographyFields.venue(all("T2", "JO", "JF", "JA", "C3", "BT")))
        .build(source.toString());
  }

  /** All values of some tags that are not blank, in the tags' order. */
  private Stream<String> all(String... tags) {
    return Stream.of(tags)
        .flatMap(tag -> fields.getOrDefault(tag, List.of()).stream())
        .map(StringBuilder::toString)
        .filter(value -> !value.isBlank());
  }

  private String first(String... tags) {
    return all(tags).findFirst().orElse(null);
  }

  /** {@code DA - 2023/11/13/} if it has the year of {@code PY}, else the year alone. */
  private LocalDate date() {
    String day = first("DA");
    String year = first("PY", "Y1");
    boolean fuller =
        day != null && (year == null || day.split("[/-]", 2)[0].equals(year.split("[/-]", 2)[0]));
    String date = fuller ? day : year;
    String[] parts = date == null ? new String[] {""} : date.split("[/-]", 4);
    if (!parts[0].matches("[0-9]{4}")) {
      throw new IllegalArgumentException(
          "its year is '%s', expected four digits".formatted(BibliographyFields.cut(date)));
    }
    try {
      return LocalDate.of(
          Integer.parseInt(parts[0]),
          parts.length < 2 || parts[1].isBlank() ? 1 : BibliographyFields.month(parts[1]),
          parts.length < 3 || !parts[2].matches("[0-9]{1,2}") ? 1 : Integer.parseInt(parts[2]));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "its date '%s' does not exist".formatted(BibliographyFields.cut(date)), e);
    }
  }
}
