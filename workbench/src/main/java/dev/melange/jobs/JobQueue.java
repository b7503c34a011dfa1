package dev.melange.jobs;

import dev.melange.store.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of runs, and the thread that works it off one by one. What runs when the queue is
 * closed saves and goes on with the next queue on the same store and folder.
 */
public final class JobQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobQueue.class);
  private static final int MOST_ATTEMPTS = 5;
  private static final Duration GRACE = Duration.ofSeconds(60);

  private final JobSettings settings;
  private final Clock clock;
  private final JobStore jobs;
  private final RunResults results;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicReference<Running> running = new AtomicReference<>();
  private final Object wake = new Object();
  private final Thread worker;
  private boolean asked;

  /** The job whose process runs. */
  private record Running(Job job, Process process) {}

  /**
   * Starts working off the queue.
   *
   * @param database where the jobs are
   * @param settings folder, command, limits
   * @param clock tells the time
   */
  public JobQueue(Database database, JobSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.jobs = new JobStore(database);
    this.results = new RunResults(database);
    this.worker = new Thread(this::work, "melange-jobs");
    worker.setDaemon(true);
    worker.start();
  }

  /**
   * Adds a job.
   *
   * @throws IllegalStateException if the queue, or the user's part of it, is full
   */
  public Job submit(JobRequest request) {
    Job job =
        jobs.add(
            Job.State.QUEUED,
            request,
            settings.mostWaiting(),
            settings.mostOfUser(),
            clock.instant());
    wake();
    return job;
  }

  /** Gives a job up: what waits does not start, what runs saves and stops. */
  public void cancel(long id) {
    jobs.askToCancel(id, clock.instant());
    Running now = running.get();
    if (now != null && now.job().id() == id) {
      now.process().destroy();
    }
  }

  /** A job. */
  public Optional<Job> find(long id) {
    return jobs.find(id);
  }

  /** The jobs, newest first. */
  public List<Job> newest(int limit) {
    return jobs.newest(limit);
  }

  /** The jobs of a paper, newest first. */
  public List<Job> ofPaper(long paperId, int limit) {
    return jobs.ofPaper(paperId, limit);
  }

  /** Where a job's files lie. */
  public JobFolder folder(long id) {
    return new JobFolder(settings.folder().resolve(Long.toString(id)));
  }

  /** Whether runs that wait get their turn; false once the queue has stopped. */
  public boolean working() {
    return worker.isAlive();
  }

  private void wake() {
    synchronized (wake) {
      asked = true;
      wake.notifyAll();
    }
  }

  private void work() {
    try {
      endLeftProcesses();
      jobs.requeueRunning(MOST_ATTEMPTS, clock.instant());
      while (!closing.get()) {
        Optional<Job> next = jobs.takeNext(clock.instant());
        if (next.isPresent()) {
          run(next.get());
        } else {
          synchronized (wake) {
            if (!asked && !closing.get()) {
              wake.wait();
            }
            asked = false;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("the queue of runs has stopped; restart the server", e);
    }
  }

  /** Children of a server that was killed notice that themselves; they are given time to save. */
  private void endLeftProcesses() throws InterruptedException {
    for (long id : jobs.leftProcesses()) {
      Optional<ProcessHandle> left =
          ProcessHandle.of(id)
              .filter(
                  process ->
                      process
                          .info()
                          .commandLine()
                          .map(line -> line.contains(settings.folder().toString()))
                          .orElse(false));
      if (left.isPresent()) {
        try {
          left.get().onExit().get(GRACE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          LOG.warn("process {} of an earlier server does not end and is killed", id);
          left.get().destroyForcibly();
        } catch (ExecutionException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private void run(Job job) throws InterruptedException {
    JobFolder folder = folder(job.id());
    try {
      Files.createDirectories(folder.path());
      Process process = start(job, folder);
      running.set(new Running(job, process));
      jobs.processIs(job.id(), process.pid());
      // Asked for between the queue and the process: the request did not find the process.
      if (closing.get() || jobs.find(job.id()).map(Job::cancelAsked).orElse(false)) {
        process.destroy();
      }
      boolean inTime = process.waitFor(settings.timeLimit().toSeconds(), TimeUnit.SECONDS);
      if (!inTime) {
        process.destroy();
        if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }
      running.set(null);
      ended(job, folder, process.exitValue(), inTime);
    } catch (IOException | RuntimeException e) {
      running.set(null);
      LOG.warn("job {} failed", job.id(), e);
      jobs.end(job.id(), Job.State.FAILED, null, String.valueOf(e.getMessage()), clock.instant());
    }
  }

  /** The child's standard input stays open: its end tells the child that this server has ended. */
  private Process start(Job job, JobFolder folder) throws IOException {
    List<String> command = settings.command(job, folder);
    return new ProcessBuilder(command)
        .directory(folder.path().toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
        .start();
  }

  private void ended(Job job, JobFolder folder, int code, boolean inTime) throws IOException {
    boolean cancelled = jobs.find(job.id()).map(Job::cancelAsked).orElse(false);
    Optional<Path> result = folder.result();
    if (result.isPresent()) {
      String verdict = results.store(job, result.get(), clock.instant());
      jobs.end(job.id(), Job.State.DONE, verdict, null, clock.instant());
    } else if (cancelled) {
      jobs.end(job.id(), Job.State.CANCELLED, null, null, clock.instant());
    } else if (closing.get()) {
      jobs.requeue(job.id());
    } else if (!inTime) {
      String limit = "it took longer than " + settings.timeLimit().toMinutes() + " minutes";
      jobs.end(job.id(), Job.State.FAILED, null, limit, clock.instant());
    } else {
      jobs.end(
          job.id(),
          Job.State.FAILED,
          null,
          "it ended with code %d: %s".formatted(code, folder.lastLine()),
          clock.instant());
    }
  }

  /** Stops what runs, which saves, and waits for it. */
  @Override
  public void close() {
    closing.set(true);
    Running now = running.get();
    if (now != null) {
      now.process().destroy();
    }
    wake();
    try {
      worker.join(GRACE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
