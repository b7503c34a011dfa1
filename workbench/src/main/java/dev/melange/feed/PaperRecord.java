package dev.melange.feed;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a source says about one paper. Everything but title and date may be unknown: null, or empty
 * for lists. Text is as in the source.
 *
 * @param position 1-based, within the source
 * @param line the 1-based line its title is on; the position in JSON and XML
 * @param arxivId without version
 * @param arxivVersion from 1
 * @param title one line
 * @param abstractText one line
 * @param published the day of its first version
 * @param authors names in order
 * @param authorCount how many; unknown is null, not 0
 * @param organisation what it is listed under
 * @param links code, project page and other addresses, in order
 * @param stars of the repository
 * @param primaryCategory such as {@code cs.CV}
 * @param categories all categories
 * @param doi digital object identifier
 * @param venue where it was published
 * @param listedAt when the source's page listed it
 * @param submitter who submitted it there
 * @param comments how many comments it has there
 * @param votes how many votes it has there
 * @param withdrawn whether it was withdrawn
 * @param raw the record as it stood in the source
 */
public record PaperRecord(
    int position,
    int line,
    String arxivId,
    Integer arxivVersion,
    String title,
    String abstractText,
    LocalDate published,
    List<String> authors,
    Integer authorCount,
    OrganisationName organisation,
    List<PaperLink> links,
    Integer stars,
    String primaryCategory,
    List<String> categories,
    String doi,
    String venue,
    Instant listedAt,
    String submitter,
    Integer comments,
    Integer votes,
    boolean withdrawn,
    String raw) {

  /** The longest title, abstract, and list of names that is accepted. */
  static final int MAX_TITLE = 10_000;

  static final int MAX_ABSTRACT = 200_000;
  static final int MAX_NAMES = 10_000;

  private static final int MAX_DOI = 300;
  private static final int MAX_VENUE = 1000;
  private static final int MAX_RAW = 1_000_000;

  /** Copies the lists and refuses records without title or date, and sizes no paper has. */
  public PaperRecord {
    if (title.isBlank()) {
      throw new IllegalArgumentException("the title is blank");
    }
    refuseLonger("title", title, MAX_TITLE);
    refuseLonger("abstract", abstractText, MAX_ABSTRACT);
    refuseLonger("DOI", doi, MAX_DOI);
    refuseLonger("venue", venue, MAX_VENUE);
    refuseLonger("source", raw, MAX_RAW);
    if (authors.size() > MAX_NAMES) {
      throw new IllegalArgumentException("it has %,d authors".formatted(authors.size()));
    }
    // No text of PostgreSQL has this character.
    if (Stream.concat(Stream.of(title, raw), authors.stream())
        .anyMatch(text -> text.indexOf('\0') >= 0)) {
      throw new IllegalArgumentException("it has the control character U+0000");
    }
    if (published == null) {
      throw new IllegalArgumentException("the date is missing");
    }
    if (published.getYear() < 1000 || published.getYear() > 9999) {
      throw new IllegalArgumentException("its year is " + published.getYear());
    }
    authors = List.copyOf(authors);
    links = List.copyOf(links);
    categories = List.copyOf(categories);
  }

  /**
   * The same paper, listed.
   *
   * @param at when; null for the day of its publication
   */
  public PaperRecord listed(Instant at) {
    return new PaperRecord(
        position,
        line,
        arxivId,
        arxivVersion,
        title,
        abstractText,
        published,
        authors,
        authorCount,
        organisation,
        links,
        stars,
        primaryCategory,
        categories,
        doi,
        venue,
        at,
        submitter,
        comments,
        votes,
        withdrawn,
        raw);
  }

  private static void refuseLonger(String what, String text, int most) {
    if (text != null && text.length() > most) {
      throw new IllegalArgumentException(
          "its %s has %,d characters, at most %,d are accepted"
              .formatted(what, text.length(), most));
    }
  }

  /** The address of its source code, or null. */
  public String repository() {
    return first(PaperLink.Kind.CODE);
  }

  /** The address of its project page, or null. */
  public String projectPage() {
    return first(PaperLink.Kind.PROJECT);
  }

  private String first(PaperLink.Kind kind) {
    return links.stream()
        .filter(link -> link.kind() == kind)
        .map(PaperLink::target)
        .findFirst()
        .orElse(null);
  }

  /** Starts a record. */
  public static Builder of(int position, int line, String title, LocalDate published) {
    return new Builder(position, line, title, published);
  }

  /** Collects what is known of a paper. */
  public static final class Builder {
    private final int position;
    private final int line;
    private final String title;
    private final LocalDate published;
    private ArxivId arxivId;
    private String abstractText;
    private List<String> authors = List.of();
    private Integer authorCount;
    private OrganisationName organisation;
    private List<PaperLink> links = List.of();
    private Integer stars;
    private List<String> categories = List.of();
    private String primaryCategory;
    private String doi;
    private String venue;
    private Instant listedAt;
    private String submitter;
    private Integer comments;
    private Integer votes;
    private boolean withdrawn;

    private Builder(int position, int line, String title, LocalDate published) {
      this.position = position;
      this.line = line;
      this.title = title;
      this.published = published;
    }

    /** The arXiv identifier, or null. */
    public Builder arxivId(ArxivId id) {
      arxivId = id;
      return this;
    }

    /** The abstract, or null. */
    public Builder abstractText(String text) {
      abstractText = text == null || text.isBlank() ? null : text.strip();
      return this;
    }

    /** The authors' names; their number follows. */
    public Builder authors(List<String> names) {
      authors = names.stream().map(String::strip).filter(name -> !name.isEmpty()).toList();
      authorCount = authors.isEmpty() ? authorCount : Integer.valueOf(authors.size());
      return this;
    }

    /** The number of authors, where their names are not known. */
    public Builder authorCount(Integer count) {
      authorCount = count;
      return this;
    }

    /** The organisation, or null. */
    public Builder organisation(OrganisationName name) {
      organisation = name;
      return this;
    }

    /** Addresses, in order. */
    public Builder links(List<PaperLink> all) {
      links = all;
      return this;
    }

    /** Stars of the repository, or null. */
    public Builder stars(Integer count) {
      stars = count;
      return this;
    }

    /** Categories; the primary one may be null. */
    public Builder categories(String primary, List<String> all) {
      primaryCategory = primary;
      categories = all.stream().distinct().toList();
      return this;
    }

    /** Where it was published; either may be null. */
    public Builder publication(String identifier, String where) {
      doi = identifier;
      venue = where;
      return this;
    }

    /** When, and by whom, it was listed; either may be null. */
    public Builder listed(Instant at, String by) {
      listedAt = at;
      submitter = by == null || by.isBlank() ? null : by.strip();
      return this;
    }

    /** What the source counts; either may be null. */
    public Builder counts(Integer itsComments, Integer itsVotes) {
      comments = itsComments;
      votes = itsVotes;
      return this;
    }

    /** Whether it was withdrawn. */
    public Builder withdrawn(boolean is) {
      withdrawn = is;
      return this;
    }

    /**
     * The record.
     *
     * @param raw as it stood in the source
     * @throws IllegalArgumentException if it cannot be a paper
     */
    public PaperRecord build(String raw) {
      return new PaperRecord(
          position,
          line,
          arxivId == null ? null : arxivId.id(),
          arxivId == null ? null : arxivId.version(),
          title.strip(),
          abstractText,
          published,
          authors,
          authorCount,
          organisation,
          links,
          stars,
          primaryCategory,
          categories,
          doi,
          venue,
          listedAt,
          submitter,
          comments,
          votes,
          withdrawn,
          raw);
    }
  }
}
