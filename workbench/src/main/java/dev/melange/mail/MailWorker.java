package dev.melange.mail;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plans and sends digests every minute, as long as a page is served. To be closed. */
public final class MailWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MailWorker.class);

  /** Mails a minute, which mail servers bear. */
  private static final int A_MINUTE = 300;

  private final DigestPlanner planner;
  private final Outbox outbox;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread created = new Thread(task, "digests");
            created.setDaemon(true);
            return created;
          });

  private MailWorker(DigestPlanner planner, Outbox outbox) {
    this.planner = planner;
    this.outbox = outbox;
  }

  /** Starts it. */
  public static MailWorker start(DigestPlanner planner, Outbox outbox) {
    MailWorker worker = new MailWorker(planner, outbox);
    Runnable round = worker::round;
    worker.thread.execute(() -> worker.repeat(round));
    return worker;
  }

  private void repeat(Runnable round) {
    round.run();
    if (!thread.isShutdown()) {
      var next = thread.schedule(() -> repeat(round), 1, TimeUnit.MINUTES);
      LOG.trace("next round in {} s", next.getDelay(TimeUnit.SECONDS));
    }
  }

  private void round() {
    try {
      planner.plan();
      Outbox.Report report = outbox.send(A_MINUTE);
      if (report.sent() + report.failed() + report.uncertain() > 0) {
        LOG.info("digests: {}", report);
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("digests wait: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
        LOG.warn("a digest was still being sent");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
