package dev.melange.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.feed.PageText;
import dev.melange.feed.Seed;
import dev.melange.papers.Cards;
import dev.melange.search.Recommender.Basis;
import dev.melange.search.Recommender.Combination;
import dev.melange.search.Recommender.Pick;
import dev.melange.search.Recommender.Taste;
import dev.melange.search.Recommender.Word;
import dev.melange.search.TextFeatures.Row;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.Importer;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.TestDatabases;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Recommendations over the real page (T19), and the classifier by itself. */
class RecommenderTest {
  private static Database database;
  private static Recommender recommender;
  private static List<Long> page;

  @BeforeAll
  static void open() throws IOException {
    byte[] text = Seed.text();
    database = TestDatabases.open();
    Importer importer =
        new Importer(
            database,
            new CatalogueLinks(Cards.all()),
            Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC),
            ZoneOffset.UTC);
    importer.importCards(Cards.all());
    importer.run(PageText.parse(text), text, "page", false);
    page = new PaperStore(database).importedPage().stream().map(PaperEntry::id).toList();
    recommender = new Recommender(database);
  }

  @AfterAll
  static void close() {
    if (database != null) {
      database.close();
    }
  }

  private static Taste taste(int... positions) {
    return new Taste(ids(positions), Set.of(), Set.of());
  }

  private static Set<Long> ids(int... positions) {
    return IntStream.of(positions)
        .mapToObj(position -> page.get(position - 1))
        .collect(Collectors.toSet());
  }

  private static List<Integer> positions(List<Pick> picks) {
    return picks.stream().map(pick -> page.indexOf(pick.id()) + 1).toList();
  }

  private static List<Integer> first(int most, int... positions) {
    return positions(recommender.of(taste(positions)).picks()).subList(0, most);
  }

  /** T19. */
  @Test
  void recommendsWhatIsLikeTheTagged() {
    System.out.println(
        List.of(first(5, 9, 13, 25), first(5, 3, 4, 12), first(5, 20, 37), first(5, 6, 16)));
    assertThat(first(2, 9, 13, 25)).containsExactlyInAnyOrder(19, 15);
    assertThat(first(2, 3, 4, 12)).containsExactlyInAnyOrder(2, 14);
    assertThat(first(1, 6, 16)).containsExactly(17);
  }

  /** The other half of T19, with the vectors that the search keeps. */
  @Test
  void recommendsByMeaningToo() throws Exception {
    try (PaperSearch search = PaperSearch.open(database, null, MiniLmEncoder::load)) {
      search.awaitReady();
    }
    assertThat(recommender.knowsMeaning()).isTrue();
    Recommender.Picks both = recommender.of(taste(9, 13, 25), Basis.WORDS_AND_MEANING);
    assertThat(positions(both.picks()).subList(0, 2)).containsExactlyInAnyOrder(19, 15);
    assertThat(both.picks().get(0).reasons()).isNotEmpty();
    assertThat(both.words()).hasSize(10);
    assertThat(
            positions(recommender.of(taste(3, 4, 12), Basis.WORDS_AND_MEANING).picks())
                .subList(0, 3))
        .containsExactlyInAnyOrder(2, 5, 14);
    assertThat(
            positions(recommender.of(taste(20, 37), Basis.WORDS_AND_MEANING).picks()).subList(0, 3))
        .containsExactlyInAnyOrder(27, 40, 31);
    assertThat(
            recommender.combined(
                List.of(taste(9, 13, 25)), Combination.ANY, List.of(), Basis.WORDS_AND_MEANING))
        .isEqualTo(both.picks());
    assertThat(recommender.of(taste(9, 13, 25)).scores()).isNotEqualTo(both.scores());
  }

  @Test
  void saysWhyAndListensToWhatIsMuted() {
    Recommender.Picks picks = recommender.of(taste(9, 13, 25));
    assertThat(picks.words()).hasSize(10);
    assertThat(picks.words().get(0)).isEqualTo(new Word("mixup", picks.words().get(0).weight()));
    assertThat(picks.words().get(0).weight()).isPositive();
    assertThat(picks.picks()).hasSize(38);
    assertThat(picks.picks().get(0).reasons()).contains("mixup").hasSize(3);
    Recommender.Picks muted =
        recommender.of(new Taste(ids(9, 13, 25), Set.of(), Set.of("mixup", "no such word")));
    assertThat(muted.words()).extracting(Word::text).doesNotContain("mixup");
    assertThat(recommender.of(taste(9, 13, 25))).isEqualTo(picks);
  }

  @Test
  void leavesOutWhatIsNotMeantAndWhatIsLikeIt() {
    Taste without = new Taste(ids(9, 13, 25), ids(19), Set.of());
    List<Pick> picks = recommender.of(without).picks();
    assertThat(positions(picks)).doesNotContain(19);
    double before = recommender.of(taste(9, 13, 25)).scores().get(page.get(14));
    assertThat(recommender.of(without).scores().get(page.get(14))).isLessThan(before);
    assertThat(recommender.of(new Taste(Set.of(), ids(1), Set.of())).picks()).isEmpty();
    assertThat(recommender.of(new Taste(Set.of(-1L), Set.of(), Set.of())).words()).isEmpty();
  }

  @Test
  void combinesTags() {
    List<Taste> both = List.of(taste(9, 13, 25), taste(6, 16));
    List<Integer> any =
        positions(recommender.combined(both, Combination.ANY, List.of(), Basis.WORDS));
    List<Integer> all =
        positions(recommender.combined(both, Combination.ALL, List.of(), Basis.WORDS));
    assertThat(any.subList(0, 3)).contains(17, 19);
    assertThat(any).doesNotContain(9, 13, 25, 6, 16).hasSize(36);
    assertThat(all).containsExactlyInAnyOrderElementsOf(any).isNotEqualTo(any);
    List<Integer> rest =
        positions(
            recommender.combined(both, Combination.ANY, List.of(taste(17, 3, 4)), Basis.WORDS));
    assertThat(rest).isSubsetOf(any).doesNotContain(17, 3, 4);
  }

  /** The gradient of the primal problem is 0 at its minimum. */
  @Test
  void fitsTheMinimum() {
    long seed = 20260301L;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<Row> rows = new ArrayList<>();
    boolean[] positive = new boolean[30];
    double[] costs = new double[30];
    for (int i = 0; i < 30; i++) {
      positive[i] = random.nextInt(4) == 0;
      costs[i] = 0.1 + random.nextDouble();
      rows.add(
          new Row(
              new int[] {0, 1, 2},
              new double[] {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()}));
    }
    double[] weights = LinearSvm.fit(rows, positive, costs, 3);
    for (int feature = 0; feature < 4; feature++) {
      double gradient = weights[feature];
      for (int i = 0; i < 30; i++) {
        double y = positive[i] ? 1 : -1;
        double lacking = Math.max(0, 1 - y * LinearSvm.score(rows.get(i), weights));
        double x = feature == 3 ? 1 : rows.get(i).values()[feature];
        gradient -= 2 * costs[i] * lacking * y * x;
      }
      assertThat(gradient).as("feature " + feature).isCloseTo(0, within(1e-4));
    }
  }

  @Test
  void weighsWordsAndPairs() {
    TextFeatures features =
        TextFeatures.of(List.of("Na\u00efve mixing of mixing", "the mixing", "a b c"));
    assertThat(features.size()).isEqualTo(4);
    assertThat(features.feature("naive mixing")).isNotNegative();
    assertThat(features.feature("of")).isEqualTo(-1);
    Row first = features.rows().get(0);
    double norm = 0;
    for (double value : first.values()) {
      norm += value * value;
    }
    assertThat(norm).isCloseTo(1, within(1e-12));
    assertThat(features.rows().get(1).values()).containsExactly(1);
    assertThat(features.rows().get(2).values()).isEmpty();
    // mixing: 1 + ln 2 times 1 + ln(4 / 3); naive: 1 + ln(4 / 2)
    double ratio = (1 + Math.log(2)) * (1 + Math.log(4 / 3.0)) / (1 + Math.log(2));
    double mixing = first.values()[List.of(0, 1, 2, 3).indexOf(features.feature("mixing"))];
    int naive = java.util.Arrays.binarySearch(first.features(), features.feature("naive"));
    assertThat(mixing / first.values()[naive]).isCloseTo(ratio, within(1e-12));
  }
}
