package dev.melange.store;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What was done with power over others or over what others made: changed roles, bans, hidden and
 * deleted comments, tokens, imports. Rows are added in the transaction of what they tell, and the
 * database refuses to change or delete them.
 */
public final class AuditLog {
  private static final int LONGEST = 300;

  private final Database database;

  /** On a database. */
  public AuditLog(Database database) {
    this.database = database;
  }

  /**
   * A row.
   *
   * @param id in the store, rising
   * @param at when
   * @param user the name of who did it, or null for the program itself
   * @param action such as {@code role}
   * @param target such as {@code user ada}
   * @param detail such as {@code member -> curator}; may be empty
   */
  public record Row(
      long id, Instant at, String user, String action, String target, String detail) {}

  /**
   * Adds a row.
   *
   * @param db the transaction of what it tells
   * @param target what it was done to
   * @param detail what changed, in words without secrets and addresses
   * @param before what it was before, of which a hash is kept; null for nothing
   * @param after what it is now, likewise
   */
  public static void add(
      Handle db,
      Instant at,
      Actor actor,
      String action,
      String target,
      String detail,
      String before,
      String after) {
    db.createUpdate(
            "insert into audit (at_time, user_id, action, target, detail, before_hash, after_hash,"
                + " ip_hash)"
                + " values (:at, :user, :action, :target, :detail, :before, :after, :ip)")
        .bind("at", at)
        .bind("user", actor.userId())
        .bind("action", action)
        .bind("target", shortened(target))
        .bind("detail", shortened(detail))
        .bind("before", before == null ? null : Secrets.hash(before))
        .bind("after", after == null ? null : Secrets.hash(after))
        .bind("ip", actor.ipHash())
        .execute();
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }

  /**
   * The newest rows.
   *
   * @param before only rows with lower ids
   * @param limit at most so many
   */
  public List<Row> newest(long before, int limit) {
    return database.read(
        db ->
            db.createQuery(
                    "select a.id, a.at_time, u.name, a.action, a.target, a.detail from audit a"
                        + " left join app_user u on u.id = a.user_id"
                        + " where a.id < :before order by a.id desc limit :limit")
                .bind("before", before)
                .bind("limit", limit)
                .map(
                    (row, context) ->
                        new Row(
                            row.getLong("id"),
                            PaperRows.instant(row, "at_time"),
                            row.getString("name"),
                            row.getString("action"),
                            row.getString("target"),
                            row.getString("detail") == null ? "" : row.getString("detail")))
                .list());
  }
}
