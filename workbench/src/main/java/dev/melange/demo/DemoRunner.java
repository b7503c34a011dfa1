package dev.melange.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs demonstrations in this process, one at a time, a few waiting, none longer than a limit. Safe
 * for use by many threads; to be closed.
 */
public final class DemoRunner implements AutoCloseable {
  private static final int WAITING = 4;

  /** Why a demonstration was not run now, though it may be later. */
  public static final class BusyException extends Exception {
    private static final long serialVersionUID = 1L;

    BusyException(String message) {
      super(message);
    }
  }

  private final Path home;
  private final Duration limit;
  private final ThreadPoolExecutor slot;

  /**
   * A runner.
   *
   * @param home folder of all demonstrations' weights
   * @param limit for one run, waiting included
   */
  public DemoRunner(Path home, Duration limit) {
    this.home = home;
    this.limit = limit;
    this.slot =
        new ThreadPoolExecutor(
            1,
            1,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "melange-demo");
              thread.setDaemon(true);
              return thread;
            });
    slot.allowCoreThreadTimeOut(true);
  }

  /**
   * The folder of all demonstrations' weights in an installation.
   *
   * @param melangeHome {@code MELANGE_HOME}
   */
  public static Path folder(Path melangeHome) {
    return melangeHome.resolve("demos");
  }

  /** The folder of a demonstration's weights. */
  public Path folder(Demo demo) {
    return home.resolve(demo.key());
  }

  /** Whether a demonstration has all its weights. */
  public boolean ready(Demo demo) {
    return demo.weights().stream()
        .allMatch(name -> Files.isRegularFile(folder(demo).resolve(name)));
  }

  /**
   * Runs a demonstration and waits for what it shows.
   *
   * @throws BusyException if too many wait already, or it took longer than the limit
   * @throws IllegalArgumentException if the input is at fault
   * @throws dev.melange.data.DataException if a file of the input is
   * @throws IOException if the weights are missing or cannot be read
   */
  public DemoResult run(Demo demo, DemoInput input) throws BusyException, IOException {
    if (!ready(demo)) {
      throw new IOException(
          "the demonstration of %s has no weights in %s; make them with: melange demos train %s"
              .formatted(demo.key(), folder(demo), demo.key()));
    }
    AtomicBoolean cancelled = new AtomicBoolean();
    Future<DemoResult> running;
    try {
      running = slot.submit(() -> demo.run(input, folder(demo), cancelled::get));
    } catch (RejectedExecutionException e) {
      throw new BusyException("too many demonstrations wait already; try again in a minute");
    }
    try {
      return running.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // It is not interrupted, which native work would not notice: it asks and ends by itself.
      cancelled.set(true);
      throw new BusyException(
          "it took longer than %d seconds and was given up; try something smaller, or later"
              .formatted(limit.toSeconds()));
    } catch (InterruptedException e) {
      cancelled.set(true);
      Thread.currentThread().interrupt();
      throw new BusyException("the page is closing");
    } catch (CancellationException e) {
      throw new BusyException("the page is closing");
    } catch (ExecutionException e) {
      return rethrow(e.getCause());
    }
  }

  private static DemoResult rethrow(Throwable cause) throws IOException, BusyException {
    if (cause instanceof IOException wrong) {
      throw wrong;
    }
    if (cause instanceof CancellationException) {
      throw new BusyException("it was given up");
    }
    if (cause instanceof RuntimeException wrong) {
      throw wrong;
    }
    throw new IllegalStateException("a demonstration failed", cause);
  }

  /** Gives up what waits; what runs ends by itself. */
  @Override
  public void close() {
    slot.shutdownNow();
  }
}
