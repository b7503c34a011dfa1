package dev.melange.mail;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.Optional;

/**
 * When a reader's digests are due: at an hour of their days, or of their Mondays.
 *
 * <p>An hour that a day skips is moved as java.time does; one that it has twice is the first; a day
 * that a zone skips has no digest.
 *
 * @param weekly on Mondays only
 * @param hour 0 to 23
 * @param zone of the reader
 */
public record Schedule(boolean weekly, int hour, ZoneId zone) {
  /** No two digests are nearer than this, whatever a reader does to their zone. */
  public static final Duration LEAST = Duration.ofHours(12);

  /** Refuses hours that are none. */
  public Schedule {
    if (hour < 0 || hour > 23) {
      throw new IllegalArgumentException("the hour is " + hour + ", expected 0 to 23");
    }
  }

  /**
   * The last time a digest became due: one that covers all since the one before, however long ago.
   *
   * @param last when the digest before became due, or the subscription began
   * @param now the time
   * @return nothing if none became due since
   */
  public Optional<Instant> due(Instant last, Instant now) {
    LocalDate day = LocalDate.ofInstant(now, zone);
    if (weekly) {
      day = day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }
    // Two looks back are enough: a period whose time is still to come, or that does not exist.
    for (int i = 0; i < 3; i++) {
      ZonedDateTime at = ZonedDateTime.of(day, LocalTime.of(hour, 0), zone);
      if (at.toLocalDate().equals(day) && !at.toInstant().isAfter(now)) {
        return Optional.of(at.toInstant()).filter(due -> !due.isBefore(last.plus(LEAST)));
      }
      day = weekly ? day.minusWeeks(1) : day.minusDays(1);
    }
    return Optional.empty();
  }

  /** Tells schedules apart in the store. */
  String key() {
    return (weekly ? "weekly " : "daily ") + hour + " " + zone;
  }
}
