package dev.melange.account;

import dev.melange.mail.MailAddress;
import dev.melange.store.Actor;
import dev.melange.store.AuditLog;
import dev.melange.store.Database;
import dev.melange.store.Secrets;
import dev.melange.store.User;
import dev.melange.store.UserStore;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The accounts of a page, and what its owner does with them. */
public final class Accounts {
  private static final int SUFFIX = 8;

  private final Database database;

  /** On a store. */
  public Accounts(Database database) {
    this.database = database;
  }

  /**
   * An account.
   *
   * @param user who
   * @param email where they sign in from, or null
   * @param createdAt since when
   */
  public record Account(User user, String email, Instant createdAt) {}

  /**
   * Gives the owner of the installation the address by which they sign in.
   *
   * @throws IllegalArgumentException if another account has it
   */
  public void ownerIs(MailAddress address, Instant now) {
    database.change(
        db -> {
          User owner = UserStore.find(db, UserStore.OWNER).orElseThrow();
          Optional<Long> holder = holder(db, address.key());
          if (holder.isPresent() && holder.get() != owner.id()) {
            throw new IllegalArgumentException(
                "another account signs in by this address; choose another one for the owner, or"
                    + " give that account the role owner on /admin");
          }
          if (holder.isEmpty()) {
            db.createUpdate("update app_user set email = :email where id = :id")
                .bind("email", address.key())
                .bind("id", owner.id())
                .execute();
            Logins.endAll(db, owner.id());
            AuditLog.add(
                db,
                now,
                Actor.PROGRAM,
                "owner",
                "user " + owner.name(),
                "signs in by a new address",
                null,
                null);
          }
        });
  }

  /** Whether there is an owner who can sign in. */
  public boolean hasOwner() {
    return database.read(
        db ->
            db.createQuery(
                        "select count(*) from app_user where role = 'owner' and email is not null"
                            + " and banned_at is null")
                    .mapTo(Long.class)
                    .one()
                > 0);
  }

  private static Optional<Long> holder(Handle db, String email) {
    return db.createQuery("select id from app_user where email = :email")
        .bind("email", email)
        .mapTo(Long.class)
        .findOne();
  }

  /** Who signs in by an address. */
  static Optional<User> of(Handle db, String email) {
    return holder(db, email).map(id -> UserStore.find(db, id).orElseThrow());
  }

  /** Makes an account; its name says nothing of its address and can be changed. */
  static User add(Handle db, String email, User.Role role, Instant now) {
    String name =
        "reader-" + Secrets.hash(Secrets.fresh()).substring(0, SUFFIX).toLowerCase(Locale.ROOT);
    User user = UserStore.add(db, name, name, role, now);
    db.createUpdate("update app_user set email = :email where id = :id")
        .bind("email", email)
        .bind("id", user.id())
        .execute();
    return user;
  }

  /**
   * Makes an account for somebody, who can sign in from then on.
   *
   * @throws IllegalArgumentException if there is one of this address
   */
  public User invite(Actor actor, MailAddress address, User.Role role, Instant now) {
    return database.write(
        db -> {
          if (holder(db, address.key()).isPresent()) {
            throw new IllegalArgumentException("there is an account of this address already");
          }
          User user = add(db, address.key(), given(role), now);
          AuditLog.add(db, now, actor, "invite", "user " + user.name(), label(role), null, null);
          return user;
        });
  }

  private static User.Role given(User.Role role) {
    if (role == User.Role.SYSTEM) {
      throw new IllegalArgumentException("nobody is given the role system");
    }
    return role;
  }

  private static String label(User.Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Changes a user's role. Their logins end, so that the next one begins with a new cookie.
   *
   * @throws IllegalArgumentException if there is no such user, or they are the only owner left
   */
  public void role(Actor actor, long userId, User.Role role, Instant now) {
    database.change(
        db -> {
          User user = locked(db, userId);
          given(role);
          if (user.role() == role) {
            return;
          }
          requireAnotherOwner(db, user);
          db.createUpdate("update app_user set role = :role where id = :id")
              .bind("role", label(role))
              .bind("id", userId)
              .execute();
          Logins.endAll(db, userId);
          AuditLog.add(
              db,
              now,
              actor,
              "role",
              "user " + user.name(),
              label(user.role()) + " -> " + label(role),
              label(user.role()),
              label(role));
        });
  }

  /**
   * Bans a user, whose logins and tokens end, or lets them in again.
   *
   * @throws IllegalArgumentException if there is no such user, or they are the only owner left
   */
  public void ban(Actor actor, long userId, boolean banned, Instant now) {
    database.change(
        db -> {
          User user = locked(db, userId);
          if ((user.bannedAt() != null) == banned) {
            return;
          }
          if (banned) {
            requireAnotherOwner(db, user);
            Logins.endAll(db, userId);
            ApiTokens.revokeAll(db, userId);
          }
          db.createUpdate("update app_user set banned_at = :at where id = :id")
              .bind("at", banned ? now : null)
              .bind("id", userId)
              .execute();
          AuditLog.add(
              db, now, actor, banned ? "ban" : "unban", "user " + user.name(), "", null, null);
        });
  }

  /** A user who signs in, held until the transaction ends. */
  static User locked(Handle db, long userId) {
    // All owners in one order: two who demote each other at once must not both succeed.
    db.createQuery("select id from app_user where role = 'owner' order by id for update")
        .mapTo(Long.class)
        .list();
    return UserStore.find(db, userId)
        .filter(user -> user.role() != User.Role.SYSTEM)
        .orElseThrow(() -> new IllegalArgumentException("there is no such user"));
  }

  /** Refuses what would leave no owner. */
  static void requireAnotherOwner(Handle db, User user) {
    boolean last =
        user.role() == User.Role.OWNER
            && db.createQuery(
                        "select count(*) from app_user where role = 'owner' and banned_at is null"
                            + " and id <> :id")
                    .bind("id", user.id())
                    .mapTo(Long.class)
                    .one()
                == 0;
    if (last) {
      throw new IllegalArgumentException(
          user.name() + " is the only owner; make somebody else owner first");
    }
  }

  /**
   * Changes a user's own name.
   *
   * @throws IllegalArgumentException if it is taken, or none
   */
  public void rename(Actor actor, String name, Instant now) {
    database.change(
        db -> {
          User user = UserStore.find(db, actor.userId()).orElseThrow();
          UserStore.rename(db, user.id(), name);
          AuditLog.add(
              db, now, actor, "name", "user " + name, "was " + user.name(), user.name(), name);
        });
  }

  /**
   * The accounts that can sign in or are banned, the newest first.
   *
   * @param part of name or address, of any case; empty for all
   */
  public List<Account> list(String part, int limit, int offset) {
    String pattern =
        "%"
            + part.toLowerCase(Locale.ROOT).replace("!", "!!").replace("%", "!%").replace("_", "!_")
            + "%";
    return database.read(
        db ->
            db.createQuery(
                    "select id, email, created_at from app_user where role <> 'system'"
                        + " and (name_key like :part escape '!' or email like :part escape '!')"
                        + " order by id desc limit :limit offset :offset")
                .bind("part", pattern)
                .bind("limit", limit)
                .bind("offset", offset)
                .map(
                    (row, context) ->
                        new Account(
                            UserStore.find(db, row.getLong("id")).orElseThrow(),
                            row.getString("email"),
                            row.getTimestamp("created_at").toInstant()))
                .list());
  }
}
