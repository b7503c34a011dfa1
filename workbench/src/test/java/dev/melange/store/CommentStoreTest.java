package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.store.CommentStore.Comment;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommentStoreTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private Database database;
  private CommentStore comments;
  private long paper;
  private long other;
  private long user;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    comments = new CommentStore(database);
    paper = TestPapers.add(database, "A paper", "2026-02-28");
    other = TestPapers.add(database, "Another paper", "2026-02-28");
    user = TestPapers.user(database, "reader");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private PaperEntry entry() {
    return new PaperStore(database).withIds(List.of(paper)).get(0);
  }

  /** T45. */
  @Test
  void staysAForestUnderRandomOperations() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      Instant at = NOW.plusSeconds(random.nextInt(1000) - 500); // clocks that differ
      Long one = ids.isEmpty() ? null : ids.get(random.nextInt(ids.size()));
      switch (random.nextInt(6)) {
        case 0 -> {
          if (one != null) {
            comments.delete(Actor.PROGRAM, paper, one, at);
          }
        }
        case 1 -> {
          if (one != null) {
            comments.hide(Actor.PROGRAM, paper, one, random.nextBoolean(), at);
          }
        }
        default -> {
          boolean deleted = one != null && comments.find(paper, one).orElseThrow().deleted();
          ids.add(comments.add(paper, deleted ? null : one, user, "text " + i, at));
        }
      }
    }
    Map<Long, Comment> all = new HashMap<>();
    int shown = 0;
    for (Comment comment : comments.of(paper)) {
      if (comment.parentId() != null) {
        Comment parent = all.get(comment.parentId());
        assertThat(parent).as("parent of %d comes before it", comment.id()).isNotNull();
        assertThat(comment.createdAt()).isAfterOrEqualTo(parent.createdAt());
      }
      all.put(comment.id(), comment);
      shown += comment.hidden() || comment.deleted() ? 0 : 1;
    }
    assertThat(all.keySet()).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(entry().comments()).isEqualTo(shown);
    Double anew =
        database.read(db -> Trend.level(TrendStore.events(db, paper), NOW.plusSeconds(1000)));
    assertThat(entry().trend()).isCloseTo(anew, within(1e-9));
  }

  @Test
  void keepsThePlaceOfADeletedCommentAndNothingElse() {
    long first = comments.add(paper, null, user, "secret", NOW);
    comments.add(paper, first, user, "reply", NOW);
    comments.delete(Actor.PROGRAM, paper, first, NOW);
    assertThat(comments.of(paper)).hasSize(2);
    assertThat(comments.of(paper).get(0).body()).isEmpty();
    assertThat(entry().comments()).isEqualTo(1);
    assertThatThrownBy(() -> comments.add(paper, first, user, "too late", NOW))
        .hasMessageContaining("is not there (any more)");
  }

  @Test
  void countsTwoCommentsOfAReaderAtMost() {
    comments.add(paper, null, user, "one", NOW);
    long second = comments.add(paper, null, user, "two", NOW);
    double two = entry().trend();
    long third = comments.add(paper, null, user, "three", NOW);
    assertThat(entry().trend()).isEqualTo(two);
    comments.delete(Actor.PROGRAM, paper, second, NOW);
    assertThat(entry().trend()).as("the third takes its place").isCloseTo(two, within(1e-9));
    comments.delete(Actor.PROGRAM, paper, third, NOW);
    assertThat(entry().trend()).isLessThan(two);
  }

  @Test
  void refusesWhatIsNoComment() {
    long foreign = comments.add(other, null, user, "elsewhere", NOW);
    assertThatThrownBy(() -> comments.add(paper, foreign, user, "reply", NOW))
        .hasMessageContaining("is not there");
    assertThatThrownBy(() -> comments.add(paper, null, user, "  ", NOW))
        .hasMessageContaining("has 0 characters, expected 1 to 20,000");
    assertThatThrownBy(() -> comments.add(paper, null, user, "x".repeat(20_001), NOW))
        .hasMessageContaining("20,001");
    assertThat(entry().comments()).isZero();
  }
}
