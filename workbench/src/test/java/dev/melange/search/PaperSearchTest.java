package dev.melange.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.feed.PageText;
import dev.melange.feed.Seed;
import dev.melange.papers.Cards;
import dev.melange.search.SearchQuality.Agreement;
import dev.melange.search.SearchQuality.Judged;
import dev.melange.search.SearchRequest.Mode;
import dev.melange.search.SearchResults.Hit;
import dev.melange.search.SearchResults.Part;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.Importer;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.PaperStore;
import dev.melange.store.Sort;
import dev.melange.store.TestDatabases;
import dev.melange.store.UserStore;
import dev.melange.store.VoteStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Search over the real page, with the real encoder. */
class PaperSearchTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private static Database database;
  private static PaperSearch search;

  /** Titles' keys by position on the page, and back. */
  private static final List<String> KEYS = new ArrayList<>();

  private static Importer importer() {
    return new Importer(
        database,
        new CatalogueLinks(Cards.all()),
        Clock.fixed(NOW, ZoneOffset.UTC),
        ZoneOffset.UTC);
  }

  @BeforeAll
  static void open() throws IOException, InterruptedException {
    byte[] page = Seed.text();
    database = TestDatabases.open();
    importer().importCards(Cards.all());
    importer().run(PageText.parse(page), page, "page", false);
    KEYS.addAll(Cards.keys());
    search = PaperSearch.open(database, null, MiniLmEncoder::load);
    search.awaitReady();
  }

  @AfterAll
  static void close() throws IOException {
    if (search != null) {
      search.close();
      database.close();
    }
  }

  private static SearchResults find(String query) throws IOException {
    return search.find(SearchRequest.of(query, 41));
  }

  private static List<String> keys(SearchResults results) {
    return results.hits().stream().map(hit -> hit.paper().catalogueKey()).toList();
  }

  /** T17. */
  @Test
  void ranksLikeThePage() throws IOException {
    PaperStore papers = new PaperStore(database);
    assertThat(papers.importedPage())
        .extracting(PaperEntry::catalogueKey)
        .containsExactlyElementsOf(KEYS);
    assertThat(papers.list(PaperQuery.all(Sort.POSITION, 41, 0)))
        .extracting(PaperEntry::catalogueKey)
        .containsExactlyElementsOf(KEYS);
    Map<String, Agreement> rows = new HashMap<>();
    new SearchQuality(search)
        .against("MLP feature mixing", papers.importedPage())
        .forEach(row -> rows.put(row.ranking(), row));
    System.out.println(rows.values());
    Agreement hybrid = rows.get("hybrid");
    Agreement words = rows.get("lexical");
    assertThat(hybrid.spearman()).as("Spearman, hybrid").isGreaterThan(0.669);
    assertThat(hybrid.kendall()).as("Kendall, hybrid").isGreaterThan(0.485);
    assertThat(words.spearman()).as("Spearman, words").isBetween(0.48, hybrid.spearman());
    assertThat(rows.get("semantic").spearman())
        .as("Spearman, meaning")
        .isCloseTo(0.535, within(0.02));
    // The figures of the seed file's own description.
    Agreement newest = rows.get("newest first");
    assertThat(newest.spearman()).isCloseTo(-0.264, within(5e-4));
    assertThat(newest.kendall()).isCloseTo(-0.198, within(5e-4));
    assertThat(newest.ndcg()).isCloseTo(0.155, within(5e-4));
    assertThat(newest.common()).isEqualTo(1);
  }

  @Test
  void findsWhatIsAskedFor() throws IOException {
    List<Judged> judged = SearchQuality.bundled();
    Map<Mode, Double> means =
        SearchQuality.means(new SearchQuality(search).measure(judged, Cards.keys()));
    System.out.printf("nDCG@10 over %d judged queries: %s%n", judged.size(), means);
    assertThat(judged).hasSizeGreaterThanOrEqualTo(20);
    assertThat(means.get(Mode.HYBRID))
        .isGreaterThan(0.94)
        .isGreaterThan(means.get(Mode.LEXICAL))
        .isGreaterThan(means.get(Mode.SEMANTIC));
    assertThatThrownBy(
            () ->
                new SearchQuality(search)
                    .measure(List.of(new Judged("x", Map.of("nothing", 1))), Cards.keys()))
        .hasMessageContaining("nothing");
  }

  /** T18. */
  @Test
  void knowsNeighbours() throws IOException {
    Map<String, Double> pairs =
        Map.of(
            "2-3", 0.707, "6-17", 0.710, "9-25", 0.711, "13-15", 0.706, "20-37", 0.632, "23-41",
            0.686);
    for (Map.Entry<String, Double> pair : pairs.entrySet()) {
      String[] positions = pair.getKey().split("-");
      nearest(positions[0], positions[1], pair.getValue());
      nearest(positions[1], positions[0], pair.getValue());
    }
    nearest("16", "6", 0.626);
    nearest("12", "3", 0.683);
  }

  private static void nearest(String from, String to, double cosine) throws IOException {
    PaperEntry paper = paper(KEYS.get(Integer.parseInt(from) - 1));
    List<SimilarPaper> similar = search.similar(paper, 5);
    assertThat(similar).as(from).isNotEmpty().hasSizeLessThanOrEqualTo(5);
    assertThat(similar.get(0).paper().catalogueKey())
        .as("nearest to " + from)
        .isEqualTo(KEYS.get(Integer.parseInt(to) - 1));
    assertThat(similar.get(0).cosine()).as(from + "-" + to).isCloseTo(cosine, within(0.01));
    assertThat(similar.get(0).shared()).isNotEmpty();
    assertThat(similar).noneMatch(other -> other.paper().id() == paper.id());
  }

  @Test
  void showsNeighboursAsTheyAreNow() throws IOException {
    PaperEntry paper = paper(KEYS.get(1));
    PaperEntry near = search.similar(paper, 5).get(0).paper();
    VoteStore votes = new VoteStore(database);
    long owner = new UserStore(database).owner().id();
    try {
      int counted = votes.vote(near.id(), owner, true, NOW);
      assertThat(search.similar(paper, 5).get(0).paper())
          .returns(near.id(), PaperEntry::id)
          .returns(counted, PaperEntry::votes);
    } finally {
      votes.vote(near.id(), owner, false, NOW);
    }
    assertThat(search.similar(paper, 5).get(0).paper().votes()).isEqualTo(near.votes());
  }

  private static PaperEntry paper(String key) {
    return new PaperStore(database).ofCatalogue(key).orElseThrow();
  }

  @Test
  void computesTheVectorOfAQuery() throws IOException {
    try (MiniLmEncoder encoder = MiniLmEncoder.load()) {
      float[] vector = encoder.encode(List.of("MLP feature mixing")).get(0);
      assertThat(vector).hasSize(384);
      assertThat(java.util.Arrays.copyOf(vector, 4))
          .containsExactly(new float[] {-0.02125f, -0.14438f, 0.15653f, -0.02743f}, within(1e-4f));
    }
  }

  @Test
  void correctsWordsItDoesNotKnowAndOnlyOffersAcronyms() throws IOException {
    SearchResults results = find("MPL feature mixnig");
    assertThat(results.corrections()).containsExactly(Map.entry("mixnig", "mixing"));
    assertThat(results.suggestions()).containsExactly(Map.entry("MPL", "MLP"));
    assertThat(find("forecasitng").corrections()).containsEntry("forecasitng", "forecasting");
    assertThat(find("mixing").corrections()).isEmpty();
  }

  @Test
  void findsNamesHoweverTheyAreWritten() throws IOException {
    for (String query : List.of("strip-mlp", "stripmlp", "Strip MLP")) {
      assertThat(keys(find(query)).get(0)).as(query).isEqualTo("strip-mlp");
    }
    for (String query : List.of("TimeMixer", "timemixer", "time mixer", "title:timemixer")) {
      assertThat(keys(find(query)).get(0)).as(query).isEqualTo("timemixer");
    }
    // Names of one and of several words, of which others have more in common with each word.
    assertThat(keys(find("meta-former")).get(0)).isEqualTo("metaformer");
    assertThat(keys(find("hybrid distillation")).get(0)).isEqualTo("hybrid-distillation");
    assertThat(keys(find("Adversarial AutoMixup")).get(0)).isEqualTo("adversarial-automixup");
    // A name within a longer query is one of its words.
    assertThat(keys(find("graph networks, no timemixer")).get(0)).isEqualTo("ff-g2m");
    assertThat(keys(find("naive"))).isNotEmpty();
    assertThat(find("naïve").hits().get(0).paper().id())
        .isEqualTo(find("naive").hits().get(0).paper().id());
  }

  @Test
  void takesPhrasesFieldsAndExclusionsAtTheirWord() throws IOException {
    assertThat(keys(find("\"time series forecasting\"")))
        .contains("tsmixer", "timemixer")
        .doesNotContain("maxim");
    assertThat(keys(find("title:mixup")))
        .containsExactlyInAnyOrder("mixup-feature-learning", "mixup-neural-collapse", "adamixup");
    assertThat(keys(find("mixup -title:mixup"))).doesNotContain("mixup-feature-learning");
    assertThat(keys(find("org:mediatek"))).containsExactly("hourglass-mlp");
    assertThat(keys(find("title:spiking OR title:kolmogorov")))
        .containsExactlyInAnyOrder("max-former", "s-kan");
  }

  @Test
  void filtersBeforeItRanks() throws IOException {
    SearchResults old = find("features year:2015..2020");
    assertThat(old.hits()).hasSize(3).allMatch(hit -> hit.paper().published().getYear() <= 2020);
    assertThat(old.facets().get("year")).containsEntry("2015", 1);
    assertThat(keys(find("after:2025-08-31"))).first().isEqualTo("deconstructing-attention");
    assertThat(find("has:code mlp").hits()).allMatch(hit -> hit.paper().repoUrl() != null);
    assertThat(find("votes:>0").hits()).isEmpty();
    SearchResults unrun = find("verdict:none");
    assertThat(unrun.total()).isEqualTo(41);
    assertThat(unrun.facets().get("verdict")).containsExactly(Map.entry("none", 41));
    PaperEntry paper = paper("maxim");
    assertThat(keys(find("id:" + paper.publicId()))).containsExactly("maxim");
  }

  /** T27. */
  @Test
  void marksWhatWasSoughtInPlainText() throws IOException {
    Hit hit = find("mixed sample").hits().get(0);
    assertThat(hit.passages()).isNotEmpty().hasSizeLessThanOrEqualTo(2);
    assertThat(hit.passages().get(0)).anyMatch(Part::marked);
    for (List<Part> passage : hit.passages()) {
      assertThat(passage.stream().mapToInt(part -> part.text().length()).sum())
          .isLessThanOrEqualTo(Highlighter.PASSAGE);
    }
    Hit phrase = find("\"Click-through rate\"").hits().get(0);
    assertThat(phrase.passages().get(0))
        .filteredOn(Part::marked)
        .allMatch(part -> part.text().equalsIgnoreCase("click-through rate"));
  }

  @Test
  void neverFailsWhateverIsTyped() throws IOException {
    for (String query :
        List.of(
            "",
            " ",
            "\"",
            "\"\"",
            "(",
            ")",
            "((((",
            "a OR",
            "OR a",
            "-",
            "--",
            ":",
            "title:",
            "title:\"\"",
            "autor:smith",
            "year:20x3",
            "before:2025-02-30",
            "votes:>many",
            "sort:best",
            "has:everything",
            "the of and",
            "*",
            "a* ?b [c TO d] {e} f~2 g^3",
            "-(mixing)",
            "\u0000\u202e\ud83d",
            "x".repeat(5_000),
            "(".repeat(500) + "a",
            "a ".repeat(500),
            "metric:acc",
            "metric:accuracy>0.8",
            "params:<5M",
            "id:../../etc")) {
      SearchResults results = find(query);
      assertThat(results.total()).as(query).isBetween(0, 41);
    }
    assertThat(find("autor:smith").notices())
        .containsExactly(
            "unknown field autor: - did you mean author:?; searched for smith as words");
  }

  @Test
  void fallsBackToWordsVisibly() throws IOException, InterruptedException {
    try (PaperSearch words = PaperSearch.open(database, null, () -> null)) {
      words.awaitReady();
      SearchResults results = words.find(SearchRequest.of("forecasting", 10));
      assertThat(keys(results)).contains("timemixer");
      assertThat(results.notices()).singleElement().asString().contains("words only");
      assertThat(words.similar(paper("maxim"), 5)).isEmpty();
    }
  }
}
