package dev.melange.store;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The claims of all papers, as curators and lists see them. */
public final class ClaimQueue {
  private final Database database;

  /** On a database. */
  public ClaimQueue(Database database) {
    this.database = database;
  }

  /**
   * A claim that waits for a curator, or one that was verified.
   *
   * @param paperId in the store
   * @param author the name, as published
   * @param userId who claims it
   * @param userName their name
   * @param domain of the address they sign in from, or null
   * @param at when it was claimed; null for verified ones
   * @param holder another user who is verified as this author, or null
   */
  public record Request(
      long paperId,
      String author,
      long userId,
      String userName,
      String domain,
      Instant at,
      String holder) {}

  /** The oldest open claims. */
  public List<Request> open(int limit) {
    return requests(
        "select c.paper_id, c.author, c.user_id, u.name, u.email, c.claimed_at,"
            + " (select h.name from paper_author a join app_user h on h.id = a.user_id"
            + " where a.paper_id = c.paper_id and a.name = c.author and a.claim_status = '"
            + ClaimStore.VERIFIED
            + "' and a.user_id <> c.user_id order by a.pos limit 1)"
            + " from author_claim c join app_user u on u.id = c.user_id"
            + " order by c.claimed_at, c.paper_id, c.user_id limit :limit",
        limit);
  }

  /** Verified claims, those of the papers that changed last first. */
  public List<Request> verified(int limit) {
    return requests(
        "select a.paper_id, a.name, a.user_id, u.name, u.email, null, null from paper_author a"
            + " join app_user u on u.id = a.user_id join paper p on p.id = a.paper_id"
            + " where a.claim_status = '"
            + ClaimStore.VERIFIED
            + "' order by p.updated_at desc, a.paper_id, a.pos limit :limit",
        limit);
  }

  private List<Request> requests(String sql, int limit) {
    return database.read(
        db ->
            db.createQuery(sql)
                .bind("limit", limit)
                .map(
                    (row, context) ->
                        new Request(
                            row.getLong(1),
                            row.getString(2),
                            row.getLong(3),
                            row.getString(4),
                            OrganisationDomains.of(row.getString(5)),
                            row.getTimestamp(6) == null ? null : row.getTimestamp(6).toInstant(),
                            row.getString(7)))
                .list());
  }

  /** Those of some papers whose discussion a verified author who is not hidden takes part in. */
  public Set<Long> participating(List<Long> paperIds) {
    if (paperIds.isEmpty()) {
      return Set.of();
    }
    return database.read(
        db ->
            new HashSet<>(
                db.createQuery(
                        "select a.paper_id from paper_author a join discussion_comment c"
                            + " on c.paper_id = a.paper_id and c.user_id = a.user_id"
                            + " where a.paper_id in (<ids>) and a.claim_status = :status"
                            + " and not a.hidden and c.hidden_at is null and c.deleted_at is null")
                    .bindList("ids", paperIds)
                    .bind("status", ClaimStore.VERIFIED)
                    .mapTo(Long.class)
                    .list()));
  }
}
