package dev.melange.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.ChildJvm;
import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.ResultStore;
import dev.melange.store.TestDatabases;
import dev.melange.store.TestPapers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobQueueTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir private Path folder;

  private Database database;
  private JobQueue queue;
  private long paper;
  private long user;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    paper = TestPapers.add(database, "A paper", "2026-02-28");
    user = TestPapers.user(database, "reader");
    queue = queue();
  }

  @AfterEach
  void close() {
    queue.close();
    database.close();
  }

  private JobQueue queue() {
    List<String> program =
        ChildJvm.command(List.of("-Xmx32m", "-XX:TieredStopAtLevel=1"), FakeChild.class.getName());
    return new JobQueue(
        database,
        new JobSettings(folder, program, 3, 2, Duration.ofMinutes(2)),
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private Job submit(String study) {
    return queue.submit(new JobRequest(paper, user, study, "quick", 4));
  }

  /** Waits for what another thread does. */
  private Job await(long id, Predicate<Job> condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      Job job = queue.find(id).orElseThrow();
      if (condition.test(job)) {
        return job;
      }
      assertThat(System.nanoTime()).as("still waiting: %s", job).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private Job awaitEnd(long id) {
    return await(id, job -> job.state().ended());
  }

  private void awaitEvents(long id) {
    await(id, job -> job.state() == Job.State.RUNNING && Files.exists(queue.folder(id).events()));
  }

  @Test
  void bringsResultsOntoThePaper() throws IOException {
    Job job = awaitEnd(submit("works").id());
    assertThat(job.state()).isEqualTo(Job.State.DONE);
    assertThat(job.verdict()).isEqualTo("holds");
    assertThat(queue.folder(job.id()).log()).content().contains("arguments --scale quick --seed 4");
    assertThat(queue.folder(job.id()).report()).isPresent();
    assertThat(new ResultStore(database).of(paper))
        .singleElement()
        .satisfies(
            result -> {
              assertThat(result.verdict()).isEqualTo("holds");
              assertThat(result.seeds()).isEqualTo("4 to 6");
              assertThat(result.metrics()).contains("47.1");
            });
    PaperEntry entry = new PaperStore(database).withIds(List.of(paper)).get(0);
    double trend = entry.trend();
    assertThat(awaitEnd(submit("works").id()).state()).isEqualTo(Job.State.DONE);
    assertThat(new PaperStore(database).withIds(List.of(paper)).get(0).trend())
        .as("one result a day counts")
        .isEqualTo(trend);
  }

  @Test
  void tellsWhyARunFailed() {
    Job job = awaitEnd(submit("breaks").id());
    assertThat(job.state()).isEqualTo(Job.State.FAILED);
    assertThat(job.message()).isEqualTo("it ended with code 2: error: it cannot be done");
    assertThat(new ResultStore(database).of(paper)).isEmpty();
  }

  @Test
  void cancelsWhatRunsAndWhatWaits() {
    Job first = submit("waits");
    Job second = submit("works");
    awaitEvents(first.id());
    queue.cancel(second.id());
    assertThat(queue.find(second.id()).orElseThrow().state()).isEqualTo(Job.State.CANCELLED);
    queue.cancel(first.id());
    assertThat(awaitEnd(first.id()).state()).isEqualTo(Job.State.CANCELLED);
    assertThat(awaitEnd(submit("works").id()).state()).isEqualTo(Job.State.DONE);
  }

  @Test
  void takesSoManyAndNoMore() {
    submit("waits");
    submit("works");
    assertThatThrownBy(() -> submit("works"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("2 runs of yours are waiting already; cancel one or wait");
    long other = TestPapers.user(database, "other");
    queue.submit(new JobRequest(paper, other, "works", "quick", 0));
    assertThatThrownBy(() -> queue.submit(new JobRequest(paper, other, "works", "quick", 0)))
        .hasMessageStartingWith("3 runs are waiting already");
  }

  @Test
  void goesOnWithWhatTheServerBeforeLeft() throws IOException {
    Job job = submit("waits");
    Job waiting = submit("works");
    awaitEvents(job.id());
    queue.close();
    assertThat(queue.find(job.id()).orElseThrow().state()).isEqualTo(Job.State.QUEUED);
    queue = queue();
    assertThat(awaitEnd(job.id()).state()).isEqualTo(Job.State.DONE);
    assertThat(queue.folder(job.id()).log()).content().contains("arguments --resume ");
    assertThat(awaitEnd(waiting.id()).state()).isEqualTo(Job.State.DONE);
  }

  @ParameterizedTest
  @CsvSource({"../x, quick, 0", "x;rm, quick, 0", "x, huge, 0", "x, quick, -1"})
  void refusesWhatCouldBeNoRequest(String study, String scale, long seed) {
    assertThatThrownBy(() -> new JobRequest(paper, user, study, scale, seed))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
