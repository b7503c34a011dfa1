package dev.melange.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.statement.Update;

/** What readers answer to comments with one sign. */
public final class ReactionStore {
  /** The signs there are, with what they say. */
  public static final Map<String, String> SIGNS = signs();

  private final Database database;

  /** On a database. */
  public ReactionStore(Database database) {
    this.database = database;
  }

  private static Map<String, String> signs() {
    Map<String, String> signs = new LinkedHashMap<>();
    signs.put("\ud83d\udc4d", "agree");
    signs.put("\u2764\ufe0f", "thanks");
    signs.put("\ud83c\udf89", "hooray");
    signs.put("\ud83e\udd14", "unsure");
    signs.put("\ud83d\udc40", "looking into it");
    return Collections.unmodifiableMap(signs);
  }

  /** How often a sign was given to a comment, and whether by the reader who asks. */
  public record Reaction(String sign, int count, boolean own) {}

  /**
   * The reactions to the comments of a paper, by comment, in the order of {@link #SIGNS}.
   *
   * @param readerId who asks; null for visitors
   */
  public Map<Long, List<Reaction>> of(long paperId, Long readerId) {
    record Row(long comment, String sign, int count, int own) {}
    List<Row> rows =
        database.read(
            db ->
                db.createQuery(
                        "select r.comment_id, r.emoji, count(*),"
                            + " sum(case when r.user_id = :reader then 1 else 0 end)"
                            + " from reaction r join discussion_comment c on c.id = r.comment_id"
                            + " where c.paper_id = :paper group by r.comment_id, r.emoji")
                    .bind("paper", paperId)
                    .bind("reader", readerId == null ? -1L : readerId)
                    .map(
                        (row, context) ->
                            new Row(row.getLong(1), row.getString(2), row.getInt(3), row.getInt(4)))
                    .list());
    Map<Long, List<Reaction>> reactions = new TreeMap<>();
    for (String sign : SIGNS.keySet()) {
      for (Row row : rows) {
        if (row.sign().equals(sign)) {
          reactions
              .computeIfAbsent(row.comment(), id -> new ArrayList<>())
              .add(new Reaction(sign, row.count(), row.own() > 0));
        }
      }
    }
    return reactions;
  }

  /**
   * Gives a sign to a comment or takes it back; twice is once.
   *
   * @throws IllegalArgumentException for a sign that is none
   */
  public void react(long commentId, long userId, String sign, boolean on) {
    if (!SIGNS.containsKey(sign)) {
      throw new IllegalArgumentException(
          "the reaction '%s' is none of %s"
              .formatted(
                  sign.length() <= 16 ? sign : sign.substring(0, 16) + "\u2026",
                  String.join(" ", SIGNS.keySet())));
    }
    String sql =
        on
            ? "insert into reaction (comment_id, user_id, emoji) values (:comment, :user, :sign)"
                + " on conflict do nothing"
            : "delete from reaction where comment_id = :comment and user_id = :user"
                + " and emoji = :sign";
    database.change(
        db -> {
          Update change = db.createUpdate(sql);
          change.bind("comment", commentId).bind("user", userId).bind("sign", sign).execute();
        });
  }
}
