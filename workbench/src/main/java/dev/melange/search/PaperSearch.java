package dev.melange.search;

import dev.melange.feed.TexText;
import dev.melange.search.Fusion.Scored;
import dev.melange.search.KnownNeighbours.Near;
import dev.melange.search.Ranker.Ranked;
import dev.melange.search.SearchRequest.Mode;
import dev.melange.search.SearchResults.Hit;
import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;

/**
 * Search over the papers of a store. Safe for use by many threads; to be closed.
 *
 * <pre>{@code
 * try (PaperSearch search = PaperSearch.open(database, home.resolve("page"), MiniLmEncoder::load)) {
 *   search.awaitReady();
 *   search.find(SearchRequest.of("mixing tokens without attention", 10)).hits();
 * }
 * }</pre>
 */
public final class PaperSearch implements AutoCloseable {
  /** So many of the best of each ranking are fused. */
  static final int RANKED = 200;

  /** A paper that has none of the words must be at least so near in meaning. */
  static final double LEAST_COSINE = 0.15;

  private final PaperStore papers;
  private final Database database;
  private final IndexKeeper keeper;
  private final KnownNeighbours neighbours = new KnownNeighbours();

  private PaperSearch(Database database, IndexKeeper keeper) {
    this.database = database;
    this.papers = new PaperStore(database);
    this.keeper = keeper;
  }

  /** Loads an encoder. */
  public interface EncoderSource {
    /**
     * The encoder; null for a search by words only.
     *
     * @throws IOException if it cannot be loaded
     */
    TextEncoder load() throws IOException;
  }

  /**
   * Opens the search and starts to bring its index up to date in the background.
   *
   * @param database the papers
   * @param folder where the index lies; null for one in memory
   * @param encoder loaded in the background; until then, and if that fails, words alone are used
   *     and results say so
   * @throws IOException if the index cannot be opened
   */
  public static PaperSearch open(Database database, Path folder, EncoderSource encoder)
      throws IOException {
    return new PaperSearch(database, IndexKeeper.start(database, folder, encoder));
  }

  /** Waits until all papers of the store are indexed with their vectors. */
  public void awaitReady() throws InterruptedException {
    keeper.awaitReady();
  }

  /** Takes over what changed in the store; searches see it when this returns. */
  public void update() throws IOException {
    keeper.update();
  }

  /** The ids of the papers in the index, in no order. */
  public Collection<Long> indexed() throws IOException {
    return keeper.index().versions().keySet();
  }

  /** How many papers are in the index. */
  public int size() throws IOException {
    return keeper.index().search(searcher -> searcher.getIndexReader().numDocs());
  }

  /**
   * What a query may become that is being typed.
   *
   * @param typed so far; its last word may be begun only
   * @param most at most so many
   * @return titles, then authors, each as a query
   */
  public List<String> complete(String typed, int most) throws IOException {
    return keeper.index().search(searcher -> new Completions(searcher, papers, typed).best(most));
  }

  /** Finds papers. It fails for no query; what was not understood is told in the notices. */
  public SearchResults find(SearchRequest request) throws IOException {
    SearchQuery query = QueryParser.parse(request.query());
    List<String> notices = new ArrayList<>(query.notices());
    Query filter = new StoreFilters(database, request.viewerId()).of(query.filters());
    float[] vector = null;
    if (request.mode() != Mode.LEXICAL && !query.text().isEmpty()) {
      vector = keeper.encode(query.text());
      if (vector == null) {
        notices.add(keeper.problem());
      }
    }
    float[] meaning = vector;
    return keeper
        .index()
        .search(searcher -> found(searcher, query, filter, meaning, request, notices));
  }

  private SearchResults found(
      IndexSearcher searcher,
      SearchQuery query,
      Query filter,
      float[] vector,
      SearchRequest request,
      List<String> notices)
      throws IOException {
    LexicalQuery lexical = new LexicalQuery(query, filter, searcher.getIndexReader());
    boolean onlyMeaning = request.mode() == Mode.SEMANTIC && vector != null;
    List<Ranked> words =
        lexical.ranking() == null || onlyMeaning
            ? List.of()
            : new Ranker(searcher).byWords(lexical.ranking(), lexical.pairs(), RANKED);
    List<Ranked> near =
        vector == null
            ? List.of()
            : new Ranker(searcher)
                .byMeaning(
                    vector, lexical.restricted() ? withVector(lexical.required()) : null, RANKED);
    String name = onlyMeaning ? "" : Analyzers.joined(query.text());
    List<Ranked> named =
        name.isEmpty() ? List.of() : new Ranker(searcher).named(name, lexical.required(), RANKED);
    Map<Long, Integer> docs = new LinkedHashMap<>();
    named.forEach(hit -> docs.put(hit.id(), hit.doc()));
    words.forEach(hit -> docs.put(hit.id(), hit.doc()));
    near.stream()
        .filter(hit -> hit.score() >= LEAST_COSINE)
        .forEach(hit -> docs.putIfAbsent(hit.id(), hit.doc()));
    List<Scored> fused;
    if (query.text().isEmpty()) {
      // Only filters: there is nothing to rank by.
      List<Ranked> all = new Ranker(searcher).byWords(lexical.required(), 2 * RANKED);
      all.forEach(hit -> docs.put(hit.id(), hit.doc()));
      fused = all.stream().map(hit -> new Scored(hit.id(), 0)).toList();
    } else {
      List<List<Long>> rankings = new ArrayList<>();
      for (List<Ranked> ranking : List.of(named, words, near)) {
        rankings.add(ranking.stream().map(Ranked::id).toList());
      }
      fused =
          Fusion.reciprocalRanks(rankings).stream()
              .filter(scored -> docs.containsKey(scored.id()))
              .toList();
    }
    Map<String, Map<String, Integer>> facets = Facets.of(searcher, docs.values());
    facets.put("verdict", Facets.verdicts(database, docs.keySet()));
    List<Hit> hits = hits(fused, query, request, lexical);
    return new SearchResults(
        hits, fused.size(), facets, lexical.corrections(), lexical.suggestions(), notices);
  }

  private static Query withVector(Query required) {
    return new BooleanQuery.Builder()
        .add(required, Occur.FILTER)
        .add(new FieldExistsQuery(PaperIndex.VECTOR), Occur.FILTER)
        .build();
  }

  private List<Hit> hits(
      List<Scored> fused, SearchQuery query, SearchRequest request, LexicalQuery lexical) {
    SearchQuery.Sort sort =
        query.sort() == SearchQuery.Sort.RELEVANCE && query.text().isEmpty()
            ? SearchQuery.Sort.NEWEST
            : query.sort();
    List<Long> page = fused.stream().map(Scored::id).toList();
    if (sort != SearchQuery.Sort.RELEVANCE) {
      page = papers.withIds(page).stream().sorted(order(sort)).map(PaperEntry::id).toList();
    }
    page = page.stream().skip(request.offset()).limit(request.limit()).toList();
    Map<Long, Double> scores = new LinkedHashMap<>();
    fused.forEach(scored -> scores.put(scored.id(), scored.score()));
    Highlighter marks = new Highlighter(lexical.stems(), lexical.phrases());
    return papers.withIds(page).stream()
        .map(
            entry ->
                new Hit(
                    entry,
                    scores.get(entry.id()),
                    marks.mark(TexText.plain(entry.title())),
                    marks.passages(IndexFollower.text(entry))))
        .toList();
  }

  private static Comparator<PaperEntry> order(SearchQuery.Sort sort) {
    Comparator<PaperEntry> newest =
        Comparator.comparing(PaperEntry::published).reversed().thenComparingLong(PaperEntry::id);
    return switch (sort) {
      case TRENDING ->
          Comparator.comparing(
                  PaperEntry::trend, Comparator.nullsFirst(Comparator.<Double>naturalOrder()))
              .reversed()
              .thenComparing(newest);
      case UPVOTES -> Comparator.comparingInt(PaperEntry::votes).reversed().thenComparing(newest);
      case NEWEST, RELEVANCE -> newest;
    };
  }

  /**
   * Papers like a paper, best first.
   *
   * @param paper the paper
   * @param most at most so many
   * @return empty while it has no vector
   */
  public List<SimilarPaper> similar(PaperEntry paper, int most) throws IOException {
    String text = IndexFollower.document(paper, List.of()).passage();
    List<Near> near =
        keeper
            .index()
            .search(
                searcher ->
                    neighbours.of(
                        searcher.getIndexReader(),
                        new KnownNeighbours.Key(paper.id(), most, text),
                        () -> {
                          Neighbours all = new Neighbours(searcher);
                          return near(all, all.of(paper.id(), most), text);
                        }));
    return similar(near);
  }

  /**
   * Papers that speak of the same as a text, such as an abstract.
   *
   * @param text of any length; what is beyond the encoder's tokens does not count
   * @param most at most so many
   * @throws IllegalStateException if there is no encoder; the message tells why
   */
  public List<SimilarPaper> similar(String text, int most) throws IOException {
    float[] vector = keeper.encode(text);
    if (vector == null) {
      throw new IllegalStateException(keeper.problem());
    }
    return similar(
        keeper
            .index()
            .search(
                searcher -> {
                  Neighbours all = new Neighbours(searcher);
                  return near(all, all.of(vector, most), text);
                }));
  }

  private List<Near> near(Neighbours neighbours, List<Ranked> ranked, String text)
      throws IOException {
    Map<Long, PaperEntry> entries = entries(ranked.stream().map(Ranked::id).toList());
    List<Near> near = new ArrayList<>();
    for (Ranked hit : ranked) {
      PaperEntry entry = entries.get(hit.id());
      if (entry != null) {
        String other = IndexFollower.document(entry, List.of()).passage();
        near.add(new Near(hit.id(), hit.score(), neighbours.shared(text, other)));
      }
    }
    return near;
  }

  /** As the store has them now. */
  private List<SimilarPaper> similar(List<Near> near) {
    Map<Long, PaperEntry> entries = entries(near.stream().map(Near::id).toList());
    return near.stream()
        .filter(hit -> entries.containsKey(hit.id()))
        .map(hit -> new SimilarPaper(entries.get(hit.id()), hit.cosine(), hit.shared()))
        .toList();
  }

  private Map<Long, PaperEntry> entries(List<Long> ids) {
    return papers.withIds(ids).stream()
        .collect(Collectors.toMap(PaperEntry::id, Function.identity()));
  }

  @Override
  public void close() throws IOException {
    keeper.close();
  }
}
