package dev.melange.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Update;

/**
 * Discussions: comments on papers and replies to them, as a forest. A deleted comment keeps its
 * place, so that its replies keep theirs.
 */
public final class CommentStore {
  /** The longest comment, in characters. */
  public static final int MAX_LENGTH = 20_000;

  private static final String SELECT =
      "select c.id, c.parent_id, c.user_id, u.name, c.body, c.created_at, c.edited_at,"
          + " c.hidden_at is not null as hidden, c.deleted_at is not null as deleted"
          + " from discussion_comment c left join app_user u on u.id = c.user_id";

  private static final RowMapper<Comment> MAPPER =
      (row, context) ->
          new Comment(
              row.getLong("id"),
              row.getObject("parent_id", Long.class),
              row.getObject("user_id", Long.class),
              row.getString("name"),
              row.getString("body"),
              PaperRows.instant(row, "created_at"),
              PaperRows.instant(row, "edited_at"),
              row.getBoolean("hidden"),
              row.getBoolean("deleted"));

  private final Database database;

  /** On a database. */
  public CommentStore(Database database) {
    this.database = database;
  }

  /**
   * A comment.
   *
   * @param id in the store
   * @param parentId what it answers, or null
   * @param userId who wrote it, or null
   * @param userName their name, or null
   * @param body Markdown; empty when deleted
   * @param createdAt when it was written
   * @param editedAt when it was last changed, or null
   * @param hidden whether a curator hid it
   * @param deleted whether it was deleted
   */
  public record Comment(
      long id,
      Long parentId,
      Long userId,
      String userName,
      String body,
      Instant createdAt,
      Instant editedAt,
      boolean hidden,
      boolean deleted) {}

  /** All comments of a paper, also hidden and deleted ones, parents before their replies. */
  public List<Comment> of(long paperId) {
    return database.read(
        db ->
            db.createQuery(SELECT + " where c.paper_id = :paper order by c.id")
                .bind("paper", paperId)
                .map(MAPPER)
                .list());
  }

  /** A comment of a paper. */
  public Optional<Comment> find(long paperId, long id) {
    return database.read(db -> find(db, paperId, id));
  }

  private static Optional<Comment> find(Handle db, long paperId, long id) {
    return db.createQuery(SELECT + " where c.paper_id = :paper and c.id = :id")
        .bind("paper", paperId)
        .bind("id", id)
        .map(MAPPER)
        .findOne();
  }

  /**
   * Adds a comment.
   *
   * @param parentId what it answers: a comment of the same paper that is not deleted; null for none
   * @param body Markdown, 1 to {@link #MAX_LENGTH} characters
   * @return its id
   * @throws IllegalArgumentException for another body or parent
   */
  public long add(long paperId, Long parentId, long userId, String body, Instant now) {
    String text = checked(body);
    return database.write(
        db -> {
          TrendStore.lock(db, paperId);
          Instant at = now;
          if (parentId != null) {
            Comment parent =
                find(db, paperId, parentId)
                    .filter(it -> !it.deleted())
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "the comment %d to answer is not there (any more)"
                                    .formatted(parentId)));
            // Clocks of several machines may differ; an answer is never older than its question.
            at = parent.createdAt().isAfter(now) ? parent.createdAt() : now;
          }
          long id =
              db.createUpdate(
                      "insert into discussion_comment"
                          + " (paper_id, parent_id, user_id, body, created_at)"
                          + " values (:paper, :parent, :user, :body, :at)")
                  .bind("paper", paperId)
                  .bind("parent", parentId)
                  .bind("user", userId)
                  .bind("body", text)
                  .bind("at", at)
                  .executeAndReturnGeneratedKeys("id")
                  .mapTo(Long.class)
                  .one();
          recount(db, paperId, userId, now);
          return id;
        });
  }

  /** Changes the text of a comment; refused for deleted ones. */
  public void edit(long paperId, long id, String body, Instant now) {
    String text = checked(body);
    int changed =
        database.write(
            db ->
                db.createUpdate(
                        "update discussion_comment set body = :body, edited_at = :at"
                            + " where paper_id = :paper and id = :id and deleted_at is null")
                    .bind("paper", paperId)
                    .bind("id", id)
                    .bind("body", text)
                    .bind("at", now)
                    .execute());
    if (changed == 0) {
      throw new IllegalArgumentException("the comment %d is not there (any more)".formatted(id));
    }
  }

  /** Deletes a comment: its text is gone, its place remains. Twice is once. */
  public void delete(Actor actor, long paperId, long id, Instant now) {
    mark(actor, paperId, id, "delete", "deleted_at = coalesce(deleted_at, :at), body = ''", now);
  }

  /** Hides a comment from readers, or shows it again. */
  public void hide(Actor actor, long paperId, long id, boolean hidden, Instant now) {
    mark(
        actor,
        paperId,
        id,
        hidden ? "hide" : "show",
        hidden ? "hidden_at = coalesce(hidden_at, :at)" : "hidden_at = null",
        now);
  }

  /**
   * Hidden comments of all papers, the newest first.
   *
   * @param paper the paper's id in addresses
   * @param comment what it says
   */
  public record HiddenComment(String paper, Comment comment) {}

  /** The newest hidden comments that are not deleted. */
  public List<HiddenComment> hidden(int limit) {
    return database.read(
        db ->
            db.createQuery(
                    SELECT.replaceFirst(
                            " from ", ", coalesce(p.arxiv_id, '') as arxiv, p.local_key from ")
                        + " join paper p on p.id = c.paper_id where c.hidden_at is not null"
                        + " and c.deleted_at is null order by c.id desc limit :limit")
                .bind("limit", limit)
                .map(
                    (row, context) -> {
                      String arxiv = row.getString("arxiv");
                      return new HiddenComment(
                          arxiv.isEmpty() ? PaperEntry.LOCAL + row.getString("local_key") : arxiv,
                          MAPPER.map(row, context));
                    })
                .list());
  }

  private void mark(Actor actor, long paperId, long id, String action, String set, Instant now) {
    database.change(
        db -> {
          TrendStore.lock(db, paperId);
          find(db, paperId, id)
              .ifPresent(
                  before ->
                      AuditLog.add(
                          db,
                          now,
                          actor,
                          action,
                          "comment " + id,
                          before.userName() == null ? "" : "by " + before.userName(),
                          before.body(),
                          null));
          Update update =
              db.createUpdate(
                      "update discussion_comment set "
                          + set
                          + " where paper_id = :paper and id = :id")
                  .bind("paper", paperId)
                  .bind("id", id);
          if (set.contains(":at")) {
            update.bind("at", now);
          }
          update.execute();
          find(db, paperId, id)
              .ifPresent(
                  comment -> {
                    if (comment.userId() != null) {
                      recount(db, paperId, comment.userId(), now);
                    }
                  });
        });
  }

  private static String checked(String body) {
    String text = body == null ? "" : body.strip();
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the comment has %,d characters, expected 1 to %,d".formatted(text.length(), MAX_LENGTH));
    }
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the comment holds a NUL character; remove it");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException("the comment holds half a character; remove it");
    }
    return text;
  }

  /**
   * Brings the paper's count up to date, and the events of the user's comments: the first two that
   * are shown count, none of who submitted the paper.
   */
  private static void recount(Handle db, long paperId, long userId, Instant now) {
    count(db, paperId);
    participation(db, paperId, now);
    List<Shown> counted =
        db.createQuery(
                "select c.id, c.created_at from discussion_comment c"
                    + " where c.paper_id = :paper and c.user_id = :user"
                    + " and c.hidden_at is null and c.deleted_at is null"
                    + " and not exists (select 1 from listing l"
                    + " where l.paper_id = :paper and l.submitter_id = :user)"
                    + " order by c.id limit :most")
            .bind("paper", paperId)
            .bind("user", userId)
            .bind("most", Trend.COUNTED_COMMENTS)
            .map((row, context) -> new Shown(row.getLong(1), row.getTimestamp(2).toInstant()))
            .list();
    List<String> subjects = counted.stream().map(comment -> "comment " + comment.id()).toList();
    List<String> before =
        db.createQuery(
                "select subject from trend_event"
                    + " where paper_id = :paper and kind = 'comment' and user_id = :user")
            .bind("paper", paperId)
            .bind("user", userId)
            .mapTo(String.class)
            .list();
    for (String subject : before) {
      if (!subjects.contains(subject)) {
        TrendStore.remove(db, paperId, "comment", subject, now);
      }
    }
    for (int i = 0; i < counted.size(); i++) {
      TrendStore.add(
          db,
          paperId,
          "comment",
          subjects.get(i),
          userId,
          new Trend.Event(counted.get(i).at(), Trend.COMMENT),
          now);
    }
  }

  private record Shown(long id, Instant at) {}

  /** Brings the counts and the events of all users up to date, after comments moved. */
  static void recountAll(Handle db, long paperId, Instant now) {
    for (long user :
        db.createQuery(
                "select distinct user_id from discussion_comment"
                    + " where paper_id = :id and user_id is not null order by user_id")
            .bind("id", paperId)
            .mapTo(Long.class)
            .list()) {
      recount(db, paperId, user, now);
    }
    count(db, paperId);
  }

  private static void count(Handle db, long paperId) {
    db.createUpdate(
            "update paper_stat set comments = (select count(*) from discussion_comment"
                + " where paper_id = :id and hidden_at is null and deleted_at is null)"
                + " where paper_id = :id")
        .bind("id", paperId)
        .execute();
  }

  /** Brings the event of an author's taking part up to date: their first comment that is shown. */
  static void participation(Handle db, long paperId, Instant now) {
    Optional<Shown> first =
        db.createQuery(
                "select c.id, c.created_at from discussion_comment c where c.paper_id = :paper"
                    + " and c.hidden_at is null and c.deleted_at is null and exists"
                    + " (select 1 from paper_author a where a.paper_id = c.paper_id"
                    + " and a.user_id = c.user_id and a.claim_status = :status)"
                    + " order by c.id limit 1")
            .bind("paper", paperId)
            .bind("status", ClaimStore.VERIFIED)
            .map((row, context) -> new Shown(row.getLong(1), row.getTimestamp(2).toInstant()))
            .findOne();
    String subject = "author";
    if (first.isPresent()) {
      Trend.Event event = new Trend.Event(first.get().at(), Trend.PARTICIPATION);
      TrendStore.add(db, paperId, "participation", subject, null, event, now);
    } else {
      TrendStore.remove(db, paperId, "participation", subject, now);
    }
  }
}
