package dev.melange.store;

import java.time.Instant;
import java.util.List;

/** Searches that readers keep, each reader having their own. */
public final class SavedSearchStore {
  private static final int MAX_NAME = 100;
  private static final int MAX_QUERY = 1000;

  private final Database database;

  /** On a database. */
  public SavedSearchStore(Database database) {
    this.database = database;
  }

  /** A search that was kept. */
  public record SavedSearch(long id, String name, String query) {}

  /** All of a reader by name. */
  public List<SavedSearch> of(long ownerId) {
    return database.read(
        db ->
            db.createQuery(
                    "select id, name, query from saved_search where owner_id = :owner order by name")
                .bind("owner", ownerId)
                .map(
                    (row, context) ->
                        new SavedSearch(row.getLong(1), row.getString(2), row.getString(3)))
                .list());
  }

  /**
   * Keeps a search, instead of one of the same name.
   *
   * @throws IllegalArgumentException for blank or too long texts
   */
  public void add(long ownerId, String name, String query, Instant now) {
    if (name.isBlank() || name.strip().length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "the name has %d characters, expected 1 to %d"
              .formatted(name.strip().length(), MAX_NAME));
    }
    if (query.isBlank() || query.strip().length() > MAX_QUERY) {
      throw new IllegalArgumentException(
          "the search has %d characters, expected 1 to %d"
              .formatted(query.strip().length(), MAX_QUERY));
    }
    database.change(
        db -> {
          db.createUpdate("delete from saved_search where owner_id = :owner and name = :name")
              .bind("owner", ownerId)
              .bind("name", name.strip())
              .execute();
          db.createUpdate(
                  "insert into saved_search (owner_id, name, query, created_at)"
                      + " values (:owner, :name, :query, :at)")
              .bind("owner", ownerId)
              .bind("name", name.strip())
              .bind("query", query.strip())
              .bind("at", now)
              .execute();
        });
  }

  /** Forgets one of a reader's searches. */
  public boolean delete(long ownerId, long id) {
    return database.write(
        db ->
            db.createUpdate("delete from saved_search where owner_id = :owner and id = :id")
                    .bind("owner", ownerId)
                    .bind("id", id)
                    .execute()
                > 0);
  }
}
