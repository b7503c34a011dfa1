package dev.melange.account;

import dev.melange.mail.Carrier;
import dev.melange.mail.MailAddress;
import dev.melange.mail.SignInMails;
import dev.melange.store.Database;
import dev.melange.store.Secrets;
import dev.melange.store.User;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signing in by a link that is mailed. Its token works once, for {@link #VALID}, and at once only
 * in the browser that asked for it. What {@link #ask} does tells nothing about who is known: the
 * mail is prepared by another thread. To be closed.
 */
public final class SignIns implements AutoCloseable {
  /** How long a link works. */
  public static final Duration VALID = Duration.ofMinutes(15);

  /** How many links an address gets in an hour. */
  public static final int LINKS_AN_HOUR = 5;

  private static final Logger LOG = LoggerFactory.getLogger(SignIns.class);
  private static final Duration KEPT = Duration.ofDays(1);

  private final Database database;
  private final SignInMails mails;
  private final User.Role newcomers;
  private final Clock clock;
  private final ExecutorService post =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "sign-in-mails");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * On a store.
   *
   * @param mails writes and sends the links
   * @param newcomers the role of who signs in for the first time; null if only those may who have
   *     an account already
   * @param clock tells the time
   */
  public SignIns(Database database, SignInMails mails, User.Role newcomers, Clock clock) {
    if (newcomers != null && newcomers != User.Role.READER && newcomers != User.Role.MEMBER) {
      throw new IllegalArgumentException(
          "newcomers become readers or members, not " + newcomers.name().toLowerCase(Locale.ROOT));
    }
    this.database = database;
    this.mails = mails;
    this.newcomers = newcomers;
    this.clock = clock;
  }

  /** What came of a token. */
  public enum Outcome {
    /** It is wrong, too old, or was used: all the same to who tries. */
    REFUSED,
    /** It is good, but another browser asked for it; it is still unused. */
    OTHER_BROWSER,
    /** Its user is signed in. */
    DONE
  }

  /**
   * What came of a token.
   *
   * @param outcome in a word
   * @param secret for the login's cookie; null unless done
   */
  public record Consumed(Outcome outcome, String secret) {}

  /**
   * Asks for a link.
   *
   * @param address where it is sent, if limits allow and the address may sign in
   * @param browser a secret that the asking browser keeps
   */
  public void ask(MailAddress address, String browser) {
    try {
      post.execute(
          () -> {
            try {
              send(address, browser);
            } catch (IOException | RuntimeException | Carrier.RefusedException e) {
              LOG.error("a link for signing in could not be sent: {}", e.getMessage());
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.warn("a request to sign in came while the page was closing");
    }
  }

  private void send(MailAddress address, String browser)
      throws IOException, Carrier.RefusedException {
    Instant now = clock.instant();
    String token = Secrets.fresh();
    Optional<Long> id =
        database.write(
            db -> {
              db.createUpdate("delete from sign_in where created_at < :old")
                  .bind("old", now.minus(KEPT))
                  .execute();
              Logins.forget(db, now);
              long asked =
                  db.createQuery(
                          "select count(*) from sign_in where email = :email"
                              + " and created_at > :since")
                      .bind("email", address.key())
                      .bind("since", now.minus(Duration.ofHours(1)))
                      .mapTo(Long.class)
                      .one();
              Optional<User> user = Accounts.of(db, address.key());
              boolean may = user.map(User::active).orElse(newcomers != null);
              if (asked >= LINKS_AN_HOUR || !may) {
                return Optional.empty();
              }
              return Optional.of(store(db, address.key(), token, browser, now));
            });
    if (id.isPresent()) {
      mails.send(address, token, id.get(), now);
    }
  }

  private static long store(Handle db, String email, String token, String browser, Instant now) {
    return db.createUpdate(
            "insert into sign_in (email, token_hash, browser_hash, created_at, expires_at)"
                + " values (:email, :token, :browser, :now, :until)")
        .bind("email", email)
        .bind("token", Secrets.hash(token))
        .bind("browser", Secrets.hash(browser))
        .bind("now", now)
        .bind("until", now.plus(VALID))
        .executeAndReturnGeneratedKeys("id")
        .mapTo(Long.class)
        .one();
  }

  /**
   * Uses a token.
   *
   * @param browser the secret of the browser that brings it; empty if it has none
   * @param anyBrowser whether its user confirmed that they asked in another browser
   * @param agent how the browser names itself, or null
   */
  public Consumed consume(String token, String browser, boolean anyBrowser, String agent) {
    Instant now = clock.instant();
    record Link(long id, String email, String browserHash) {}
    return database.write(
        db -> {
          Optional<Link> found =
              db.createQuery(
                      "select id, email, browser_hash from sign_in where token_hash = :hash"
                          + " and used_at is null and expires_at > :now for update")
                  .bind("hash", Secrets.hash(token))
                  .bind("now", now)
                  .map(
                      (row, context) ->
                          new Link(row.getLong(1), row.getString(2), row.getString(3)))
                  .findOne();
          if (found.isEmpty()) {
            return new Consumed(Outcome.REFUSED, null);
          }
          Link link = found.get();
          if (!anyBrowser && !Secrets.same(link.browserHash(), Secrets.hash(browser))) {
            return new Consumed(Outcome.OTHER_BROWSER, null);
          }
          // All links of the address: what one click did, a second one must not do again.
          db.createUpdate(
                  "update sign_in set used_at = :now where email = :email and used_at is null")
              .bind("now", now)
              .bind("email", link.email())
              .execute();
          Optional<User> user = Accounts.of(db, link.email());
          if (user.isEmpty() && newcomers != null) {
            user = Optional.of(Accounts.add(db, link.email(), newcomers, now));
          }
          if (user.isEmpty() || !user.get().active()) {
            return new Consumed(Outcome.REFUSED, null);
          }
          return new Consumed(Outcome.DONE, Logins.open(db, user.get().id(), agent, now));
        });
  }

  /** Takes no more, and waits until what was asked for is sent, for half a minute at most. */
  @Override
  public void close() {
    post.shutdown();
    try {
      if (!post.awaitTermination(30, TimeUnit.SECONDS)) {
        LOG.warn("links for signing in are left unsent");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
