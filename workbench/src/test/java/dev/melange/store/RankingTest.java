package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RankingTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private Database database;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void computesTheKnownValue() {
    assertThat(Ranking.hot(10, Instant.ofEpochSecond(1_134_073_003L))).isCloseTo(2, within(1e-12));
    assertThat(Ranking.hot(0, Instant.ofEpochSecond(1_134_028_003L))).isZero();
  }

  @Test
  void countsTheVotesOfItsTime() {
    long old = TestPapers.add(database, "Old", "2026-01-01");
    long fresh = TestPapers.add(database, "Fresh", "2026-02-28");
    TestPapers.add(database, "Without", "2026-02-28");
    VoteStore votes = new VoteStore(database);
    for (int i = 0; i < 3; i++) {
      long user = TestPapers.user(database, "u" + i);
      votes.vote(old, user, true, NOW.minus(Duration.ofDays(20)));
      if (i < 2) {
        votes.vote(fresh, user, true, NOW.minus(Duration.ofHours(30)));
      }
    }
    votes.vote(old, TestPapers.user(database, "last"), true, NOW.minusSeconds(60));
    assertThat(Ranking.DAY.ids(database, NOW, 9, 0)).containsExactly(old);
    assertThat(Ranking.WEEK.ids(database, NOW, 9, 0)).containsExactly(fresh, old);
    assertThat(Ranking.MONTH.ids(database, NOW, 9, 0)).containsExactly(old, fresh);
    assertThat(Ranking.ALL.ids(database, NOW, 1, 1)).containsExactly(fresh);
    new CuratorEdits(database).withdraw(Actor.PROGRAM, old, true, NOW);
    assertThat(Ranking.MONTH.ids(database, NOW, 9, 0)).containsExactly(fresh);
    assertThatThrownBy(() -> Ranking.of("year"))
        .hasMessage("there is no ranking by 'year'; there are hot, day, week, month, all");
  }

  /** What only looks at the newest finds the same as what looks at all. */
  @Test
  void findsTheHottestWhereverTheyAre() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    record Paper(long id, double score) {}
    List<Paper> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      long id = TestPapers.add(database, "Paper " + i, "2026-02-01");
      Instant listed = NOW.minusSeconds(random.nextInt(400_000));
      int votes = (int) Math.pow(10, random.nextDouble() * 3);
      database.change(
          db ->
              db.createUpdate(
                      "update paper_stat set listed_at = :at, votes = :votes where paper_id = :id")
                  .bind("at", listed)
                  .bind("votes", votes)
                  .bind("id", id)
                  .execute());
      all.add(new Paper(id, Ranking.hot(votes, listed)));
    }
    all.sort(Comparator.comparingDouble(Paper::score).reversed().thenComparing(Paper::id));
    List<Long> expected = all.stream().map(Paper::id).toList();
    for (int most : new int[] {1, 7, 60, 100}) {
      assertThat(Ranking.HOT.ids(database, NOW, most, 0))
          .isEqualTo(expected.subList(0, Math.min(60, most)));
    }
    assertThat(Ranking.HOT.ids(database, NOW, 5, 10)).isEqualTo(expected.subList(10, 15));
  }
}
