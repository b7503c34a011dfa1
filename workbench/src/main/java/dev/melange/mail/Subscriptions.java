package dev.melange.mail;

import dev.melange.store.Actor;
import dev.melange.store.AuditLog;
import dev.melange.store.Database;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who gets digests. Nobody does before they confirmed a mail sent to their address. Answers to
 * {@link #ask} tell nothing about who is known: the mail is prepared by another thread. To be
 * closed.
 */
public final class Subscriptions implements AutoCloseable {
  /** The version of the words readers agree to. */
  public static final int WORDING = 1;

  private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
  private static final Duration CONFIRM_WITHIN = Duration.ofDays(2);
  private static final Duration PENDING_KEPT = Duration.ofDays(7);
  private static final int MAILS_A_DAY = 3;
  private static final int REQUESTS_AN_HOUR = 10;

  private final Database database;
  private final MailTokens tokens;
  private final Mails mails;
  private final Carrier carrier;
  private final Clock clock;
  private final ExecutorService post =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "confirmation-mails");
            thread.setDaemon(true);
            return thread;
          });

  /** On a store, sending confirmations by a carrier. */
  public Subscriptions(
      Database database, MailTokens tokens, MailSite site, Carrier carrier, Clock clock) {
    this.database = database;
    this.tokens = tokens;
    this.mails = new Mails(site, tokens);
    this.carrier = carrier;
    this.clock = clock;
  }

  /**
   * What a reader wants.
   *
   * @param weekly a digest a week instead of a day
   * @param hour of their day at which it is sent
   * @param zone their time zone
   * @param topics words each of which is a section of its own, at most 20
   */
  public record Wish(boolean weekly, int hour, ZoneId zone, List<String> topics) {
    private static final int MOST_TOPICS = 20;
    private static final int LONGEST_TOPIC = 60;

    /** Refuses hours that are none and topics that are too many, too long, or hold controls. */
    public Wish {
      topics = topics.stream().map(String::strip).filter(topic -> !topic.isEmpty()).toList();
      boolean odd =
          topics.stream()
              .anyMatch(
                  topic ->
                      topic.length() > LONGEST_TOPIC
                          || topic.chars().anyMatch(Character::isISOControl));
      if (hour < 0 || hour > 23 || topics.size() > MOST_TOPICS || odd) {
        throw new IllegalArgumentException(
            "expected an hour from 0 to 23 and at most 20 topics of at most 60 characters");
      }
    }

    private String packed() {
      return (weekly ? "weekly" : "daily")
          + "\n"
          + hour
          + "\n"
          + zone
          + "\n"
          + String.join("\n", topics);
    }

    private static Wish unpacked(String text) {
      List<String> lines = text.lines().toList();
      return new Wish(
          lines.get(0).equals("weekly"),
          Integer.parseInt(lines.get(1)),
          ZoneId.of(lines.get(2)),
          lines.subList(3, lines.size()));
    }
  }

  /**
   * The zone of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ZoneId zone(String name) {
    try {
      if (name.length() <= 60) {
        return ZoneId.of(name);
      }
    } catch (DateTimeException e) {
      LOG.debug("no zone: {}", e.getMessage());
    }
    throw new IllegalArgumentException(
        "the time zone is not known; expected such as Europe/Berlin");
  }

  /**
   * Asks for a subscription: a mail with a link goes out if limits allow.
   *
   * @param ip where the request came from
   */
  public void ask(MailAddress address, Wish wish, String ip) {
    try {
      post.execute(
          () -> {
            try {
              prepare(address, wish, ip);
            } catch (IOException | RuntimeException | Carrier.RefusedException e) {
              LOG.error("a confirmation could not be sent: {}", e.getMessage());
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.warn("a request for a subscription came while the page was closing");
    }
  }

  private record Plan(long subscriber, String token) {}

  private void prepare(MailAddress address, Wish wish, String ip)
      throws IOException, Carrier.RefusedException {
    Instant now = clock.instant();
    String token = tokens.fresh();
    String addressHash = tokens.keyed("address", address.key());
    String ipHash = tokens.keyed("ip", ip);
    Optional<Plan> plan =
        database.write(
            db -> {
              db.createUpdate(
                      "delete from mail_event where subscriber_id in (select id from subscriber"
                          + " where state = 'pending' and created_at < :old)")
                  .bind("old", now.minus(PENDING_KEPT))
                  .execute();
              db.createUpdate(
                      "delete from subscriber where state = 'pending' and created_at < :old")
                  .bind("old", now.minus(PENDING_KEPT))
                  .execute();
              boolean tooMany =
                  events(db, "address_hash", addressHash, now.minus(Duration.ofDays(1)))
                          >= MAILS_A_DAY
                      || events(db, "ip_hash", ipHash, now.minus(Duration.ofHours(1)))
                          >= REQUESTS_AN_HOUR;
              if (tooMany || suppressed(db, addressHash)) {
                return Optional.empty();
              }
              event(db, now, "confirmation", null, addressHash, ipHash, "");
              return Optional.of(planned(db, address, wish, token, now));
            });
    if (plan.isEmpty()) {
      return;
    }
    try (Carrier.Connection connection = carrier.connect()) {
      long id = plan.get().subscriber();
      connection.send(
          plan.get().token() == null
              ? mails.alreadyActive(address.text(), id, now)
              : mails.confirmation(address.text(), id, plan.get().token(), now),
          mails.envelopeFrom(id),
          address.text(),
          "confirmations/" + id);
    }
  }

  /** Notes the wish; the token is null for who is active already. */
  private static Plan planned(
      Handle db, MailAddress address, Wish wish, String token, Instant now) {
    db.createUpdate(
            "insert into subscriber (email, email_key, state, frequency, send_hour, zone, topics,"
                + " created_at) values (:email, :key, 'pending', 'daily', 8, 'UTC', '', :now)"
                + " on conflict do nothing")
        .bind("email", address.text())
        .bind("key", address.key())
        .bind("now", now)
        .execute();
    long id =
        db.createQuery("select id from subscriber where email_key = :key for update")
            .bind("key", address.key())
            .mapTo(Long.class)
            .one();
    String state = state(db, id);
    if (state.equals("active")) {
      return new Plan(id, null);
    }
    db.createUpdate(
            "update subscriber set confirm_hash = :hash, confirm_until = :until, wanted = :wanted"
                + " where id = :id")
        .bind("hash", MailTokens.hash(token))
        .bind("until", now.plus(CONFIRM_WITHIN))
        .bind("wanted", wish.packed())
        .bind("id", id)
        .execute();
    return new Plan(id, token);
  }

  private static long events(Handle db, String column, String hash, Instant since) {
    return db.createQuery(
            "select count(*) from mail_event where kind = 'confirmation' and at_time > :since and "
                + column
                + " = :hash")
        .bind("since", since)
        .bind("hash", hash)
        .mapTo(Long.class)
        .one();
  }

  private static boolean suppressed(Handle db, String addressHash) {
    return db.createQuery("select count(*) from suppression where address_hash = :hash")
            .bind("hash", addressHash)
            .mapTo(Long.class)
            .one()
        > 0;
  }

  static void event(
      Handle db,
      Instant at,
      String kind,
      Long subscriber,
      String addressHash,
      String ipHash,
      String detail) {
    db.createUpdate(
            "insert into mail_event (at_time, kind, subscriber_id, address_hash, ip_hash, detail)"
                + " values (:at, :kind, :subscriber, :address, :ip, :detail)")
        .bind("at", at)
        .bind("kind", kind)
        .bind("subscriber", subscriber)
        .bind("address", addressHash)
        .bind("ip", ipHash)
        .bind("detail", detail.length() <= 500 ? detail : detail.substring(0, 500))
        .execute();
  }

  /**
   * Confirms by the token of the mail, once.
   *
   * @param ip where the request came from, kept as a hash
   * @return whether the token was good
   */
  public boolean confirm(String token, String ip) {
    Instant now = clock.instant();
    return database.write(
        db -> {
          Optional<Long> id =
              db.createQuery(
                      "select id from subscriber where confirm_hash = :hash"
                          + " and confirm_until >= :now for update")
                  .bind("hash", MailTokens.hash(token))
                  .bind("now", now)
                  .mapTo(Long.class)
                  .findOne();
          if (id.isEmpty()) {
            return false;
          }
          Wish wish =
              Wish.unpacked(
                  db.createQuery("select wanted from subscriber where id = :id")
                      .bind("id", id.get())
                      .mapTo(String.class)
                      .one());
          db.createUpdate(
                  "update subscriber set state = 'active', confirm_hash = null,"
                      + " confirm_until = null, wanted = null, confirmed_at = :now,"
                      + " confirmed_ip = :ip, wording = :wording, frequency = :frequency,"
                      + " send_hour = :hour, zone = :zone, topics = :topics,"
                      + " last_cut_off = coalesce(last_cut_off, :now) where id = :id")
              .bind("now", now)
              .bind("ip", tokens.keyed("ip", ip))
              .bind("wording", WORDING)
              .bind("frequency", wish.weekly() ? "weekly" : "daily")
              .bind("hour", wish.hour())
              .bind("zone", wish.zone().toString())
              .bind("topics", String.join("\n", wish.topics()))
              .bind("id", id.get())
              .execute();
          return true;
        });
  }

  /**
   * Ends a subscription by the token that every mail carries; at once, and again without effect.
   *
   * @return whether the token was good
   */
  public boolean leave(String token) {
    OptionalLong id = tokens.subscriber(token);
    if (id.isEmpty()) {
      return false;
    }
    return database.write(db -> move(db, id.getAsLong(), "unsubscribed", "", clock.instant()));
  }

  /** Whether a token for leaving was made here. */
  public boolean knows(String token) {
    return tokens.subscriber(token).isPresent();
  }

  /** Moves who is active, pending or paused; nobody is brought back by this. */
  static boolean move(Handle db, long id, String state, String detail, Instant now) {
    List<String> present =
        db.createQuery("select state from subscriber where id = :id for update")
            .bind("id", id)
            .mapTo(String.class)
            .list();
    if (present.isEmpty()) {
      return false;
    }
    if (List.of("active", "pending", "paused").contains(present.get(0))) {
      db.createUpdate("update subscriber set state = :state, confirm_hash = null where id = :id")
          .bind("state", state)
          .bind("id", id)
          .execute();
      event(db, now, state, id, null, null, detail);
    }
    return true;
  }

  static String state(Handle db, long id) {
    return db.createQuery("select state from subscriber where id = :id")
        .bind("id", id)
        .mapTo(String.class)
        .one();
  }

  /** The state of an address, for its operator; nothing if it is not known. */
  public Optional<String> stateOf(String address) {
    return database.read(
        db ->
            db.createQuery("select state from subscriber where email_key = :key")
                .bind("key", address.toLowerCase(Locale.ROOT))
                .mapTo(String.class)
                .findOne());
  }

  /** Forgets an address for ever; only a keyed hash remains, by which it is never written to. */
  public void erase(MailAddress address) {
    String hash = tokens.keyed("address", address.key());
    database.change(
        db -> {
          List<Long> ids =
              db.createQuery("select id from subscriber where email_key = :key")
                  .bind("key", address.key())
                  .mapTo(Long.class)
                  .list();
          for (long id : ids) {
            for (String table : List.of("outbox", "mail_event")) {
              db.execute("delete from " + table + " where subscriber_id = ?", id);
            }
            db.execute("delete from subscriber where id = ?", id);
          }
          db.createUpdate(
                  "insert into suppression (address_hash, at_time) values (:hash, :now)"
                      + " on conflict do nothing")
              .bind("hash", hash)
              .bind("now", clock.instant())
              .execute();
          AuditLog.add(
              db, clock.instant(), Actor.PROGRAM, "suppress", "address " + hash, "", null, null);
        });
  }

  /** Waits for the confirmations on their way. */
  @Override
  public void close() {
    post.shutdown();
    try {
      if (!post.awaitTermination(30, TimeUnit.SECONDS)) {
        LOG.warn("confirmations were still being sent");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
