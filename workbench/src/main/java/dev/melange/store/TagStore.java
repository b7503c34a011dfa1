package dev.melange.store;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Words by which readers find papers again, each reader having their own. */
public final class TagStore {
  /** The longest tag, in characters. */
  public static final int MAX_LENGTH = 60;

  /** So many tags may a paper have. */
  public static final int MAX_TAGS = 30;

  private final Database database;

  /** On a database. */
  public TagStore(Database database) {
    this.database = database;
  }

  /** A tag and how many papers have it. */
  public record Tag(String name, int papers) {}

  /** All tags of a reader by name. */
  public List<Tag> of(long ownerId) {
    return database.read(
        db ->
            db.createQuery(
                    "select g.name, count(*) from tag g join paper_tag t on t.tag_id = g.id"
                        + " where g.owner_id = :owner group by g.name order by g.name")
                .bind("owner", ownerId)
                .map((row, context) -> new Tag(row.getString(1), row.getInt(2)))
                .list());
  }

  /** A reader's tags of a paper. */
  public List<String> of(long ownerId, long paperId) {
    return database.read(
        db ->
            db.createQuery(
                    "select g.name from tag g join paper_tag t on t.tag_id = g.id"
                        + " where g.owner_id = :owner and t.paper_id = :paper order by g.name")
                .bind("owner", ownerId)
                .bind("paper", paperId)
                .mapTo(String.class)
                .list());
  }

  /** The ids of the papers with one of a reader's tags, published last first. */
  public List<Long> papers(long ownerId, String name) {
    return database.read(
        db ->
            db.createQuery(
                    "select p.id from tag g join paper_tag t on t.tag_id = g.id"
                        + " join paper p on p.id = t.paper_id"
                        + " where g.owner_id = :owner and g.name = :name"
                        + " order by p.published desc, p.id")
                .bind("owner", ownerId)
                .bind("name", name)
                .mapTo(Long.class)
                .list());
  }

  /**
   * Gives a paper these tags and no others. Names lose white space at their ends.
   *
   * @throws IllegalArgumentException for a tag that is too long or has a comma, or too many tags
   */
  public void set(long ownerId, long paperId, List<String> names) {
    Set<String> wanted = new LinkedHashSet<>();
    for (String name : names) {
      String tag = name.strip().replaceAll("\\s+", " ");
      if (tag.length() > MAX_LENGTH || tag.contains(",") || tag.contains("\"")) {
        throw new IllegalArgumentException(
            "the tag '%s' cannot be kept; expected 1 to %d characters, no comma, no quote"
                .formatted(tag.substring(0, Math.min(tag.length(), MAX_LENGTH)), MAX_LENGTH));
      }
      if (!tag.isEmpty()) {
        wanted.add(tag);
      }
    }
    if (wanted.size() > MAX_TAGS) {
      throw new IllegalArgumentException(
          "%d tags are too many, at most %d are kept".formatted(wanted.size(), MAX_TAGS));
    }
    database.change(
        db -> {
          db.createUpdate(
                  "delete from paper_tag where paper_id = :paper"
                      + " and tag_id in (select id from tag where owner_id = :owner)")
              .bind("paper", paperId)
              .bind("owner", ownerId)
              .execute();
          wanted.forEach(name -> add(db, ownerId, paperId, name));
          db.createUpdate(
                  "delete from tag where owner_id = :owner"
                      + " and not exists (select 1 from paper_tag t where t.tag_id = tag.id)")
              .bind("owner", ownerId)
              .execute();
        });
  }

  private static void add(Handle db, long ownerId, long paperId, String name) {
    db.createUpdate(
            "insert into tag (owner_id, name) values (:owner, :name) on conflict do nothing")
        .bind("owner", ownerId)
        .bind("name", name)
        .execute();
    db.createUpdate(
            "insert into paper_tag (tag_id, paper_id)"
                + " select id, :paper from tag where owner_id = :owner and name = :name")
        .bind("paper", paperId)
        .bind("owner", ownerId)
        .bind("name", name)
        .execute();
  }
}
