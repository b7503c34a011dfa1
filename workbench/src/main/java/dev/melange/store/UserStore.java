package dev.melange.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Users. */
public final class UserStore {
  /** The user imports act as. */
  public static final String IMPORT = "import";

  /** The user of a page on its owner's machine. */
  public static final String OWNER = "owner";

  private static final String SELECT =
      "select id, name, full_name, role, banned_at, visited_at from app_user";

  private static final RowMapper<User> MAPPER =
      (row, context) ->
          new User(
              row.getLong("id"),
              row.getString("name"),
              row.getString("full_name"),
              User.Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
              PaperRows.instant(row, "banned_at"),
              PaperRows.instant(row, "visited_at"));

  private final Database database;

  /** On a database. */
  public UserStore(Database database) {
    this.database = database;
  }

  /** The user of a name, regardless of case. */
  public Optional<User> find(String name) {
    return database.read(db -> find(db, name));
  }

  /** The user of a name, within a transaction. */
  public static Optional<User> find(Handle db, String name) {
    return db.createQuery(SELECT + " where name_key = :key")
        .bind("key", name.toLowerCase(Locale.ROOT))
        .map(MAPPER)
        .findOne();
  }

  /** The user of an id. */
  public Optional<User> find(long id) {
    return database.read(db -> find(db, id));
  }

  /** The user of an id, within a transaction. */
  public static Optional<User> find(Handle db, long id) {
    return db.createQuery(SELECT + " where id = :id").bind("id", id).map(MAPPER).findOne();
  }

  /** The owner of a page on their own machine. */
  public User owner() {
    return find(OWNER).orElseThrow(() -> new IllegalStateException("the owner is missing"));
  }

  /**
   * Adds a user.
   *
   * @param name 1 to 60 letters, digits, dots, dashes and underscores
   * @throws IllegalArgumentException if the name is taken or has other characters
   */
  public User add(String name, String fullName, User.Role role, Instant now) {
    return database.write(db -> add(db, name, fullName, role, now));
  }

  /** As the other {@code add}, within a transaction. */
  public static User add(Handle db, String name, String fullName, User.Role role, Instant now) {
    requireFree(db, name);
    insert(db, name, fullName, role, now);
    return find(db, name).orElseThrow();
  }

  private static void requireFree(Handle db, String name) {
    if (find(db, name).isPresent()) {
      throw new IllegalArgumentException("the name '" + name + "' is taken; choose another");
    }
  }

  /**
   * Gives a user another name.
   *
   * @throws IllegalArgumentException if it is taken, or none
   */
  public static void rename(Handle db, long id, String name) {
    requireName(name);
    Optional<User> holder = find(db, name);
    if (holder.isPresent() && holder.get().id() != id) {
      requireFree(db, name);
    }
    db.createUpdate(
            "update app_user set name = :name, name_key = :key, full_name = :name where id = :id")
        .bind("name", name)
        .bind("key", name.toLowerCase(Locale.ROOT))
        .bind("id", id)
        .execute();
  }

  /**
   * Who a source names. A name that somebody here has is not theirs for that: nobody is returned.
   *
   * @return the id of a user who cannot sign in, made if there is none; null for others
   */
  static Long named(Handle db, String name, Instant now) {
    Optional<User> known = find(db, name);
    if (known.isPresent()) {
      return known.get().role() == User.Role.SYSTEM ? known.get().id() : null;
    }
    insert(db, name, name, User.Role.SYSTEM, now);
    return find(db, name).orElseThrow().id();
  }

  private static void insert(Handle db, String name, String fullName, User.Role role, Instant now) {
    requireName(name);
    db.createUpdate(
            "insert into app_user (name, name_key, full_name, role, created_at)"
                + " values (:name, :key, :full, :role, :at)")
        .bind("name", name)
        .bind("key", name.toLowerCase(Locale.ROOT))
        .bind("full", fullName)
        .bind("role", role.name().toLowerCase(Locale.ROOT))
        .bind("at", now)
        .execute();
  }

  private static void requireName(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "the user name '%s' is none; expected 1 to 60 letters, digits, dots, dashes, underscores"
              .formatted(name.length() <= 60 ? name : name.substring(0, 60) + "\u2026"));
    }
  }

  /** Whether a text can be a user's name. */
  public static boolean isName(String text) {
    return text.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,59}");
  }

  /**
   * Notes that a user is here. A visit that began longer ago than a pause is over: then a new one
   * begins, and what was listed before the last one is no longer new.
   *
   * @return since when papers are new to them; null at their first visit
   */
  public Instant visited(long userId, Instant now, Duration pause) {
    return database.write(
        db -> {
          db.createUpdate(
                  "update app_user set visited_at = seen_at, seen_at = :at"
                      + " where id = :id and (seen_at is null or seen_at < :over)")
              .bind("at", now)
              .bind("over", now.minus(pause))
              .bind("id", userId)
              .execute();
          return db.createQuery("select visited_at from app_user where id = :id")
              .bind("id", userId)
              .map((row, context) -> Optional.ofNullable(PaperRows.instant(row, "visited_at")))
              .one()
              .orElse(null);
        });
  }
}
