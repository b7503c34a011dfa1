package dev.melange.web;

import dev.melange.jobs.Job;
import dev.melange.jobs.JobQueue;
import io.javalin.http.sse.SseClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what happens in runs to the browsers that follow them, as server-sent events {@code run}
 * with the lines of the run's event file and {@code state} when its state changes. The id of an
 * event is the place in the file after it, where a browser that lost the connection goes on.
 */
final class RunEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunEvents.class);
  private static final int MOST_FOLLOWERS = 200;
  private static final int CHUNK = 256 << 10;
  private static final long PERIOD_MILLIS = 500;

  private final JobQueue queue;
  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "melange-events");
            thread.setDaemon(true);
            return thread;
          });

  private final ScheduledFuture<?> sending;

  private static final class Follower {
    final SseClient client;
    final long job;
    long offset;
    Job.State told;

    Follower(SseClient client, long job, long offset) {
      this.client = client;
      this.job = job;
      this.offset = offset;
    }
  }

  RunEvents(JobQueue queue) {
    this.queue = queue;
    sending =
        timer.scheduleWithFixedDelay(
            this::send, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Sends a job's events to a browser until one of both ends. */
  void follow(SseClient client, long job) {
    if (followers.size() >= MOST_FOLLOWERS) {
      throw RequestException.of(429, "too many browsers follow runs; reload the page instead");
    }
    String last = client.ctx().header("Last-Event-ID");
    long offset = last != null && last.matches("\\d{1,15}") ? Long.parseLong(last) : 0;
    Follower follower = new Follower(client, job, offset);
    client.keepAlive();
    client.onClose(() -> followers.remove(follower));
    followers.add(follower);
  }

  private void send() {
    for (Follower follower : List.copyOf(followers)) {
      try {
        send(follower);
      } catch (IOException | RuntimeException e) {
        LOG.debug("a follower of job {} is given up", follower.job, e);
        followers.remove(follower);
        follower.client.close();
      }
    }
  }

  private void send(Follower follower) throws IOException {
    if (follower.client.terminated()) {
      followers.remove(follower);
      return;
    }
    // The state first: what is read after it holds everything that happened before it.
    Optional<Job> job = queue.find(follower.job);
    Path file = queue.folder(follower.job).events();
    if (Files.isRegularFile(file)) {
      sendLines(follower, file);
    }
    if (job.isPresent() && job.get().state() != follower.told) {
      follower.told = job.get().state();
      follower.client.sendEvent("state", follower.told.label(), Long.toString(follower.offset));
      if (follower.told.ended()) {
        followers.remove(follower);
        follower.client.close();
      }
    }
  }

  /** The whole lines after the follower's place. */
  private static void sendLines(Follower follower, Path file) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      while (true) {
        long length = in.length();
        if (follower.offset > length) {
          follower.offset = length; // a place that this file never had
        }
        byte[] bytes = new byte[(int) Math.min(CHUNK, length - follower.offset)];
        in.seek(follower.offset);
        in.readFully(bytes);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
          end--;
        }
        if (end == 0) {
          return;
        }
        for (String line : new String(bytes, 0, end, StandardCharsets.UTF_8).split("\n")) {
          follower.offset += line.getBytes(StandardCharsets.UTF_8).length + 1L;
          follower.client.sendEvent("run", line.strip(), Long.toString(follower.offset));
        }
      }
    }
  }

  @Override
  public void close() {
    sending.cancel(false);
    timer.shutdown();
    followers.forEach(follower -> follower.client.close());
  }
}
