package dev.melange.feed;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the entries of all kinds of bibliographies have in common. */
final class BibliographyFields {
  /** The most bytes of a bibliography. */
  static final int MAX_BYTES = 20 << 20;

  private static final int MAX_ID = 200;
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  private BibliographyFields() {}

  /**
   * The text of a bibliography.
   *
   * @throws ImportException if it is too large or not UTF-8
   */
  static String text(byte[] bytes) {
    refuseLarger(bytes);
    return Utf8.decodeAll(bytes);
  }

  static void refuseLarger(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new ImportException(
          "the bibliography has %,d bytes, at most %,d are accepted"
              .formatted(bytes.length, MAX_BYTES));
    }
  }

  /** The first arXiv identifier among some fields, nulls among them: bare, an address, a DOI. */
  static Optional<ArxivId> arxivId(Stream<String> fields) {
    return fields.flatMap(field -> arxivId(field).stream()).findFirst();
  }

  private static Optional<ArxivId> arxivId(String field) {
    if (field == null || field.length() > MAX_ID) {
      return Optional.empty();
    }
    String bare = field.replaceFirst("(?i)^(https?://(dx\\.)?doi\\.org/)?10\\.48550/arxiv\\.", "");
    bare = bare.replaceFirst("(?i)^arxiv preprint ", "");
    bare = bare.replaceFirst("\\s*\\[[A-Za-z.-]{1,40}\\]$", ""); // arXiv:2311.07575 [cs]
    return ArxivId.parse(bare);
  }

  /** The first of some places, nulls among them, that is not arXiv; or null. */
  static String venue(Stream<String> places) {
    return places
        .filter(place -> place != null && !place.toLowerCase(Locale.ROOT).contains("arxiv"))
        .findFirst()
        .orElse(null);
  }

  /** The addresses of an entry that lead to more than the paper's text. */
  static List<PaperLink> links(Stream<String> urls) {
    return urls.flatMap(url -> PaperLink.parse(url).stream())
        .filter(link -> link.kind() != PaperLink.Kind.PDF)
        .distinct()
        .toList();
  }

  /** {@code Last, First} or {@code Last, First, Jr.} in reading order. */
  static String readingOrder(String name) {
    String[] parts = name.replaceAll("\\s+", " ").strip().split(" ?, ?", 3);
    return switch (parts.length) {
      case 3 -> parts[1] + " " + parts[0] + " " + parts[2];
      case 2 -> parts[1] + " " + parts[0];
      default -> parts[0];
    };
  }

  /**
   * The number of a month, from its English name or its number.
   *
   * @throws IllegalArgumentException if it is none
   */
  static int month(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    int named = lower.length() < 3 ? -1 : MONTHS.indexOf(lower.substring(0, 3));
    if (named >= 0) {
      return named + 1;
    }
    if (lower.matches("[0-9]{1,2}")) {
      return Integer.parseInt(lower);
    }
    throw new IllegalArgumentException(
        "its month is '%s', expected a name or a number".formatted(cut(text)));
  }

  /** The start of a text, for messages. */
  static String cut(String text) {
    return text == null || text.length() <= 40 ? text : text.substring(0, 40) + "\u2026";
  }
}
