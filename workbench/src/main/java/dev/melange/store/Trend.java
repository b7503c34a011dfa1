package dev.melange.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The formula of trending: every event counts with its weight and halves every 48 hours, S(t) =
 * sum_i w_i 2^(-(t - t_i)/H).
 *
 * <p>What is stored of a paper is L = log2 sum_i w_i 2^((t_i - E)/H) for a fixed epoch E. It does
 * not change with time, and comparing L is comparing S: an order changes only with events. Events
 * are added by the log-sum-exp rule, so that ten years of them stay finite.
 */
public final class Trend {
  /** The time in which an event loses half its weight. */
  public static final Duration HALF_LIFE = Duration.ofDays(2);

  /** The weight of being listed, once. */
  public static final double LISTING = 1;

  /** The weight of a vote. */
  public static final double VOTE = 1;

  /** The weight of a comment; at most {@link #COUNTED_COMMENTS} of a user count for a paper. */
  public static final double COMMENT = 0.5;

  /** How many comments of one user on one paper count. */
  public static final int COUNTED_COMMENTS = 2;

  /** The weight of a new study result; once a day for a machine. */
  public static final double RESULT = 2;

  /** The weight of an author's first comment on their paper. */
  public static final double PARTICIPATION = 1;

  private static final Instant EPOCH = Instant.parse("2020-01-01T00:00:00Z");

  private Trend() {}

  /**
   * Something that happened to a paper.
   *
   * @param at when
   * @param weight how much it counts, positive
   */
  public record Event(Instant at, double weight) {
    /** Refuses weights that are not positive. */
    public Event {
      if (!(weight > 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException("the weight of an event is " + weight);
      }
    }
  }

  /**
   * The level after one more event.
   *
   * @param level L before it; null for a paper without events
   * @param event an event; one in the future counts as now
   * @param now the time
   */
  public static double add(Double level, Event event, Instant now) {
    Instant at = event.at().isAfter(now) ? now : event.at();
    double single = log2(event.weight()) + halfLives(EPOCH, at);
    if (level == null) {
      return single;
    }
    double high = Math.max(level, single);
    double low = Math.min(level, single);
    return high + log2(1 + Math.pow(2, low - high));
  }

  /**
   * The level of some events from nothing.
   *
   * @return null without events
   */
  public static Double level(List<Event> events, Instant now) {
    Double level = null;
    for (Event event : events) {
      level = add(level, event, now);
    }
    return level;
  }

  /**
   * The score shown to readers, S(t).
   *
   * @param level L, or null
   * @param at the time t
   */
  public static double score(Double level, Instant at) {
    return level == null ? 0 : Math.pow(2, level - halfLives(EPOCH, at));
  }

  private static double halfLives(Instant from, Instant to) {
    Duration elapsed = Duration.between(from, to);
    return (double) elapsed.toMillis() / HALF_LIFE.toMillis();
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }
}
