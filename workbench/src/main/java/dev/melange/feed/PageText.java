package dev.melange.feed;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parser of a Daily Papers page as text: a header, then for every paper its title, its abstract,
 * who wrote it, a line {@code ·} and a date, with blank lines between.
 *
 * <p>Dates are the anchors: a line {@code ·} followed by {@code Aug 17, 2025}, perhaps with a
 * number of comments. What lies between two anchors is one record; the title is its first line, the
 * authors or the organisation its last, all between is the abstract, on one line or broken over
 * several.
 */
public final class PageText {
  private static final int MAX_BYTES = 20 << 20;
  private static final int MAX_LINE = 200_000;
  private static final String DOT = "\u00b7";
  private static final List<String> MONTHS =
      List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
  private static final Pattern DATE =
      Pattern.compile("([A-Z][a-z]{2}) (\\d{1,2}), (\\d{4})(?: (\\d{1,7}))?");
  private static final Pattern HEADER_DAY = Pattern.compile("([A-Z][a-z]{2}) (\\d{1,2})");
  private static final Pattern AUTHORS = Pattern.compile("(\\d{1,5}) authors?");
  private static final char BULLET = '\u2022';

  private final List<String> lines;
  private final List<PaperRecord> records = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();

  private PageText(List<String> lines) {
    this.lines = lines;
  }

  /** A non-blank line and where it stands, from 1. */
  private record Line(int number, String text) {}

  /**
   * Parses a page.
   *
   * @param bytes UTF-8
   * @return its records; what is no whole record is refused with its line
   * @throws ImportException for files over 20 MB, lines over 200,000 characters and more than
   *     50,000 records
   */
  public static ParsedSource parse(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new ImportException(
          "the page has %,d bytes, at most %,d are accepted".formatted(bytes.length, MAX_BYTES));
    }
    Utf8.Decoded decoded = Utf8.decode(bytes);
    PageText page = new PageText(decoded.text().lines().toList());
    for (int i = 0; i < page.lines.size(); i++) {
      if (page.lines.get(i).length() > MAX_LINE) {
        throw new ImportException(
            "line %d has %,d characters, at most %,d are accepted"
                .formatted(i + 1, page.lines.get(i).length(), MAX_LINE));
      }
    }
    page.parse(decoded.malformedAt());
    return new ParsedSource(SourceKind.PAGE_TEXT, page.records, page.refusals);
  }

  private void parse(long malformedAt) {
    List<Line> record = new ArrayList<>();
    int previousEnd = 0;
    for (int i = 0; i < lines.size(); i++) {
      String text = structural(lines.get(i));
      if (!text.equals(DOT)) {
        if (!text.isEmpty()) {
          record.add(new Line(i + 1, lines.get(i)));
        }
        continue;
      }
      int date = i + 1;
      while (date < lines.size() && structural(lines.get(date)).isEmpty()) {
        date++;
      }
      if (date == lines.size()) {
        break; // the end of the file, reported below
      }
      if (records.size() >= ParsedSource.MAX_RECORDS) {
        throw new ImportException(
            "the page has more than %,d records; import it in parts"
                .formatted(ParsedSource.MAX_RECORDS));
      }
      add(previousEnd == 0 ? withoutHeader(record) : record, date);
      record.clear();
      i = date;
      previousEnd = date + 1;
    }
    if (malformedAt >= 0) {
      refusals.add(
          new Refusal(
              Math.max(1, lines.size()),
              "byte %d is not UTF-8; nothing after it was read".formatted(malformedAt)));
    } else if (!record.isEmpty()) {
      refusals.add(new Refusal(Math.max(1, lines.size()), expectedDate("the end of the file")));
    } else if (previousEnd == 0) {
      refusals.add(new Refusal(1, expectedDate("nothing")));
    }
  }

  private static String expectedDate(String got) {
    return "expected a date such as \"Aug 17, 2025\" after \"%s\", got %s".formatted(DOT, got);
  }

  /** A line as its structure is seen: other kinds of spaces are spaces. */
  private static String structural(String line) {
    return line.replace('\u00a0', ' ').replace('\u2007', ' ').strip();
  }

  /** The lines of the first record, after a header or whatever stands before it. */
  private List<Line> withoutHeader(List<Line> all) {
    for (int i = all.size() - 1; i >= 0; i--) {
      Matcher day = HEADER_DAY.matcher(structural(all.get(i).text()));
      if (day.matches() && MONTHS.contains(day.group(1))) {
        return all.subList(i + 1, all.size());
      }
    }
    // No header: the last three blocks between blank lines are title, abstract, authors.
    int blocks = 0;
    for (int i = all.size() - 1; i >= 0; i--) {
      boolean startsBlock = i == 0 || all.get(i - 1).number() < all.get(i).number() - 1;
      if (startsBlock && ++blocks == 3) {
        return all.subList(i, all.size());
      }
    }
    return all;
  }

  private void add(List<Line> record, int dateIndex) {
    int line = record.isEmpty() ? dateIndex + 1 : record.get(0).number();
    try {
      records.add(read(record, dateIndex));
    } catch (IllegalArgumentException e) {
      refusals.add(new Refusal(e instanceof AtDate ? dateIndex + 1 : line, e.getMessage()));
    }
  }

  /** A mistake in the line of the date. */
  private static final class AtDate extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    AtDate(String message) {
      super(message);
    }
  }

  private PaperRecord read(List<Line> record, int dateIndex) {
    Matcher date = DATE.matcher(structural(lines.get(dateIndex)));
    if (!date.matches() || !MONTHS.contains(date.group(1))) {
      throw new AtDate(expectedDate('"' + shortened(lines.get(dateIndex)) + '"'));
    }
    LocalDate published = date(date);
    if (record.size() < 3) {
      throw new IllegalArgumentException(
          "expected a title, an abstract and a line such as \"4 authors\" before the date, got %d"
                  .formatted(record.size())
              + (record.size() == 1 ? " line" : " lines"));
    }
    String title = record.get(0).text().strip();
    StringBuilder body = new StringBuilder();
    for (Line line : record.subList(1, record.size() - 1)) {
      body.append(body.length() == 0 ? "" : " ").append(line.text().strip());
    }
    PaperRecord.Builder paper =
        PaperRecord.of(records.size() + 1, record.get(0).number(), title, published)
            .abstractText(body.toString())
            .links(PaperLink.in(body.toString()))
            .counts(date.group(4) == null ? null : Integer.valueOf(date.group(4)), null);
    who(structural(record.get(record.size() - 1).text()), paper);
    return paper.build(String.join("\n", lines.subList(record.get(0).number() - 1, dateIndex + 1)));
  }

  private static LocalDate date(Matcher date) {
    try {
      return LocalDate.of(
          Integer.parseInt(date.group(3)),
          MONTHS.indexOf(date.group(1)) + 1,
          Integer.parseInt(date.group(2)));
    } catch (DateTimeException e) {
      throw new AtDate("there is no day \"" + date.group() + '"');
    }
  }

  /** {@code SUBMITTER • 4 authors}, or an organisation. */
  private static void who(String text, PaperRecord.Builder paper) {
    int bullet = text.lastIndexOf(BULLET);
    if (bullet < 0) {
      paper.organisation(OrganisationName.parse(text));
      return;
    }
    Matcher count = AUTHORS.matcher(text.substring(bullet + 1).strip());
    if (!count.matches()) {
      throw new IllegalArgumentException(
          "expected a line such as \"4 authors\" after the abstract, got \""
              + shortened(text)
              + '"');
    }
    paper.authorCount(Integer.valueOf(count.group(1))).listed(null, text.substring(0, bullet));
  }

  private static String shortened(String text) {
    String line = text.strip();
    return line.length() <= 60 ? line : line.substring(0, 60) + "\u2026";
  }
}
