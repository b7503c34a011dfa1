package dev.melange.mail;

import dev.melange.store.Database;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/** Stops mails to who cannot be reached or does not want them. */
public final class Bounces {
  private static final int SOFT_DAYS = 5;

  private final Database database;
  private final MailTokens tokens;
  private final Clock clock;

  /** On a store. */
  public Bounces(Database database, MailTokens tokens, Clock clock) {
    this.database = database;
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * Does what a report asks for.
   *
   * @return whether it was about a subscriber of this page
   */
  public boolean apply(BounceReport report) {
    OptionalLong id =
        report.token() == null ? OptionalLong.empty() : tokens.subscriber(report.token());
    if (id.isEmpty()) {
      return false;
    }
    Instant now = clock.instant();
    return database.write(db -> apply(db, id.getAsLong(), report, now));
  }

  private static boolean apply(Handle db, long id, BounceReport report, Instant now) {
    return switch (report.kind()) {
      case HARD -> Subscriptions.move(db, id, "bounced", report.detail(), now);
      case COMPLAINT -> Subscriptions.move(db, id, "complained", report.detail(), now);
      case UNSUBSCRIBE -> Subscriptions.move(db, id, "unsubscribed", report.detail(), now);
      case SOFT -> soft(db, id, report.detail(), now);
      case NONE -> true;
    };
  }

  /** Five days with failures, none of which was followed by a day's mail that arrived. */
  private static boolean soft(Handle db, long id, String detail, Instant now) {
    boolean known =
        db.createQuery("select count(*) from subscriber where id = :id")
                .bind("id", id)
                .mapTo(Long.class)
                .one()
            == 1;
    if (!known) {
      return false;
    }
    Subscriptions.event(db, now, "soft", id, null, null, detail);
    java.util.TreeSet<LocalDate> failed = new java.util.TreeSet<>();
    db.createQuery("select at_time from mail_event where subscriber_id = :id and kind = 'soft'")
        .bind("id", id)
        .map((row, context) -> day(row.getTimestamp(1).toInstant()))
        .forEach(failed::add);
    LocalDate today = day(now);
    LocalDate arrived =
        db
            .createQuery("select sent_at from outbox where subscriber_id = :id and state = 'sent'")
            .bind("id", id)
            .map((row, context) -> day(row.getTimestamp(1).toInstant()))
            .list()
            .stream()
            // A report can take days: the mail of a day without one, before the last failure.
            .filter(sent -> sent.isBefore(today) && !failed.contains(sent))
            .max(LocalDate::compareTo)
            .orElse(LocalDate.MIN);
    if (failed.tailSet(arrived, false).size() >= SOFT_DAYS) {
      Subscriptions.move(db, id, "bounced", "soft on " + SOFT_DAYS + " days", now);
    }
    return true;
  }

  private static LocalDate day(Instant instant) {
    return LocalDate.ofInstant(instant, ZoneOffset.UTC);
  }
}
