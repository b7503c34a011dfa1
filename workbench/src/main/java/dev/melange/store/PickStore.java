package dev.melange.store;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What readers say of the papers that are recommended by one of their tags. */
public final class PickStore {
  /** So many words may be muted for a tag. */
  public static final int MAX_MUTED = 100;

  private static final int MAX_WORD = 200;

  private final Database database;

  /** On a database. */
  public PickStore(Database database) {
    this.database = database;
  }

  /** The id of one of a reader's tags. */
  public Optional<Long> tag(long ownerId, String name) {
    return database.read(
        db ->
            db.createQuery("select id from tag where owner_id = :owner and name = :name")
                .bind("owner", ownerId)
                .bind("name", name)
                .mapTo(Long.class)
                .findOne());
  }

  /** The papers that have a tag. */
  public Set<Long> tagged(long tagId) {
    return ids("select paper_id from paper_tag where tag_id = :id", tagId);
  }

  /** The papers that are not what a tag means. */
  public Set<Long> refused(long tagId) {
    return ids("select paper_id from tag_refusal where tag_id = :id", tagId);
  }

  private Set<Long> ids(String sql, long tagId) {
    return database.read(
        db -> Set.copyOf(db.createQuery(sql).bind("id", tagId).mapTo(Long.class).list()));
  }

  /** The words that do not count for a tag, in alphabetical order. */
  public List<String> muted(long tagId) {
    return database.read(
        db ->
            db.createQuery("select word from tag_mute where tag_id = :id order by word")
                .bind("id", tagId)
                .mapTo(String.class)
                .list());
  }

  /** Says that a paper is not what a tag means, or takes that back; twice is once. */
  public void refuse(long tagId, long paperId, boolean refused) {
    String sql =
        refused
            ? "insert into tag_refusal (tag_id, paper_id) values (:id, :paper)"
                + " on conflict do nothing"
            : "delete from tag_refusal where tag_id = :id and paper_id = :paper";
    database.change(db -> db.createUpdate(sql).bind("id", tagId).bind("paper", paperId).execute());
  }

  /**
   * Lets a word or pair of words no longer count for a tag, or count again; twice is once.
   *
   * @throws IllegalArgumentException for a blank or too long word, or too many
   */
  public void mute(long tagId, String word, boolean muted) {
    if (word.isBlank() || word.length() > MAX_WORD) {
      throw new IllegalArgumentException(
          "the word has %d characters, expected 1 to %d".formatted(word.length(), MAX_WORD));
    }
    if (muted && muted(tagId).size() >= MAX_MUTED) {
      throw new IllegalArgumentException(
          "%d words are muted already; let one of them count again first".formatted(MAX_MUTED));
    }
    String sql =
        muted
            ? "insert into tag_mute (tag_id, word) values (:id, :word) on conflict do nothing"
            : "delete from tag_mute where tag_id = :id and word = :word";
    database.change(db -> db.createUpdate(sql).bind("id", tagId).bind("word", word).execute());
  }
}
