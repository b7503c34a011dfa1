package dev.melange.mail;

import dev.melange.store.Database;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the digests that are queued, each at most once.
 *
 * <p>A mail is marked before it is handed over and once more after. Where the second mark is
 * missing, because the process was killed or the connection broke after the mail's text, nobody
 * knows whether it arrived: it becomes {@code uncertain}, is listed for the operator and never sent
 * again, since one missing mail is better than two.
 */
public final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final Duration LEASE = Duration.ofMinutes(10);

  /** The pauses after refusals that may pass; then the issue is given up. */
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofMinutes(5), Duration.ofMinutes(30), Duration.ofHours(2), Duration.ofHours(6));

  private final Database database;
  private final DigestWriter writer;
  private final Carrier carrier;
  private final Clock clock;

  /** On a store. */
  public Outbox(Database database, MailTokens tokens, MailSite site, Carrier carrier, Clock clock) {
    this.database = database;
    this.writer = new DigestWriter(database, new Mails(site, tokens));
    this.carrier = carrier;
    this.clock = clock;
  }

  /**
   * What a run did.
   *
   * @param sent handed over
   * @param failed given up, or to be tried later
   * @param skipped because their readers left
   * @param uncertain of which it is not known
   */
  public record Report(int sent, int failed, int skipped, int uncertain) {}

  record Row(long id, long issue, long subscriber, Instant cutOff, String papers, int attempts) {}

  static Row row(ResultSet r) throws SQLException {
    return new Row(
        r.getLong(1),
        r.getLong(2),
        r.getLong(3),
        r.getTimestamp(4).toInstant(),
        r.getString(5),
        r.getInt(6));
  }

  /**
   * Sends all that is due.
   *
   * @param most at most so many mails, the limit of a run
   * @throws IOException if there is no connection; all stays queued then
   */
  public Report send(int most) throws IOException {
    int[] counts = new int[4];
    counts[3] += expire();
    if (queued() == 0) {
      return new Report(0, 0, 0, counts[3]);
    }
    try (Carrier.Connection connection = carrier.connect()) {
      for (int i = 0; i < most; i++) {
        Optional<Row> row = claim();
        if (row.isEmpty()) {
          break;
        }
        counts[send(connection, row.get())]++;
      }
    }
    return new Report(counts[0], counts[1], counts[2], counts[3]);
  }

  private long queued() {
    return database.read(
        db ->
            db.createQuery(
                    "select count(*) from outbox where state = 'queued' and next_try <= :now")
                .bind("now", clock.instant())
                .mapTo(Long.class)
                .one());
  }

  /** Leases that ran out: who held them is dead, or gone for too long to be believed. */
  private int expire() {
    return database.write(
        db ->
            db.createUpdate(
                    "update outbox set state = 'uncertain',"
                        + " problem = 'the process ended while the mail was being handed over'"
                        + " where state = 'sending' and lease_until < :now")
                .bind("now", clock.instant())
                .execute());
  }

  private Optional<Row> claim() {
    Instant now = clock.instant();
    return database.write(
        db -> {
          Optional<Row> row =
              db.createQuery(
                      "select o.id, o.issue_id, o.subscriber_id, i.cut_off, o.papers, o.attempts"
                          + " from outbox o join issue i on i.id = o.issue_id where o.id ="
                          + " (select min(id) from outbox where state = 'queued'"
                          + " and next_try <= :now)")
                  .bind("now", now)
                  .map((r, context) -> row(r))
                  .findOne();
          boolean ours =
              row.isPresent()
                  && db.createUpdate(
                              "update outbox set state = 'sending', lease_until = :until,"
                                  + " attempts = attempts + 1 where id = :id and state = 'queued'")
                          .bind("until", now.plus(LEASE))
                          .bind("id", row.get().id())
                          .execute()
                      == 1;
          return ours ? row : Optional.empty();
        });
  }

  /** Sends a claimed mail; gives the index of the count it belongs to. */
  private int send(Carrier.Connection connection, Row row) {
    Optional<DigestWriter.Written> mail = writer.write(row, clock.instant());
    if (mail.isEmpty()) {
      finish(row, "skipped", "the reader left, or nothing of it is left", null);
      return 2;
    }
    DigestWriter.Written written = mail.get();
    try {
      connection.send(
          written.message(),
          written.envelopeFrom(),
          written.to(),
          "digests/" + row.issue() + "/" + row.subscriber());
      finish(row, "sent", null, clock.instant());
      return 0;
    } catch (Carrier.RefusedException e) {
      refused(row, e);
      return 1;
    } catch (IOException e) {
      finish(row, "uncertain", e.getMessage(), null);
      return 3;
    }
  }

  private void refused(Row row, Carrier.RefusedException refusal) {
    Instant now = clock.instant();
    if (!refusal.forEver() && row.attempts() < PAUSES.size()) {
      database.change(
          db ->
              db.createUpdate(
                      "update outbox set state = 'queued', next_try = :next, problem = :problem"
                          + " where id = :id and state = 'sending'")
                  .bind("next", now.plus(PAUSES.get(row.attempts())))
                  .bind("problem", shortened(refusal.getMessage()))
                  .bind("id", row.id())
                  .execute());
      return;
    }
    database.change(
        db -> {
          finish(db, row, "failed", refusal.getMessage(), null);
          if (refusal.forEver()) {
            Subscriptions.move(db, row.subscriber(), "bounced", refusal.getMessage(), now);
          }
        });
  }

  private void finish(Row row, String state, String problem, Instant sentAt) {
    if (state.equals("uncertain")) {
      LOG.warn("digest {} of subscriber {}: {}", row.issue(), row.subscriber(), problem);
    }
    database.change(db -> finish(db, row, state, problem, sentAt));
  }

  private static void finish(Handle db, Row row, String state, String problem, Instant sentAt) {
    db.createUpdate(
            "update outbox set state = :state, problem = :problem, sent_at = :sent,"
                + " lease_until = null where id = :id and state = 'sending'")
        .bind("state", state)
        .bind("problem", problem == null ? null : shortened(problem))
        .bind("sent", sentAt)
        .bind("id", row.id())
        .execute();
  }

  private static String shortened(String text) {
    return text.length() <= 500 ? text : text.substring(0, 500);
  }
}
