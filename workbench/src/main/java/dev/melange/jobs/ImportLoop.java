package dev.melange.jobs;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the daily import in a thread of its own until it is closed. */
public final class ImportLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImportLoop.class);
  private static final Duration AT_LEAST = Duration.ofSeconds(10);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  /**
   * Starts it.
   *
   * @param daily the import
   * @param urls what is imported
   * @param clock tells the time
   */
  public ImportLoop(DailyImport daily, List<String> urls, Clock clock) {
    thread = new Thread(() -> loop(daily, List.copyOf(urls), clock), "melange-import");
    thread.setDaemon(true);
    thread.start();
  }

  private void loop(DailyImport daily, List<String> urls, Clock clock) {
    try {
      boolean open = !urls.isEmpty();
      while (open) {
        Duration wait;
        try {
          wait = Duration.between(clock.instant(), daily.run(urls));
        } catch (RuntimeException e) {
          LOG.error("the daily import failed; it is tried again in an hour", e);
          wait = Duration.ofHours(1);
        }
        wait = wait.compareTo(AT_LEAST) < 0 ? AT_LEAST : wait;
        open = !closed.await(wait.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
  }
}
