package dev.melange.store;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * A paper as lists show it.
 *
 * @param id in the store
 * @param arxivId without version, or null
 * @param localKey its name here, which never changes
 * @param catalogueKey the key of its implementation's card, or null
 * @param title as it was written, TeX included
 * @param abstractText as it was written, or null
 * @param published the day of its first version
 * @param authors in order; empty when only their number is known
 * @param authorCount how many authors; null when not known
 * @param organisation what it is listed under, or null
 * @param primaryCategory such as {@code cs.CV}, or null
 * @param projectUrl its project page, or null
 * @param repoUrl its source code, or null
 * @param stars of the repository when it was last imported, or null
 * @param withdrawnAt when it was withdrawn, or null
 * @param updatedAt when its text, links or verdict last changed
 * @param listedAt when it was listed on the page; null if it is only indexed
 * @param listedDay the day it is listed on, in the page's zone
 * @param submitter who listed it, or null
 * @param votes counted here
 * @param comments shown here
 * @param trend log2 of its decayed events, see {@link Trend}; null without events
 * @param sourceComments comments on the page it was imported from, or null
 */
public record PaperEntry(
    long id,
    String arxivId,
    String localKey,
    String catalogueKey,
    String title,
    String abstractText,
    LocalDate published,
    List<Author> authors,
    Integer authorCount,
    Organisation organisation,
    String primaryCategory,
    String projectUrl,
    String repoUrl,
    Integer stars,
    Instant withdrawnAt,
    Instant updatedAt,
    Instant listedAt,
    LocalDate listedDay,
    String submitter,
    int votes,
    int comments,
    Double trend,
    Integer sourceComments) {
  /** What precedes the name of a paper without arXiv id. */
  public static final String LOCAL = "local:";

  /**
   * An author.
   *
   * @param name as published
   * @param userName the user who claimed it, or null
   * @param claimStatus {@code claimed} or {@code claimed_verified}, or null
   * @param hidden whether the name is not to be shown
   */
  public record Author(String name, String userName, String claimStatus, boolean hidden) {
    /** Whether a user is known to be this author. */
    public boolean verified() {
      return ClaimStore.VERIFIED.equals(claimStatus);
    }
  }

  /** Copies the list. */
  public PaperEntry {
    authors = List.copyOf(authors);
  }

  /** The names of the authors who did not hide theirs. */
  public List<String> shownAuthors() {
    return authors.stream().filter(author -> !author.hidden()).map(Author::name).toList();
  }

  /** Whether a user is known to be one of its authors, hidden ones included. */
  public boolean isBy(String user) {
    return authors.stream().anyMatch(author -> author.verified() && author.userName().equals(user));
  }

  /** Its id in addresses and in the API: of arXiv, or {@code local:} and its name here. */
  public String publicId() {
    return arxivId != null ? arxivId : LOCAL + localKey;
  }
}
