package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VoteStoreTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private Database database;
  private VoteStore votes;
  private long paper;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    votes = new VoteStore(database);
    paper = TestPapers.add(database, "A paper", "2026-02-28");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private PaperEntry entry() {
    return new PaperStore(database).withIds(List.of(paper)).get(0);
  }

  /** T44. */
  @Test
  void countsExactlyHoweverManyVoteAtOnce() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    int users = 50;
    int expected = 0;
    List<Callable<Integer>> voters = new ArrayList<>();
    for (int i = 0; i < users; i++) {
      long user = TestPapers.user(database, "user" + i);
      Random random = new Random(seed + i);
      boolean last = random.nextBoolean();
      expected += last ? 1 : 0;
      voters.add(
          () -> {
            for (int turn = 0; turn < 5; turn++) {
              votes.vote(paper, user, random.nextBoolean(), NOW);
            }
            return votes.vote(paper, user, last, NOW);
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(users);
    try {
      for (Future<Integer> vote : threads.invokeAll(voters)) {
        assertThat(vote.get()).isBetween(0, users);
      }
    } finally {
      threads.shutdownNow();
    }
    PaperEntry entry = entry();
    assertThat(entry.votes()).isEqualTo(expected);
    long rows =
        database.read(db -> db.createQuery("select count(*) from vote").mapTo(Long.class).one());
    assertThat(rows).isEqualTo(expected);
    Double anew = database.read(db -> Trend.level(TrendStore.events(db, paper), NOW));
    assertThat(entry.trend()).isCloseTo(anew, within(1e-9));
  }

  /** T13, P8 and P9. */
  @Test
  void isAsBeforeAfterAVoteThatWasWithdrawn() {
    long user = TestPapers.user(database, "reader");
    PaperEntry before = entry();
    votes.vote(paper, user, true, NOW);
    PaperEntry once = entry();
    assertThat(votes.vote(paper, user, true, NOW.plusSeconds(60))).isEqualTo(1);
    assertThat(entry()).isEqualTo(once);
    assertThat(once.trend()).isGreaterThan(before.trend());
    assertThat(votes.vote(paper, user, false, NOW.plusSeconds(90))).isZero();
    assertThat(entry()).isEqualTo(before);
  }
}
