package dev.melange.jobs;

import dev.melange.feed.Fetched;
import dev.melange.feed.Formats;
import dev.melange.feed.ImportException;
import dev.melange.feed.ParsedSource;
import dev.melange.store.FetchStore;
import dev.melange.store.ImportReport;
import dev.melange.store.ImportReport.Outcome;
import dev.melange.store.Importer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports some addresses every day. An unchanged answer costs its source next to nothing (ETag,
 * If-Modified-Since). After a failure it is tried again after 5 minutes, then 10, 20, ... up to a
 * day, or when the source says so ({@code Retry-After}). An answer without papers counts as a
 * failure twice, since sources now and then send one by mistake; nothing is ever deleted for what
 * an answer lacks.
 */
public final class DailyImport {
  private static final Logger LOG = LoggerFactory.getLogger(DailyImport.class);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration FIRST_RETRY = Duration.ofMinutes(5);
  private static final int EMPTY_ANSWERS = 2;

  private final FetchStore store;
  private final PoliteSource source;
  private final Importer importer;
  private final Clock clock;

  /**
   * An import.
   *
   * @param store keeps what is known of the sources
   * @param source asks them
   * @param importer brings papers into the store
   * @param clock tells the time
   */
  public DailyImport(FetchStore store, PoliteSource source, Importer importer, Clock clock) {
    this.store = store;
    this.source = source;
    this.importer = importer;
    this.clock = clock;
  }

  /**
   * Asks the addresses whose time has come.
   *
   * @return when the next one's will
   */
  public Instant run(List<String> urls) throws InterruptedException {
    Instant next = clock.instant().plus(DAY);
    for (String url : urls) {
      FetchStore.State state =
          store
              .find(url)
              .orElse(new FetchStore.State(url, null, null, null, Instant.EPOCH, 0, "new"));
      if (!state.nextAt().isAfter(clock.instant())) {
        state = ask(state);
        store.put(state);
      }
      next = state.nextAt().isBefore(next) ? state.nextAt() : next;
    }
    return next;
  }

  private FetchStore.State ask(FetchStore.State state) throws InterruptedException {
    try {
      Fetched answer = source.get(state.url(), state.etag(), state.lastModified());
      if (answer.status() == 304) {
        return done(state, state.etag(), state.lastModified(), "unchanged");
      }
      if (answer.status() != 200) {
        return failed(state, "it answers with status " + answer.status(), answer.retryAfter());
      }
      ParsedSource parsed = Formats.parse(answer.body());
      if (parsed.records().isEmpty() && state.failures() < EMPTY_ANSWERS) {
        return failed(state, "its answer holds no papers", null);
      }
      ImportReport report = importer.run(parsed, answer.body(), state.url(), false);
      return done(
          state,
          answer.etag(),
          answer.lastModified(),
          "%d new, %d changed, %d same, %d refused"
              .formatted(
                  report.count(Outcome.NEW),
                  report.count(Outcome.CHANGED),
                  report.count(Outcome.SAME),
                  report.count(Outcome.REFUSED)));
    } catch (IOException | ImportException e) {
      return failed(state, String.valueOf(e.getMessage()), null);
    }
  }

  private FetchStore.State done(
      FetchStore.State state, String etag, String lastModified, String message) {
    Instant now = clock.instant();
    LOG.info("{}: {}", state.url(), message);
    return new FetchStore.State(
        state.url(),
        fitting(etag, 500),
        fitting(lastModified, 100),
        now,
        now.plus(DAY),
        0,
        message);
  }

  private FetchStore.State failed(FetchStore.State state, String reason, Duration retryAfter) {
    Instant now = clock.instant();
    long factor = 1L << Math.min(16, state.failures());
    Duration wait = FIRST_RETRY.multipliedBy(factor);
    wait = wait.compareTo(DAY) > 0 ? DAY : wait;
    if (retryAfter != null && retryAfter.compareTo(wait) > 0) {
      wait = retryAfter;
    }
    LOG.warn("{} is tried again in {}: {}", state.url(), wait, reason);
    return new FetchStore.State(
        state.url(),
        state.etag(),
        state.lastModified(),
        now,
        now.plus(wait),
        state.failures() + 1,
        fitting(reason.replaceAll("\\p{Cntrl}", " "), 1000));
  }

  private static String fitting(String text, int most) {
    return text == null || text.length() <= most ? text : text.substring(0, most);
  }
}
