package dev.melange.account;

import dev.melange.store.Database;
import dev.melange.store.Secrets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Which browsers are signed in. Each holds a secret in a cookie, of which the hash is stored. */
public final class Logins {
  /** How long a login lasts after its last use. */
  public static final Duration KEPT = Duration.ofDays(30);

  /** Uses closer together than this are not noted, so that reading does not write. */
  private static final Duration NOTED = Duration.ofHours(1);

  private static final int LONGEST_BROWSER = 200;
  private static final String SELECT =
      "select id, user_id, browser, created_at, used_at, expires_at from login";

  private final Database database;

  /** On a store. */
  public Logins(Database database) {
    this.database = database;
  }

  /**
   * A login.
   *
   * @param id in the store
   * @param userId whose it is
   * @param browser as it names itself
   * @param createdAt when its user signed in
   * @param usedAt its last use, to the hour
   * @param expiresAt when it ends without further use
   */
  public record Login(
      long id, long userId, String browser, Instant createdAt, Instant usedAt, Instant expiresAt) {}

  private static Login login(ResultSet row) throws SQLException {
    return new Login(
        row.getLong("id"),
        row.getLong("user_id"),
        row.getString("browser"),
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("used_at").toInstant(),
        row.getTimestamp("expires_at").toInstant());
  }

  /** Opens one, always with a fresh secret, which is returned and not kept. */
  static String open(Handle db, long userId, String browser, Instant now) {
    String secret = Secrets.fresh();
    db.createUpdate(
            "insert into login (user_id, cookie_hash, browser, created_at, used_at, expires_at)"
                + " values (:user, :hash, :browser, :now, :now, :until)")
        .bind("user", userId)
        .bind("hash", Secrets.hash(secret))
        .bind("browser", printable(browser))
        .bind("now", now)
        .bind("until", now.plus(KEPT))
        .execute();
    return secret;
  }

  private static String printable(String browser) {
    String text = browser == null ? "" : browser.replaceAll("[^ -~]", "");
    return text.length() <= LONGEST_BROWSER ? text : text.substring(0, LONGEST_BROWSER);
  }

  /**
   * The login of a cookie.
   *
   * @param secret what the cookie holds
   * @return nothing if there is none, or it has ended
   */
  public Optional<Login> find(String secret, Instant now) {
    return database.read(
        db ->
            db.createQuery(SELECT + " where cookie_hash = :hash and expires_at > :now")
                .bind("hash", Secrets.hash(secret))
                .bind("now", now)
                .map((row, context) -> login(row))
                .findOne());
  }

  /**
   * Notes that a login is used, which prolongs it.
   *
   * @return whether that was noted; false within an hour of the last time
   */
  public boolean used(Login login, Instant now) {
    if (now.isBefore(login.usedAt().plus(NOTED))) {
      return false;
    }
    database.change(
        db ->
            db.createUpdate("update login set used_at = :now, expires_at = :until where id = :id")
                .bind("now", now)
                .bind("until", now.plus(KEPT))
                .bind("id", login.id())
                .execute());
    return true;
  }

  /** A user's, the last used first. */
  public List<Login> of(long userId, Instant now) {
    return database.read(
        db ->
            db.createQuery(
                    SELECT
                        + " where user_id = :user and expires_at > :now"
                        + " order by used_at desc, id desc")
                .bind("user", userId)
                .bind("now", now)
                .map((row, context) -> login(row))
                .list());
  }

  /** Ends one of a user's; another user's stays. */
  public void end(long userId, long id) {
    database.change(
        db ->
            db.createUpdate("delete from login where id = :id and user_id = :user")
                .bind("id", id)
                .bind("user", userId)
                .execute());
  }

  /** Ends all of a user's. */
  public void endAll(long userId) {
    database.change(db -> endAll(db, userId));
  }

  static void endAll(Handle db, long userId) {
    db.createUpdate("delete from login where user_id = :user").bind("user", userId).execute();
  }

  /** Forgets those that have ended. */
  static void forget(Handle db, Instant now) {
    db.createUpdate("delete from login where expires_at <= :now").bind("now", now).execute();
  }
}
