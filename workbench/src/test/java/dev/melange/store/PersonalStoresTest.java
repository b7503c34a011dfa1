package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.store.CollectionStore.Collection;
import dev.melange.store.TagStore.Tag;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What readers keep for themselves: collections, tags, notes, read marks, searches. */
class PersonalStoresTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private Database database;
  private long ada;
  private long bob;
  private long first;
  private long second;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    ada = TestPapers.user(database, "ada");
    bob = TestPapers.user(database, "bob");
    first = TestPapers.add(database, "The first paper", "2026-02-27");
    second = TestPapers.add(database, "The second paper", "2026-02-28");
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void keepsOneReadingListForEachReader() {
    CollectionStore store = new CollectionStore(database);
    long list = store.readingList(ada, NOW);
    assertThat(store.readingList(ada, NOW.plusSeconds(1))).isEqualTo(list);
    assertThat(store.readingList(bob, NOW)).isNotEqualTo(list);
    store.put(list, first, true, NOW);
    store.put(list, first, true, NOW.plusSeconds(1));
    store.put(list, second, true, NOW.plusSeconds(2));
    assertThat(store.papers(list)).containsExactly(second, first);
    assertThat(store.saved(ada, List.of(first, second))).containsExactlyInAnyOrder(first, second);
    assertThat(store.saved(bob, List.of(first, second))).isEmpty();
    assertThat(store.saved(ada, List.of())).isEmpty();
    store.put(list, second, false, NOW);
    assertThat(store.papers(list)).containsExactly(first);
    store.delete(list);
    assertThat(store.papers(list)).containsExactly(first);
  }

  @Test
  void keepsCollectionsApart() {
    CollectionStore store = new CollectionStore(database);
    store.readingList(ada, NOW);
    long own = store.create(ada, " Mixers ", "All of them", false, NOW);
    long open = store.create(bob, "Mixers", "", true, NOW);
    assertThatThrownBy(() -> store.create(ada, "Mixers", "", true, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a collection 'Mixers' already");
    store.put(own, first, true, NOW);
    assertThat(store.of(ada))
        .containsExactly(new Collection(own, ada, "ada", "Mixers", "All of them", false, 1));
    assertThat(store.openOfOthers(ada)).extracting(Collection::id).containsExactly(open);
    assertThat(store.openOfOthers(bob)).isEmpty();
    assertThat(store.with(first)).extracting(Collection::id).containsExactly(own);
    long other = store.create(ada, "Others", "", false, NOW);
    Collection known = store.find(own).orElseThrow();
    assertThatThrownBy(() -> store.change(known, "Others", "", false))
        .isInstanceOf(IllegalArgumentException.class);
    store.change(known, "Mixers of tokens", "", true);
    assertThat(store.find(own).orElseThrow().open()).isTrue();
    store.delete(own);
    assertThat(store.find(own)).isEmpty();
    assertThat(store.of(ada)).extracting(Collection::id).containsExactly(other);
  }

  @Test
  void replacesThePapersTags() {
    TagStore store = new TagStore(database);
    store.set(ada, first, List.of(" to  read ", "mlp", "", "mlp"));
    store.set(ada, second, List.of("mlp"));
    store.set(bob, first, List.of("mlp"));
    assertThat(store.of(ada, first)).containsExactly("mlp", "to read");
    assertThat(store.of(ada)).containsExactly(new Tag("mlp", 2), new Tag("to read", 1));
    assertThat(store.papers(ada, "mlp")).containsExactly(second, first);
    store.set(ada, first, List.of());
    assertThat(store.of(ada)).containsExactly(new Tag("mlp", 1));
    assertThat(store.of(bob, first)).containsExactly("mlp");
    assertThatThrownBy(() -> store.set(ada, first, List.of("x".repeat(61))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected 1 to 60 characters");
    assertThat(store.of(ada, second)).containsExactly("mlp");
  }

  @Test
  void keepsNotesAndReadMarks() {
    NoteStore store = new NoteStore(database);
    assertThat(store.note(ada, first)).isEmpty();
    store.write(ada, first, "One", NOW);
    store.write(ada, first, "Two ", NOW);
    assertThat(store.note(ada, first)).contains("Two");
    assertThat(store.note(bob, first)).isEmpty();
    store.write(ada, first, "  ", NOW);
    assertThat(store.note(ada, first)).isEmpty();
    store.read(ada, first, true, NOW);
    store.read(ada, first, true, NOW);
    assertThat(store.readOf(ada, List.of(first, second))).containsExactly(first);
    assertThat(store.readOf(bob, List.of(first, second))).isEmpty();
    store.read(ada, first, false, NOW);
    assertThat(store.readOf(ada, List.of(first))).isEmpty();
  }

  @Test
  void keepsSearchesUnderNames() {
    SavedSearchStore store = new SavedSearchStore(database);
    store.add(ada, "Mixing", "mixing", NOW);
    store.add(ada, "Mixing", "token mixing", NOW);
    assertThat(store.of(ada)).hasSize(1);
    assertThat(store.of(ada).get(0).query()).isEqualTo("token mixing");
    long id = store.of(ada).get(0).id();
    assertThat(store.delete(bob, id)).isFalse();
    assertThat(store.delete(ada, id)).isTrue();
    assertThat(store.of(ada)).isEmpty();
    assertThatThrownBy(() -> store.add(ada, "x", " ", NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void knowsTheDaysAndCategoriesOfPapers() {
    PaperStore papers = new PaperStore(database);
    Period month = Period.parse(Period.Unit.MONTH, "2026-02");
    assertThat(papers.days(month).values().stream().mapToInt(count -> count).sum()).isEqualTo(2);
    assertThat(papers.days(Period.parse(Period.Unit.MONTH, "2025-02"))).isEmpty();
    assertThat(papers.categories()).isEmpty();
    assertThat(papers.categories(first)).isEmpty();
  }
}
