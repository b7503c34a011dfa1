package dev.melange.store;

import dev.melange.feed.PaperLink;
import dev.melange.feed.SourceKind;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** Links of papers that people choose: the project's page and the source code. */
public final class LinkEdits {
  private final Database database;

  /** On a database. */
  public LinkEdits(Database database) {
    this.database = database;
  }

  /**
   * Links as they are to be.
   *
   * @param project the project's page; null for none
   * @param repository the source code; null for none
   */
  public record Links(String project, String repository) {
    /**
     * Links as somebody typed them; blank ones are none.
     *
     * @throws IllegalArgumentException for what is no such link
     */
    public static Links of(String project, String repository) {
      return new Links(
          link("the project page", project).map(PaperLink::url).orElse(null),
          link("the repository", repository).map(Links::code).orElse(null));
    }

    private static Optional<PaperLink> link(String what, String text) {
      if (text == null || text.isBlank()) {
        return Optional.empty();
      }
      PaperLink link =
          PaperLink.parse(text)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          what
                              + " is no address; expected the form https://example.org/page, at"
                              + " most 2,000 characters"));
      return Optional.of(link);
    }

    private static String code(PaperLink link) {
      if (link.kind() != PaperLink.Kind.CODE) {
        throw new IllegalArgumentException(
            "the repository is not at a host of source code; expected the form"
                + " https://github.com/OWNER/NAME");
      }
      return link.target();
    }
  }

  /**
   * Keeps a paper's links. No import changes them from then on.
   *
   * @throws IllegalArgumentException if there is no such paper
   */
  public void set(Actor actor, long paperId, Links links, Instant now) {
    database.change(
        db -> {
          TrendStore.lock(db, paperId);
          Links before =
              db.createQuery("select project_url, repo_url from paper where id = :id for update")
                  .bind("id", paperId)
                  .map((row, context) -> new Links(row.getString(1), row.getString(2)))
                  .one();
          if (before.equals(links)) {
            return;
          }
          db.createUpdate(
                  "update paper set project_url = :project, repo_url = :repository,"
                      + " links_rank = :rank, updated_at = :now, row_version = row_version + 1"
                      + " where id = :id")
              .bind("project", links.project())
              .bind("repository", links.repository())
              .bind("rank", SourceKind.CURATOR_RANK)
              .bind("now", now)
              .bind("id", paperId)
              .execute();
          boolean project = !Objects.equals(before.project(), links.project());
          boolean repository = !Objects.equals(before.repository(), links.repository());
          String changed =
              (project ? "projectPage" : "")
                  + (project && repository ? ", " : "")
                  + (repository ? "repository" : "");
          Importer.note(db, paperId, now, "changed", changed + " by hand");
          AuditLog.add(
              db,
              now,
              actor,
              "links",
              "paper " + PaperStore.publicId(db, paperId),
              changed,
              before.toString(),
              links.toString());
        });
  }
}
