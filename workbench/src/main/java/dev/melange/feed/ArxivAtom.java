package dev.melange.feed;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parser of the Atom answers of arXiv's query API. */
public final class ArxivAtom {
  static final String ATOM = "http://www.w3.org/2005/Atom";
  private static final String ARXIV = "http://arxiv.org/schemas/atom";

  private ArxivAtom() {}

  /**
   * Parses an answer.
   *
   * @throws ImportException if it is no such feed, or reports an error of the query
   */
  public static ParsedSource parse(byte[] bytes) {
    return parse(XmlTree.parse(bytes));
  }

  static ParsedSource parse(XmlTree feed) {
    if (!feed.namespace().equals(ATOM) || !feed.name().equals("feed")) {
      throw new ImportException("expected an Atom feed, got the element " + feed.name());
    }
    List<PaperRecord> records = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    int position = 0;
    for (XmlTree entry : feed.all(ATOM, "entry")) {
      position++;
      String id = entry.line(ATOM, "id");
      if (id != null && id.contains("/api/errors")) {
        throw new ImportException("arXiv answers: " + entry.line(ATOM, "summary"));
      }
      try {
        records.add(record(entry, id, position));
      } catch (IllegalArgumentException e) {
        refusals.add(new Refusal(position, e.getMessage()));
      }
    }
    return new ParsedSource(SourceKind.ARXIV, records, refusals);
  }

  private static PaperRecord record(XmlTree entry, String id, int position) {
    ArxivId arxivId =
        ArxivId.parse(id)
            .orElseThrow(
                () -> new IllegalArgumentException("its id is '" + id + "', expected an arXiv id"));
    String title = entry.line(ATOM, "title");
    if (title == null) {
      throw new IllegalArgumentException(arxivId.id() + " has no title");
    }
    List<String> authors =
        entry.all(ATOM, "author").stream()
            .map(author -> author.line(ATOM, "name"))
            .filter(name -> name != null && !name.isEmpty())
            .toList();
    String summary = entry.line(ATOM, "summary");
    String comment = entry.line(ARXIV, "comment");
    String primary =
        entry
            .first(ARXIV, "primary_category")
            .map(category -> category.attributes().get("term"))
            .orElse(null);
    List<String> categories =
        entry.all(ATOM, "category").stream()
            .flatMap(category -> Optional.ofNullable(category.attributes().get("term")).stream())
            .toList();
    String about = (summary == null ? "" : summary) + " " + (comment == null ? "" : comment);
    return PaperRecord.of(position, position, title, day(entry.line(ATOM, "published")))
        .arxivId(arxivId)
        .abstractText(summary)
        .authors(authors)
        .links(PaperLink.in(about))
        .categories(primary, categories)
        .publication(entry.line(ARXIV, "doi"), entry.line(ARXIV, "journal_ref"))
        .withdrawn(comment != null && comment.matches("(?i).*this paper has been withdrawn.*"))
        .build(arxivId.id() + " " + title);
  }

  /** The UTC day of an instant such as {@code 2023-11-13T18:59:59Z}. */
  static LocalDate day(String instant) {
    if (instant == null) {
      throw new IllegalArgumentException("the date is missing");
    }
    try {
      return OffsetDateTime.parse(instant).withOffsetSameInstant(ZoneOffset.UTC).toLocalDate();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "its date is '%s', expected the form 2023-11-13T18:59:59Z"
              .formatted(instant.length() > 40 ? instant.substring(0, 40) : instant),
          e);
    }
  }
}
