package dev.melange.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * The user's wish to stop. Long work opens a {@link #section()} while it has something to save and
 * polls {@link #getAsBoolean()}:
 *
 * <pre>{@code
 * try (var section = cancellation.section()) {
 *   while (!cancellation.getAsBoolean() && trainer.hasNext()) {
 *     trainer.step();
 *   }
 *   trainer.checkpoint();
 * }
 * }</pre>
 *
 * <p>On Ctrl-C the process waits until the section is closed, then ends with code 130; without an
 * open section it ends at once.
 */
public final class Cancellation implements BooleanSupplier {
  private final AtomicBoolean requested = new AtomicBoolean();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final AtomicReference<Section> open = new AtomicReference<>();

  /** Creates a cancellation that nobody has asked for yet. */
  public Cancellation() {}

  /**
   * Whether work should save what it has and stop.
   *
   * @return true once a stop was asked for
   */
  @Override
  public boolean getAsBoolean() {
    return requested.get();
  }

  /** Asks running work to stop. */
  public void request() {
    requested.set(true);
    asked.countDown();
  }

  /**
   * Waits until a stop is asked for; for commands that serve until they are interrupted.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void await() throws InterruptedException {
    asked.await();
  }

  /**
   * Opens a section whose end the process waits for before it exits.
   *
   * @return the section, to be closed when everything worth keeping is on disk
   * @throws IllegalStateException if one is open already
   */
  public Section section() {
    Section section = new Section();
    if (!open.compareAndSet(null, section)) {
      throw new IllegalStateException("a section is open already");
    }
    return section;
  }

  /**
   * Has the end of the process (Ctrl-C, SIGTERM) ask for a stop and wait for the open section.
   *
   * @param patienceSeconds how long to wait at most
   * @param onRequest runs when a stop is asked for while a section is open
   */
  void requestOnShutdown(long patienceSeconds, Runnable onRequest) {
    // A shutdown hook sees Ctrl-C and SIGTERM alike and the JVM then exits with 128 + the signal's
    // number, so no handler for particular signals is needed.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  request();
                  Section section = open.get();
                  if (section != null) {
                    onRequest.run();
                    section.await(patienceSeconds);
                  }
                },
                "melange-shutdown"));
  }

  /** Work with something to save; see {@link Cancellation#section()}. */
  public final class Section implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);

    private Section() {}

    @Override
    public void close() {
      open.compareAndSet(this, null);
      closed.countDown();
    }

    private void await(long seconds) {
      try {
        if (!closed.await(seconds, TimeUnit.SECONDS)) {
          System.err.println(
              "error: the work did not stop within " + seconds + " s; its last checkpoint stands");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
