package dev.melange.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.search.KnownNeighbours.Near;
import java.io.IOException;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KnownNeighboursTest {
  private final KnownNeighbours known = new KnownNeighbours();
  private final AtomicInteger searches = new AtomicInteger();
  private PaperIndex index;

  @BeforeEach
  void open() throws IOException {
    index = PaperIndex.memory();
    put(1);
  }

  @AfterEach
  void close() throws IOException {
    index.close();
  }

  private void put(long id) throws IOException {
    index.put(
        new PaperDocument(
            id,
            "local:p" + id,
            "A title",
            "A text",
            List.of(),
            null,
            List.of(),
            List.of(),
            LocalDate.of(2026, 1, 1),
            List.of(),
            null),
        1);
    index.commit();
  }

  /** The number of searches before, as the neighbour's id. */
  private List<Near> near(KnownNeighbours.Key key) throws IOException {
    return index.search(
        searcher ->
            known.of(
                searcher.getIndexReader(),
                key,
                () -> List.of(new Near(searches.getAndIncrement(), 0.5, List.of("title")))));
  }

  @Test
  void searchesOnceForEachPaperAndText() throws IOException {
    KnownNeighbours.Key key = new KnownNeighbours.Key(1, 5, "A text");
    List<Near> first = near(key);
    assertThat(near(new KnownNeighbours.Key(1, 5, "A text"))).isEqualTo(first);
    assertThat(searches).hasValue(1);
    assertThat(near(new KnownNeighbours.Key(1, 5, "Another text"))).isNotEqualTo(first);
    assertThat(near(new KnownNeighbours.Key(2, 5, "A text"))).isNotEqualTo(first);
    assertThat(near(new KnownNeighbours.Key(1, 4, "A text"))).isNotEqualTo(first);
    assertThat(near(key)).isEqualTo(first);
    assertThat(searches).hasValue(4);
  }

  @Test
  void searchesAgainWhenTheIndexChanged() throws IOException {
    KnownNeighbours.Key key = new KnownNeighbours.Key(1, 5, "A text");
    List<Near> first = near(key);
    put(2);
    assertThat(near(key)).isNotEqualTo(first);
    assertThat(near(key)).isEqualTo(List.of(new Near(1, 0.5, List.of("title"))));
    assertThat(searches).hasValue(2);
  }
}
