package dev.melange.store;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Update;

/** Collections of papers, each with an owner; every user's reading list is one of them. */
public final class CollectionStore {
  /** The longest name, in characters. */
  public static final int MAX_NAME = 100;

  /** The longest description, in characters. */
  public static final int MAX_DESCRIPTION = 2000;

  private static final String READING_LIST = "Reading list";

  private static final String SELECT =
      "select c.id, c.owner_id, u.name as owner_name, c.name, c.description, c.shown,"
          + " (select count(*) from collection_item i join paper p on p.id = i.paper_id"
          + " where i.collection_id = c.id and p.withdrawn_at is null) as papers"
          + " from collection c join app_user u on u.id = c.owner_id";

  private static final RowMapper<Collection> MAPPER =
      (row, context) ->
          new Collection(
              row.getLong("id"),
              row.getLong("owner_id"),
              row.getString("owner_name"),
              row.getString("name"),
              row.getString("description"),
              row.getString("shown").equals("public"),
              row.getInt("papers"));

  private final Database database;

  /** On a database. */
  public CollectionStore(Database database) {
    this.database = database;
  }

  /**
   * A collection.
   *
   * @param id in the store
   * @param ownerId whose it is
   * @param ownerName their name
   * @param name unique among its owner's
   * @param description plain text, may be empty
   * @param open whether everybody may see it
   * @param papers how many it has
   */
  public record Collection(
      long id,
      long ownerId,
      String ownerName,
      String name,
      String description,
      boolean open,
      int papers) {
    /** Whether a reader may see it; null stands for visitors. */
    public boolean mayBeSeenBy(User reader) {
      return open || (reader != null && reader.id() == ownerId);
    }
  }

  /** A user's own collections by name, without the reading list. */
  public List<Collection> of(long ownerId) {
    return list("c.owner_id = :id and c.kind = 'collection' order by lower(c.name), c.id", ownerId);
  }

  /** The collections of others that everybody may see. */
  public List<Collection> openOfOthers(long ownerId) {
    return list("c.owner_id <> :id and c.shown = 'public' order by lower(c.name), c.id", ownerId);
  }

  /** The collections with a paper, without reading lists. */
  public List<Collection> with(long paperId) {
    return list(
        "c.kind = 'collection' and exists (select 1 from collection_item i"
            + " where i.collection_id = c.id and i.paper_id = :id) order by lower(c.name), c.id",
        paperId);
  }

  private List<Collection> list(String where, long id) {
    return database.read(
        db -> db.createQuery(SELECT + " where " + where).bind("id", id).map(MAPPER).list());
  }

  /** The collection of an id. */
  public Optional<Collection> find(long id) {
    return list("c.id = :id", id).stream().findFirst();
  }

  /** The id of a user's reading list, which is made when it is first asked for. */
  public long readingList(long ownerId, Instant now) {
    Optional<Long> known = database.read(db -> readingList(db, ownerId));
    return known.orElseGet(
        () ->
            database.write(
                db -> {
                  insert(db, ownerId, READING_LIST, "", false, "reading-list", now);
                  return readingList(db, ownerId).orElseThrow();
                }));
  }

  private static Optional<Long> readingList(Handle db, long ownerId) {
    return db.createQuery(
            "select id from collection where owner_id = :owner and kind = 'reading-list'")
        .bind("owner", ownerId)
        .mapTo(Long.class)
        .findOne();
  }

  /**
   * Makes a collection.
   *
   * @return its id
   * @throws IllegalArgumentException if its owner has one of this name, or a text is too long
   */
  public long create(long ownerId, String name, String description, boolean open, Instant now) {
    String title = checked(name, description);
    return database.write(
        db -> {
          if (insert(db, ownerId, title, description.strip(), open, "collection", now) == 0) {
            throw taken(title);
          }
          return db.createQuery(
                  "select id from collection where owner_id = :owner and name = :name")
              .bind("owner", ownerId)
              .bind("name", title)
              .mapTo(Long.class)
              .one();
        });
  }

  private static int insert(
      Handle db,
      long ownerId,
      String name,
      String description,
      boolean open,
      String kind,
      Instant now) {
    return db.createUpdate(
            "insert into collection (owner_id, name, description, shown, kind, created_at)"
                + " values (:owner, :name, :description, :shown, :kind, :at)"
                + " on conflict do nothing")
        .bind("owner", ownerId)
        .bind("name", name)
        .bind("description", description)
        .bind("shown", open ? "public" : "private")
        .bind("kind", kind)
        .bind("at", now)
        .execute();
  }

  private static String checked(String name, String description) {
    String title = name.strip();
    if (title.isEmpty() || title.length() > MAX_NAME || title.equalsIgnoreCase(READING_LIST)) {
      throw new IllegalArgumentException(
          "the name '%s' cannot be used; expected 1 to %d characters and not '%s'"
              .formatted(title.substring(0, Math.min(title.length(), 60)), MAX_NAME, READING_LIST));
    }
    if (description.strip().length() > MAX_DESCRIPTION) {
      throw new IllegalArgumentException(
          "the description has %,d characters, at most %,d are kept"
              .formatted(description.strip().length(), MAX_DESCRIPTION));
    }
    return title;
  }

  private static IllegalArgumentException taken(String name) {
    return new IllegalArgumentException(
        "there is a collection '%s' already; choose another name".formatted(name));
  }

  /** Changes name, description and who may see it; for what is refused see {@link #create}. */
  public void change(Collection collection, String name, String description, boolean open) {
    String title = checked(name, description);
    database.change(
        db -> {
          boolean taken =
              db.createQuery(
                      "select id from collection"
                          + " where owner_id = :owner and name = :name and id <> :id")
                  .bind("owner", collection.ownerId())
                  .bind("name", title)
                  .bind("id", collection.id())
                  .mapTo(Long.class)
                  .findOne()
                  .isPresent();
          if (taken) {
            throw taken(title);
          }
          db.createUpdate(
                  "update collection set name = :name, description = :description, shown = :shown"
                      + " where id = :id and kind = 'collection'")
              .bind("name", title)
              .bind("description", description.strip())
              .bind("shown", open ? "public" : "private")
              .bind("id", collection.id())
              .execute();
        });
  }

  /** Deletes a collection; its papers stay where else they are. Reading lists remain. */
  public void delete(long id) {
    database.change(
        db -> {
          db.createUpdate(
                  "delete from collection_item where collection_id in"
                      + " (select id from collection where id = :id and kind = 'collection')")
              .bind("id", id)
              .execute();
          db.createUpdate("delete from collection where id = :id and kind = 'collection'")
              .bind("id", id)
              .execute();
        });
  }

  /** Puts a paper into a collection or takes it out; twice is once. */
  public void put(long id, long paperId, boolean in, Instant now) {
    database.change(
        db -> {
          Update change =
              in
                  ? db.createUpdate(
                          "insert into collection_item (collection_id, paper_id, added_at)"
                              + " values (:id, :paper, :at) on conflict do nothing")
                      .bind("at", now)
                  : db.createUpdate(
                      "delete from collection_item"
                          + " where collection_id = :id and paper_id = :paper");
          change.bind("id", id).bind("paper", paperId).execute();
        });
  }

  /** The ids of the papers of a collection, added last first. */
  public List<Long> papers(long id) {
    return database.read(
        db ->
            db.createQuery(
                    "select i.paper_id from collection_item i join paper p on p.id = i.paper_id"
                        + " where i.collection_id = :id and p.withdrawn_at is null"
                        + " order by i.added_at desc, i.paper_id")
                .bind("id", id)
                .mapTo(Long.class)
                .list());
  }

  /** Which of some papers are on a user's reading list. */
  public Set<Long> saved(long ownerId, List<Long> paperIds) {
    if (paperIds.isEmpty()) {
      return Set.of();
    }
    return database.read(
        db ->
            new HashSet<>(
                db.createQuery(
                        "select i.paper_id from collection_item i"
                            + " join collection c on c.id = i.collection_id"
                            + " where c.owner_id = :owner and c.kind = 'reading-list'"
                            + " and i.paper_id in (<ids>)")
                    .bind("owner", ownerId)
                    .bindList("ids", paperIds)
                    .mapTo(Long.class)
                    .list()));
  }
}
