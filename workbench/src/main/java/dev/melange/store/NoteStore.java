package dev.melange.store;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.statement.Update;

/** What readers note of papers, each for themselves: which they have read, and notes. */
public final class NoteStore {
  /** The longest note, in characters. */
  public static final int MAX_LENGTH = 20_000;

  private final Database database;

  /** On a database. */
  public NoteStore(Database database) {
    this.database = database;
  }

  /** A reader's note on a paper, in Markdown. */
  public Optional<String> note(long ownerId, long paperId) {
    return database.read(
        db ->
            db.createQuery("select body from note where owner_id = :owner and paper_id = :paper")
                .bind("owner", ownerId)
                .bind("paper", paperId)
                .mapTo(String.class)
                .findOne());
  }

  /**
   * Keeps a reader's note instead of the one before; a blank one is no note.
   *
   * @throws IllegalArgumentException if it is too long
   */
  public void write(long ownerId, long paperId, String body, Instant now) {
    if (body.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the note has %,d characters, at most %,d are kept".formatted(body.length(), MAX_LENGTH));
    }
    database.change(
        db -> {
          db.createUpdate("delete from note where owner_id = :owner and paper_id = :paper")
              .bind("owner", ownerId)
              .bind("paper", paperId)
              .execute();
          if (!body.isBlank()) {
            db.createUpdate(
                    "insert into note (owner_id, paper_id, body, updated_at)"
                        + " values (:owner, :paper, :body, :at)")
                .bind("owner", ownerId)
                .bind("paper", paperId)
                .bind("body", body.strip())
                .bind("at", now)
                .execute();
          }
        });
  }

  /** Marks a paper as read, or no longer; twice is once. */
  public void read(long ownerId, long paperId, boolean read, Instant now) {
    database.change(
        db -> {
          Update change =
              read
                  ? db.createUpdate(
                          "insert into read_mark (owner_id, paper_id, read_at)"
                              + " values (:owner, :paper, :at) on conflict do nothing")
                      .bind("at", now)
                  : db.createUpdate(
                      "delete from read_mark where owner_id = :owner and paper_id = :paper");
          change.bind("owner", ownerId).bind("paper", paperId).execute();
        });
  }

  /** Which of some papers a reader has read. */
  public Set<Long> readOf(long ownerId, List<Long> paperIds) {
    if (paperIds.isEmpty()) {
      return Set.of();
    }
    return database.read(
        db ->
            new HashSet<>(
                db.createQuery(
                        "select paper_id from read_mark"
                            + " where owner_id = :owner and paper_id in (<ids>)")
                    .bind("owner", ownerId)
                    .bindList("ids", paperIds)
                    .mapTo(Long.class)
                    .list()));
  }
}
