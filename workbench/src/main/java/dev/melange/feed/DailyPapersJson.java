package dev.melange.feed;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Parser of the JSON of daily-papers services: an array of papers, each perhaps in a wrapper that
 * tells when and by whom it was listed. Every field but the id may be missing; unknown ones are
 * kept in the record's raw text.
 */
public final class DailyPapersJson {
  private DailyPapersJson() {}

  /**
   * Parses an answer.
   *
   * @throws ImportException if it is no JSON, nests deeper than 100, or is no array or paper
   */
  public static ParsedSource parse(byte[] bytes) {
    JsonNode root = SafeJson.tree(bytes);
    List<JsonNode> nodes;
    if (root.isArray()) {
      nodes = SafeJson.records(root);
    } else if (root.path("papers").isArray()) {
      nodes = SafeJson.records(root.get("papers"));
    } else if (root.isObject() && (root.has("id") || root.has("paper"))) {
      nodes = List.of(root);
    } else {
      throw new ImportException("expected an array of papers, got " + root.getNodeType());
    }
    List<PaperRecord> records = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      try {
        records.add(record(nodes.get(i), i + 1));
      } catch (IllegalArgumentException e) {
        refusals.add(new Refusal(i + 1, e.getMessage()));
      }
    }
    return new ParsedSource(SourceKind.DAILY_JSON, records, refusals);
  }

  private static PaperRecord record(JsonNode wrapper, int position) {
    boolean wrapped = wrapper.path("paper").isObject();
    JsonNode paper = wrapped ? wrapper.get("paper") : wrapper;
    String id = SafeJson.text(paper, "id");
    Optional<ArxivId> arxivId = ArxivId.parse(id);
    if (id == null || (arxivId.isEmpty() && !id.startsWith("local:"))) {
      throw new IllegalArgumentException("its id is '" + id + "', expected an arXiv id");
    }
    String title = first(SafeJson.text(paper, "title"), SafeJson.text(wrapper, "title"));
    if (title == null) {
      throw new IllegalArgumentException(id + " has no title");
    }
    String listed =
        wrapped && wrapper.has("publishedAt")
            ? SafeJson.text(wrapper, "publishedAt")
            : SafeJson.text(paper, "submittedOnDailyAt");
    Instant listedAt = listed == null ? null : instant(listed);
    String published = SafeJson.text(paper, "publishedAt");
    LocalDate day =
        published != null
            ? ArxivAtom.day(published)
            : listedAt == null ? null : ArxivAtom.day(listedAt.toString());
    List<String> authors = new ArrayList<>();
    paper.path("authors").forEach(author -> authors.add(author.path("name").asText("")));
    JsonNode organisation = paper.has("organization") ? paper : wrapper;
    return PaperRecord.of(position, position, SafeJson.oneLine(title), day)
        .arxivId(arxivId.orElse(null))
        .abstractText(
            SafeJson.oneLine(
                first(SafeJson.text(paper, "summary"), SafeJson.text(wrapper, "summary"))))
        .authorCount(number(paper.path("melange"), "numAuthors"))
        .authors(authors)
        .organisation(organisation(organisation.path("organization")))
        .links(links(paper))
        .stars(number(paper, "githubStars"))
        .listed(listedAt, submitter(wrapper, paper))
        .counts(number(wrapper, "numComments"), number(paper, "upvotes"))
        .withdrawn(paper.path("withdrawnAt").isTextual())
        .build(wrapper.toString());
  }

  private static List<PaperLink> links(JsonNode paper) {
    List<PaperLink> links = new ArrayList<>();
    Stream.of("githubRepo", "projectPage")
        .flatMap(field -> PaperLink.parse(SafeJson.text(paper, field)).stream())
        .forEach(links::add);
    String project = SafeJson.text(paper, "projectPage");
    // The service says that it is the project's page, whatever its host.
    links.replaceAll(
        link ->
            link.url().equals(project) && link.kind() == PaperLink.Kind.OTHER
                ? new PaperLink(link.url(), PaperLink.Kind.PROJECT)
                : link);
    String summary = SafeJson.text(paper, "summary");
    if (summary != null) {
      PaperLink.in(summary).stream()
          .filter(link -> links.stream().noneMatch(known -> known.url().equals(link.url())))
          .forEach(links::add);
    }
    return links;
  }

  private static OrganisationName organisation(JsonNode node) {
    String slug = SafeJson.text(node, "name");
    String name = first(SafeJson.text(node, "fullname"), slug);
    return name == null ? null : new OrganisationName(slug, name);
  }

  private static String submitter(JsonNode wrapper, JsonNode paper) {
    String name = SafeJson.text(wrapper.path("submittedBy"), "name");
    return first(name, SafeJson.text(paper.path("submittedOnDailyBy"), "name"));
  }

  private static Instant instant(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "its time is '%s', expected the form 2025-08-17T00:00:00.000Z"
              .formatted(text.length() > 40 ? text.substring(0, 40) : text),
          e);
    }
  }

  private static Integer number(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isInt() && value.intValue() >= 0 ? Integer.valueOf(value.intValue()) : null;
  }

  private static String first(String one, String other) {
    return one != null ? one : other;
  }
}
