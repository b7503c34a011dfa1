package dev.melange.store;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Claims of members to be authors of papers. A claim is open until a curator verifies or refuses
 * it; it is verified at once where the paper's organisation is known by the domain of the address
 * its user signs in from. A verified author may hide their name and edit the paper's links.
 *
 * <p>Several may claim the same author; the first is shown as {@code claimed}, and who is verified
 * holds it until a curator takes that back.
 */
public final class ClaimStore {
  /** So many open claims a user may have. */
  public static final int MAX_OPEN = 20;

  static final String CLAIMED = "claimed";
  static final String VERIFIED = "claimed_verified";

  private final Database database;

  /** On a database. */
  public ClaimStore(Database database) {
    this.database = database;
  }

  /**
   * What a user claims of a paper.
   *
   * @param author the name, as published
   * @param verified whether it is known to be true
   * @param hidden whether the name is not to be shown
   */
  public record Claim(String author, boolean verified, boolean hidden) {}

  /** An author of a paper as it is stored. */
  private record Row(int pos, Long userId, boolean verified) {}

  /** What a user claims of a paper; nothing if they do not. */
  public Optional<Claim> of(long paperId, long userId) {
    return database.read(db -> of(db, paperId, userId));
  }

  private static Optional<Claim> of(Handle db, long paperId, long userId) {
    Optional<Claim> verified =
        db.createQuery(
                "select name, hidden from paper_author where paper_id = :paper and user_id = :user"
                    + " and claim_status = :status order by pos limit 1")
            .bind("paper", paperId)
            .bind("user", userId)
            .bind("status", VERIFIED)
            .map((row, context) -> new Claim(row.getString(1), true, row.getBoolean(2)))
            .findOne();
    return verified.or(
        () ->
            db.createQuery(
                    "select author from author_claim where paper_id = :paper and user_id = :user")
                .bind("paper", paperId)
                .bind("user", userId)
                .map((row, context) -> new Claim(row.getString(1), false, false))
                .findOne());
  }

  /**
   * Claims to be an author; the same claim twice is one.
   *
   * @param author the name, as published
   * @throws IllegalArgumentException if the paper has no such author, or the user claims another
   *     one of it, or too much
   */
  public void claim(Actor actor, long paperId, String author, long userId, Instant now) {
    database.change(
        db -> {
          TrendStore.lock(db, paperId);
          Row row = requireRow(db, paperId, author);
          Optional<Claim> own = of(db, paperId, userId);
          if (own.isPresent()) {
            if (!own.get().author().equals(author)) {
              throw new IllegalArgumentException(
                  "you say already that you are %s; take that back first"
                      .formatted(own.get().author()));
            }
            return;
          }
          requireFew(db, userId);
          db.createUpdate(
                  "insert into author_claim (paper_id, user_id, author, claimed_at)"
                      + " values (:paper, :user, :author, :at)")
              .bind("paper", paperId)
              .bind("user", userId)
              .bind("author", author)
              .bind("at", now)
              .execute();
          audit(db, now, actor, "claim", paperId, author, userId);
          if (row.userId() == null) {
            hold(db, paperId, row.pos(), userId, CLAIMED);
          }
          if (!row.verified() && OrganisationDomains.include(db, paperId, userId)) {
            verify(db, paperId, row.pos(), userId, now);
            audit(db, now, Actor.PROGRAM, "claim-verify", paperId, author, userId);
          }
        });
  }

  private static void requireFew(Handle db, long userId) {
    long open =
        db.createQuery("select count(*) from author_claim where user_id = :user")
            .bind("user", userId)
            .mapTo(Long.class)
            .one();
    if (open >= MAX_OPEN) {
      throw new IllegalArgumentException(
          "%d claims of yours wait for a curator already".formatted(open));
    }
  }

  /** Takes one's claim of a paper back, verified or not; a hidden name is shown again. */
  public void withdraw(Actor actor, long paperId, long userId, Instant now) {
    database.change(db -> end(db, actor, "claim-withdraw", paperId, userId, now));
  }

  /**
   * Verifies an open claim.
   *
   * @throws IllegalArgumentException if there is none, or somebody else is verified as this author
   */
  public void verify(Actor actor, long paperId, long userId, Instant now) {
    database.change(
        db -> {
          TrendStore.lock(db, paperId);
          Claim claim =
              of(db, paperId, userId)
                  .orElseThrow(() -> new IllegalArgumentException("there is no such claim"));
          if (claim.verified()) {
            return;
          }
          Row row = requireRow(db, paperId, claim.author());
          if (row.verified()) {
            throw new IllegalArgumentException(
                "somebody else is verified as %s; take that back first".formatted(claim.author()));
          }
          verify(db, paperId, row.pos(), userId, now);
          audit(db, now, actor, "claim-verify", paperId, claim.author(), userId);
        });
  }

  /** Refuses an open claim, or takes the verification of one back; twice is once. */
  public void refuse(Actor actor, long paperId, long userId, Instant now) {
    database.change(db -> end(db, actor, "claim-refuse", paperId, userId, now));
  }

  /**
   * Hides the name of a verified author, or shows it again.
   *
   * @throws IllegalArgumentException if the user is none
   */
  public void hide(Actor actor, long paperId, long userId, boolean hidden, Instant now) {
    database.change(
        db -> {
          TrendStore.lock(db, paperId);
          Claim claim =
              of(db, paperId, userId)
                  .filter(Claim::verified)
                  .orElseThrow(
                      () -> new IllegalArgumentException("only verified authors hide their names"));
          if (claim.hidden() == hidden) {
            return;
          }
          db.createUpdate(
                  "update paper_author set hidden = :hidden where paper_id = :paper"
                      + " and user_id = :user and claim_status = :status")
              .bind("hidden", hidden)
              .bind("paper", paperId)
              .bind("user", userId)
              .bind("status", VERIFIED)
              .execute();
          touch(db, paperId, now);
          String action = hidden ? "author-hide" : "author-show";
          audit(db, now, actor, action, paperId, "", userId); // the name is no longer told
        });
  }

  private static void end(
      Handle db, Actor actor, String action, long paperId, long userId, Instant now) {
    TrendStore.lock(db, paperId);
    Optional<Claim> claim = of(db, paperId, userId);
    if (claim.isEmpty()) {
      return;
    }
    db.createUpdate("delete from author_claim where paper_id = :paper and user_id = :user")
        .bind("paper", paperId)
        .bind("user", userId)
        .execute();
    db.createUpdate(
            "update paper_author set user_id = null, claim_status = null, hidden = false"
                + " where paper_id = :paper and user_id = :user")
        .bind("paper", paperId)
        .bind("user", userId)
        .execute();
    row(db, paperId, claim.get().author())
        .filter(row -> row.userId() == null)
        .ifPresent(row -> next(db, paperId, claim.get().author(), row.pos()));
    role(db, userId, now);
    if (claim.get().verified()) {
      CommentStore.participation(db, paperId, now);
      touch(db, paperId, now);
    }
    audit(db, now, actor, action, paperId, claim.get().author(), userId);
  }

  /** The one who claimed an author next is shown, once nobody else is. */
  private static void next(Handle db, long paperId, String author, int pos) {
    db.createQuery(
            "select user_id from author_claim where paper_id = :paper and author = :author"
                + " order by claimed_at, user_id limit 1")
        .bind("paper", paperId)
        .bind("author", author)
        .mapTo(Long.class)
        .findOne()
        .ifPresent(other -> hold(db, paperId, pos, other, CLAIMED));
  }

  private static void verify(Handle db, long paperId, int pos, long userId, Instant now) {
    hold(db, paperId, pos, userId, VERIFIED);
    db.createUpdate("delete from author_claim where paper_id = :paper and user_id = :user")
        .bind("paper", paperId)
        .bind("user", userId)
        .execute();
    role(db, userId, now);
    CommentStore.participation(db, paperId, now);
    touch(db, paperId, now);
  }

  private static void hold(Handle db, long paperId, int pos, long userId, String status) {
    db.createUpdate(
            "update paper_author set user_id = :user, claim_status = :status"
                + " where paper_id = :paper and pos = :pos")
        .bind("user", userId)
        .bind("status", status)
        .bind("paper", paperId)
        .bind("pos", pos)
        .execute();
  }

  /**
   * Members with a verified claim are authors. Their logins go on: what authors may do beyond
   * members is asked of each paper, so that no login is worth more than before.
   */
  private static void role(Handle db, long userId, Instant now) {
    long verified =
        db.createQuery(
                "select count(*) from paper_author where user_id = :user and claim_status = :status")
            .bind("user", userId)
            .bind("status", VERIFIED)
            .mapTo(Long.class)
            .one();
    String from = verified > 0 ? "member" : "author";
    String to = verified > 0 ? "author" : "member";
    int changed =
        db.createUpdate("update app_user set role = :to where id = :user and role = :from")
            .bind("to", to)
            .bind("user", userId)
            .bind("from", from)
            .execute();
    if (changed > 0) {
      String name = UserStore.find(db, userId).orElseThrow().name();
      AuditLog.add(db, now, Actor.PROGRAM, "role", "user " + name, from + " -> " + to, from, to);
    }
  }

  /** Indexes and feeds learn that a paper changed. */
  private static void touch(Handle db, long paperId, Instant now) {
    db.createUpdate(
            "update paper set updated_at = :now, row_version = row_version + 1 where id = :id")
        .bind("now", now)
        .bind("id", paperId)
        .execute();
  }

  private static Optional<Row> row(Handle db, long paperId, String author) {
    return db.createQuery(
            "select pos, user_id, claim_status from paper_author"
                + " where paper_id = :paper and name = :author order by pos limit 1")
        .bind("paper", paperId)
        .bind("author", author)
        .map(
            (row, context) ->
                new Row(
                    row.getInt(1), row.getObject(2, Long.class), VERIFIED.equals(row.getString(3))))
        .findOne();
  }

  private static Row requireRow(Handle db, long paperId, String author) {
    return row(db, paperId, author)
        .orElseThrow(() -> new IllegalArgumentException("the paper has no such author"));
  }

  private static void audit(
      Handle db,
      Instant now,
      Actor actor,
      String action,
      long paperId,
      String author,
      long userId) {
    String user = UserStore.find(db, userId).orElseThrow().name();
    AuditLog.add(
        db,
        now,
        actor,
        action,
        "paper " + PaperStore.publicId(db, paperId),
        author.isEmpty() ? user : user + " as " + author,
        null,
        null);
  }
}
