package dev.melange.feed;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Parser of bibliographies in CSL-JSON, the form in which citation programs exchange entries: an
 * array of items with {@code type}, {@code title}, {@code author} and {@code issued}. An item needs
 * a title and a year. Without a day the first of its month stands for it.
 */
public final class CslJson {
  /** The markup that titles may have. */
  private static final Pattern MARKUP =
      Pattern.compile("</?(?:i|b|sc|sub|sup)>|<span [^<>]{1,100}>|</span>");

  private CslJson() {}

  /**
   * Parses a bibliography.
   *
   * @throws ImportException if it is too large, no JSON, nests deeper than 100, or is no list of
   *     items
   */
  public static ParsedSource parse(byte[] bytes) {
    BibliographyFields.refuseLarger(bytes);
    JsonNode root = SafeJson.tree(bytes);
    boolean single = root.isObject() && !root.has("items");
    JsonNode items = root.isObject() && root.has("items") ? root.get("items") : root;
    if (!single && !items.isArray()) {
      throw new ImportException("expected an array of items, got " + items.getNodeType());
    }
    List<PaperRecord> records = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    int position = 0;
    for (JsonNode item : single ? List.of(root) : SafeJson.records(items)) {
      position++;
      try {
        records.add(record(item, position));
      } catch (IllegalArgumentException e) {
        refusals.add(new Refusal(position, e.getMessage()));
      }
    }
    return new ParsedSource(SourceKind.CSL_JSON, records, refusals);
  }

  /** Whether an object with these fields is an item. */
  static boolean looksLike(Set<String> fields) {
    return fields.contains("items")
        || (fields.contains("type") && !fields.contains("paper") && !fields.contains("papers"));
  }

  private static PaperRecord record(JsonNode item, int position) {
    String title = plain(SafeJson.text(item, "title"));
    if (title == null) {
      throw new IllegalArgumentException("the item has no title");
    }
    Optional<ArxivId> id =
        BibliographyFields.arxivId(
            Stream.of("number", "archive_location", "URL", "DOI", "note", "container-title")
                .map(field -> SafeJson.text(item, field)));
    return PaperRecord.of(position, position, title, date(item.path("issued")))
        .arxivId(id.orElse(null))
        .abstractText(SafeJson.oneLine(SafeJson.text(item, "abstract")))
        .authors(authors(item.path("author")))
        .links(BibliographyFields.links(Stream.ofNullable(SafeJson.text(item, "URL"))))
        .publication(
            SafeJson.text(item, "DOI"),
            BibliographyFields.venue(
                Stream.of("container-title", "event-title", "event")
                    .map(field -> plain(SafeJson.text(item, field)))))
        .build(item.toString());
  }

  private static String plain(String marked) {
    String text = marked == null ? null : MARKUP.matcher(marked).replaceAll("");
    return text == null || text.isBlank() ? null : SafeJson.oneLine(text);
  }

  private static List<String> authors(JsonNode names) {
    List<String> authors = new ArrayList<>();
    for (JsonNode name : names) {
      String literal = SafeJson.text(name, "literal");
      authors.add(
          SafeJson.oneLine(
              literal != null
                  ? literal
                  : String.join(
                      " ",
                      Stream.of(
                              "given",
                              "dropping-particle",
                              "non-dropping-particle",
                              "family",
                              "suffix")
                          .map(part -> SafeJson.text(name, part))
                          .filter(Objects::nonNull)
                          .toList())));
    }
    return authors;
  }

  /** Parts such as {@code [[2023, 11, 13]]}, or a text that begins with the year. */
  private static LocalDate date(JsonNode issued) {
    JsonNode parts = issued.path("date-parts").path(0);
    String raw = SafeJson.text(issued, "raw");
    String text = raw != null ? raw : SafeJson.text(issued, "literal");
    String[] given =
        parts.isArray() && parts.size() > 0
            ? new String[] {
              parts.path(0).asText(), parts.path(1).asText("1"), parts.path(2).asText("1")
            }
            : text == null ? new String[] {""} : text.strip().split("[-/T ]", 4);
    if (!given[0].matches("[0-9]{4}")) {
      throw new IllegalArgumentException(
          "its year is '%s', expected four digits".formatted(BibliographyFields.cut(given[0])));
    }
    try {
      return LocalDate.of(
          Integer.parseInt(given[0]),
          given.length < 2 ? 1 : BibliographyFields.month(given[1]),
          given.length < 3 ? 1 : day(given[2]));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "its date '%s' does not exist".formatted(BibliographyFields.cut(String.join("-", given))),
          e);
    }
  }

  private static int day(String text) {
    if (!text.matches("[0-9]{1,2}")) {
      throw new IllegalArgumentException(
          "its day is '%s', expected a number".formatted(BibliographyFields.cut(text)));
    }
    return Integer.parseInt(text);
  }
}
