package dev.melange.feed;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The kinds of sources, from the least to the most trusted about a paper. A value of a paper is
 * replaced only by one from a source of equal or higher rank; missing values are filled by any.
 */
public enum SourceKind {
  /** The cards that come with Melange. */
  CARDS("cards", 0),
  /** The text of a Daily Papers page. */
  PAGE_TEXT("page", 1),
  /** A table. */
  CSV("csv", 1),
  /** A bibliography in BibTeX. */
  BIBTEX("bibtex", 1),
  /** A bibliography in RIS. */
  RIS("ris", 1),
  /** A bibliography in CSL-JSON. */
  CSL_JSON("csl", 1),
  /** An announcement feed of arXiv. */
  RSS("rss", 2),
  /** The JSON of a daily-papers service. */
  DAILY_JSON("json", 3),
  /** The answer of arXiv's query API. */
  ARXIV("arxiv", 4);

  /** The rank of what a curator edited: no import replaces it. */
  public static final int CURATOR_RANK = 5;

  private final String label;
  private final int rank;

  SourceKind(String label, int rank) {
    this.label = label;
    this.rank = rank;
  }

  /**
   * The kind of a name.
   *
   * @throws IllegalArgumentException if no kind that can be imported has it
   */
  public static SourceKind of(String label) {
    List<SourceKind> importable = Stream.of(values()).filter(kind -> kind != CARDS).toList();
    return importable.stream()
        .filter(kind -> kind.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no format '%s'; there are %s"
                        .formatted(
                            label,
                            importable.stream()
                                .map(SourceKind::label)
                                .collect(Collectors.joining(", ")))));
  }

  /** How it is called in the store and on the command line. */
  public String label() {
    return label;
  }

  /** Its rank; higher is more trusted. */
  public int rank() {
    return rank;
  }
}
