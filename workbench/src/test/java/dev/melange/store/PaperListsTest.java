package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages of lists that are made from few papers are as if they were made from all. */
class PaperListsTest {
  private static final int PAPERS = 40;
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private Database database;
  private PaperStore papers;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    papers = new PaperStore(database);
    for (int i = 0; i < PAPERS; i++) {
      // Several of a day, in no order of ids.
      LocalDate day = LocalDate.of(2026, 2, 1).plusDays(i * 7 % 11);
      TestPapers.add(database, "Paper " + i, day.toString());
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void withdraw(long id) {
    database.change(
        db ->
            db.createUpdate("update paper set withdrawn_at = updated_at where id = :id")
                .bind("id", id)
                .execute());
  }

  private List<PaperEntry> pages(Sort sort, int size) {
    List<PaperEntry> all = new ArrayList<>();
    List<PaperEntry> page;
    do {
      page = papers.list(PaperQuery.all(sort, size, all.size()));
      all.addAll(page);
    } while (page.size() == size);
    return all;
  }

  @Test
  void givesAllPapersOnceInTheirOrderWhateverThePagesSize() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Set<Long> withdrawn = new HashSet<>();
    for (int round = 0; round < 4; round++) {
      List<PaperEntry> newest = pages(Sort.NEWEST, PAPERS + 1);
      assertThat(newest)
          .hasSize(PAPERS - withdrawn.size())
          .isSortedAccordingTo(
              Comparator.comparing(PaperEntry::published).reversed().thenComparing(PaperEntry::id))
          .noneMatch(paper -> withdrawn.contains(paper.id()));
      for (Sort sort : Sort.values()) {
        List<PaperEntry> whole = pages(sort, PAPERS + 1);
        assertThat(whole).containsExactlyInAnyOrderElementsOf(newest);
        for (int size : List.of(1, 7, 10)) {
          assertThat(pages(sort, size)).as(sort + " by " + size).isEqualTo(whole);
        }
      }
      assertThat(papers.count(PaperQuery.all(Sort.NEWEST, 1, 0))).isEqualTo(newest.size());
      for (int i = 0; i < 3; i++) {
        long id = newest.get(random.nextInt(newest.size())).id();
        withdraw(id);
        withdrawn.add(id);
      }
    }
  }

  @Test
  void countsVotesInListsAtOnce() {
    VoteStore votes = new VoteStore(database);
    long user = TestPapers.user(database, "ada");
    long paper = papers.list(PaperQuery.all(Sort.NEWEST, 3, 0)).get(2).id();
    for (boolean up : new boolean[] {true, false, true}) {
      int counted = votes.vote(paper, user, up, NOW);
      assertThat(counted).isEqualTo(up ? 1 : 0);
      for (Sort sort : Sort.values()) {
        assertThat(pages(sort, 10))
            .as("%s, vote %s", sort, up)
            .filteredOn(entry -> entry.id() == paper)
            .singleElement()
            .returns(counted, PaperEntry::votes);
      }
    }
  }
}
