package dev.melange.account;

import dev.melange.store.Actor;
import dev.melange.store.AuditLog;
import dev.melange.store.Database;
import dev.melange.store.Secrets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Tokens by which programs act for a user, within scopes and until a day. */
public final class ApiTokens {
  /** What every token begins with. */
  public static final String PREFIX = "mlg_";

  /** How many a user may have. */
  public static final int MOST = 20;

  private static final int LONGEST_NAME = 60;
  private static final Duration LONGEST_LIFE = Duration.ofDays(366);
  private static final String SELECT =
      "select id, user_id, name, scopes, created_at, expires_at, used_on from api_token";

  private final Database database;

  /** On a store. */
  public ApiTokens(Database database) {
    this.database = database;
  }

  /**
   * A token without its secret.
   *
   * @param id in the store
   * @param userId for whom it acts
   * @param name given by its user
   * @param scopes what it may be used for
   * @param createdAt when it was made
   * @param expiresAt when it ends
   * @param usedOn the day of its last use, or null
   */
  public record ApiToken(
      long id,
      long userId,
      String name,
      Set<Scope> scopes,
      Instant createdAt,
      Instant expiresAt,
      LocalDate usedOn) {}

  private static ApiToken token(ResultSet row) throws SQLException {
    return new ApiToken(
        row.getLong("id"),
        row.getLong("user_id"),
        row.getString("name"),
        Arrays.stream(row.getString("scopes").split(" "))
            .map(Scope::of)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Scope.class))),
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("expires_at").toInstant(),
        row.getObject("used_on", LocalDate.class));
  }

  /**
   * Makes a token.
   *
   * @param actor its user
   * @param name to know it again, 1 to 60 characters
   * @param scopes at least one
   * @param life until it ends, at most 366 days
   * @return the token itself, which cannot be had again
   * @throws IllegalArgumentException for another name, no scope, another life, too many tokens
   */
  public String create(Actor actor, String name, Set<Scope> scopes, Duration life, Instant now) {
    String text = name.strip();
    if (text.isEmpty()
        || text.length() > LONGEST_NAME
        || text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "the token's name has %d characters, expected 1 to %d, no controls"
              .formatted(text.length(), LONGEST_NAME));
    }
    if (scopes.isEmpty()) {
      throw new IllegalArgumentException("choose at least one scope for the token");
    }
    if (life.isNegative() || life.isZero() || life.compareTo(LONGEST_LIFE) > 0) {
      throw new IllegalArgumentException("a token lasts from 1 to 366 days");
    }
    String token = PREFIX + Secrets.fresh();
    String labels = scopes.stream().map(Scope::label).sorted().collect(Collectors.joining(" "));
    database.change(
        db -> {
          db.createUpdate("delete from api_token where expires_at <= :now")
              .bind("now", now)
              .execute();
          long held =
              db.createQuery("select count(*) from api_token where user_id = :user")
                  .bind("user", actor.userId())
                  .mapTo(Long.class)
                  .one();
          if (held >= MOST) {
            throw new IllegalArgumentException(
                "you have %d tokens already; revoke one you no longer use".formatted(held));
          }
          db.createUpdate(
                  "insert into api_token (user_id, name, token_hash, scopes, created_at,"
                      + " expires_at) values (:user, :name, :hash, :scopes, :now, :until)")
              .bind("user", actor.userId())
              .bind("name", text)
              .bind("hash", Secrets.hash(token))
              .bind("scopes", labels)
              .bind("now", now)
              .bind("until", now.plus(life))
              .execute();
          AuditLog.add(db, now, actor, "token", "API token " + text, labels, null, null);
        });
    return token;
  }

  /**
   * The token of a request; its use is noted by the day.
   *
   * @return nothing if there is none, or it has ended
   */
  public Optional<ApiToken> find(String token, Instant now) {
    if (!token.startsWith(PREFIX)) {
      return Optional.empty();
    }
    Optional<ApiToken> found =
        database.read(
            db ->
                db.createQuery(SELECT + " where token_hash = :hash and expires_at > :now")
                    .bind("hash", Secrets.hash(token))
                    .bind("now", now)
                    .map((row, context) -> token(row))
                    .findOne());
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    found
        .filter(it -> !today.equals(it.usedOn()))
        .ifPresent(
            it ->
                database.change(
                    db ->
                        db.createUpdate("update api_token set used_on = :day where id = :id")
                            .bind("day", today)
                            .bind("id", it.id())
                            .execute()));
    return found;
  }

  /** A user's, the newest first. */
  public List<ApiToken> of(long userId, Instant now) {
    return database.read(
        db ->
            db.createQuery(SELECT + " where user_id = :user and expires_at > :now order by id desc")
                .bind("user", userId)
                .bind("now", now)
                .map((row, context) -> token(row))
                .list());
  }

  /** Revokes one of the actor's own; another user's stays. */
  public void revoke(Actor actor, long id, Instant now) {
    database.change(
        db -> {
          int revoked =
              db.createUpdate("delete from api_token where id = :id and user_id = :user")
                  .bind("id", id)
                  .bind("user", actor.userId())
                  .execute();
          if (revoked > 0) {
            AuditLog.add(db, now, actor, "token", "API token " + id, "revoked", null, null);
          }
        });
  }

  static void revokeAll(Handle db, long userId) {
    db.createUpdate("delete from api_token where user_id = :user").bind("user", userId).execute();
  }
}
