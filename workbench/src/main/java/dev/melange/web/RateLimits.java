package dev.melange.web;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How often clients and accounts may ask: a bucket of tokens for each and each kind of request.
 * Buckets that were not used for longest are forgotten when there are too many.
 */
final class RateLimits {
  private static final int MOST_BUCKETS = 100_000;

  private final Limits limits;
  private final TimeMeter time;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(1 << 10, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MOST_BUCKETS;
        }
      };

  /**
   * Limits.
   *
   * @param limits null for none
   * @param clock tells the time
   */
  RateLimits(Limits limits, Clock clock) {
    this.limits = limits;
    this.time =
        new TimeMeter() {
          @Override
          public long currentTimeNanos() {
            return TimeUnit.MILLISECONDS.toNanos(clock.millis());
          }

          @Override
          public boolean isWallClockBased() {
            return true;
          }
        };
  }

  /** Kinds of requests. */
  enum Kind {
    ALL,
    SEARCH,
    WRITE,
    SIGN_IN
  }

  private int tokens(Kind kind) {
    return switch (kind) {
      case ALL -> limits.all();
      case SEARCH -> limits.search();
      case WRITE -> limits.write();
      case SIGN_IN -> limits.signIn();
    };
  }

  /**
   * Takes a token.
   *
   * @param who an address or an account
   * @throws RequestException 429, with {@code Retry-After}, if there is none
   */
  void take(Context context, Kind kind, String who) {
    if (limits == null) {
      return;
    }
    Duration period = kind == Kind.SIGN_IN ? Duration.ofHours(1) : Duration.ofMinutes(1);
    Bucket bucket;
    synchronized (buckets) {
      bucket = buckets.computeIfAbsent(kind + " " + who, key -> bucket(tokens(kind), period));
    }
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      long seconds = Math.max(1, Math.round(Math.ceil(probe.getNanosToWaitForRefill() / 1e9)));
      context.header("Retry-After", Long.toString(seconds));
      throw RequestException.of(
          429, "that was too often; try again in %d seconds".formatted(seconds));
    }
  }

  private Bucket bucket(int tokens, Duration period) {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(tokens).refillGreedy(tokens, period))
        .withCustomTimePrecision(time)
        .build();
  }
}
