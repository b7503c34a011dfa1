package dev.melange.search;

import dev.melange.feed.TexText;
import dev.melange.search.TextFeatures.Row;
import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.PaperStore;
import dev.melange.store.Sort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Recommends papers like some others: a linear classifier ({@link LinearSvm}) tells the papers of a
 * tag from all others by the words of title, abstract and authors ({@link TextFeatures}). Safe for
 * many threads; the texts are read again when the store's papers changed.
 */
public final class Recommender {
  /** Papers that are looked at: the newest. */
  static final int MOST_PAPERS = 10_000;

  private static final double C = 0.1;
  private static final int WORDS = 10;
  private static final int REASONS = 3;

  private final Database database;
  private Corpus corpus;

  /** On a store. */
  public Recommender(Database database) {
    this.database = database;
  }

  /**
   * What a reader likes.
   *
   * @param positives ids in the store
   * @param negatives ids of papers that are not what is meant; each counts as much as a positive
   * @param muted words and pairs of words that are not to count
   */
  public record Taste(Set<Long> positives, Set<Long> negatives, Set<String> muted) {
    /** Copies the sets. */
    public Taste {
      positives = Set.copyOf(positives);
      negatives = Set.copyOf(negatives);
      muted = Set.copyOf(muted);
    }
  }

  /** A word or pair of words, and how much it speaks for a paper; negative: against it. */
  public record Word(String text, double weight) {}

  /**
   * A recommended paper.
   *
   * @param id in the store
   * @param score the decision value; the greater the better
   * @param reasons its words that speak most for it
   */
  public record Pick(long id, double score, List<String> reasons) {
    /** Copies the list. */
    public Pick {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * What a taste leads to.
   *
   * @param picks all papers that are neither positive nor negative, best first
   * @param words the ten that count most, whatever their sign, with the largest first
   */
  public record Picks(List<Pick> picks, List<Word> words) {
    /** Copies the lists. */
    public Picks {
      picks = List.copyOf(picks);
      words = List.copyOf(words);
    }

    /** The decision values by paper. */
    public Map<Long, Double> scores() {
      return picks.stream().collect(Collectors.toMap(Pick::id, Pick::score));
    }
  }

  /** What papers are told apart by. */
  public enum Basis {
    /** The words of title, abstract and authors. */
    WORDS,
    /** Also the vector of their meaning, as far as the search has encoded them. */
    WORDS_AND_MEANING
  }

  private record State(long papers, long versions, long vectors) {}

  /**
   * The papers' features.
   *
   * @param meaning the rows with the vectors behind the words; the rows themselves without vectors
   * @param dimensions of the vectors; 0 without
   */
  private record Corpus(
      State state, List<Long> ids, TextFeatures features, List<Row> meaning, int dimensions) {}

  private synchronized Corpus corpus() {
    State now =
        database.read(
            db ->
                db.createQuery(
                        "select count(*), coalesce(sum(row_version), 0),"
                            + " (select count(*) from embedding) from paper")
                    .map(
                        (row, context) -> new State(row.getLong(1), row.getLong(2), row.getLong(3)))
                    .one());
    if (corpus == null || !corpus.state().equals(now)) {
      List<PaperEntry> papers =
          new PaperStore(database).list(PaperQuery.all(Sort.NEWEST, MOST_PAPERS, 0));
      List<Long> ids = papers.stream().map(PaperEntry::id).toList();
      TextFeatures features = TextFeatures.of(papers.stream().map(Recommender::text).toList());
      Map<Long, float[]> vectors = new EmbeddingStore(database).all();
      int dimensions = vectors.values().stream().mapToInt(it -> it.length).findFirst().orElse(0);
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        rows.add(extended(features.rows().get(i), vectors.get(ids.get(i)), features.size()));
      }
      corpus = new Corpus(now, ids, features, rows, dimensions);
    }
    return corpus;
  }

  /** A row of words with a vector behind them. */
  private static Row extended(Row words, float[] vector, int first) {
    if (vector == null) {
      return words;
    }
    int n = words.features().length;
    int[] features = Arrays.copyOf(words.features(), n + vector.length);
    double[] values = Arrays.copyOf(words.values(), n + vector.length);
    for (int i = 0; i < vector.length; i++) {
      features[n + i] = first + i;
      values[n + i] = vector[i];
    }
    return new Row(features, values);
  }

  /** Whether the meaning of any paper is known. */
  public boolean knowsMeaning() {
    return corpus().dimensions() > 0;
  }

  private static String text(PaperEntry paper) {
    String authors = String.join(" ", paper.shownAuthors());
    return TexText.plain(paper.title())
        + "\n"
        + IndexFollower.document(paper, List.of()).text()
        + "\n"
        + authors;
  }

  /** Recommends papers by their words. */
  public Picks of(Taste taste) {
    return of(taste, Basis.WORDS);
  }

  /**
   * Recommends papers.
   *
   * @return nothing if none of the positives is among the papers that are looked at
   */
  public Picks of(Taste taste, Basis basis) {
    Corpus all = corpus();
    boolean meaning = basis == Basis.WORDS_AND_MEANING;
    TextFeatures features = all.features();
    Set<Integer> muted = new HashSet<>();
    taste.muted().forEach(word -> muted.add(features.feature(word)));
    List<Row> rows =
        (meaning ? all.meaning() : features.rows())
            .stream().map(row -> without(row, muted)).toList();
    int n = rows.size();
    boolean[] positive = new boolean[n];
    int positives = 0;
    for (int i = 0; i < n; i++) {
      positive[i] = taste.positives().contains(all.ids().get(i));
      positives += positive[i] ? 1 : 0;
    }
    if (positives == 0 || positives == n) {
      return new Picks(List.of(), List.of());
    }
    double[] costs = new double[n];
    for (int i = 0; i < n; i++) {
      boolean hard = positive[i] || taste.negatives().contains(all.ids().get(i));
      // Balanced: both classes weigh the same, however few are tagged.
      costs[i] = C * n / (2.0 * (hard ? positives : n - positives));
    }
    int size = features.size() + (meaning ? all.dimensions() : 0);
    double[] weights = LinearSvm.fit(rows, positive, costs, size);
    List<Pick> picks = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      long id = all.ids().get(i);
      if (!positive[i] && !taste.negatives().contains(id)) {
        double score = LinearSvm.score(rows.get(i), weights);
        picks.add(new Pick(id, score, reasons(rows.get(i), weights, features)));
      }
    }
    picks.sort(Comparator.comparingDouble(Pick::score).reversed().thenComparingLong(Pick::id));
    List<Word> words =
        IntStream.range(0, features.size())
            .boxed()
            .filter(feature -> weights[feature] != 0)
            .sorted(
                Comparator.<Integer>comparingDouble(feature -> -Math.abs(weights[feature]))
                    .thenComparingInt(feature -> feature))
            .limit(WORDS)
            .map(feature -> new Word(features.name(feature), weights[feature]))
            .toList();
    return new Picks(picks, words);
  }

  /** A row without some features; what is left counts as before. */
  private static Row without(Row row, Set<Integer> muted) {
    if (muted.isEmpty()) {
      return row;
    }
    int[] left =
        IntStream.range(0, row.features().length)
            .filter(i -> !muted.contains(row.features()[i]))
            .toArray();
    return new Row(
        Arrays.stream(left).map(i -> row.features()[i]).toArray(),
        Arrays.stream(left).mapToDouble(i -> row.values()[i]).toArray());
  }

  private static List<String> reasons(Row row, double[] weights, TextFeatures features) {
    return IntStream.range(0, row.features().length)
        .boxed()
        .filter(i -> row.features()[i] < features.size() && weights[row.features()[i]] > 0)
        .sorted(Comparator.comparingDouble(i -> -row.values()[i] * weights[row.features()[i]]))
        .limit(REASONS)
        .map(i -> features.name(row.features()[i]))
        .toList();
  }

  /** How the values of several tags become one. */
  public enum Combination {
    /** The best of them: like any of the tags. */
    ANY,
    /** The least of them: like all of the tags. */
    ALL
  }

  /**
   * Picks for several tags together. A paper that is a positive or a negative of one of them is
   * left out.
   *
   * @param wanted at least one
   * @param unwanted papers with a positive value for one of these are left out, and their positives
   * @param basis what they are told apart by
   */
  public List<Pick> combined(
      List<Taste> wanted, Combination combination, List<Taste> unwanted, Basis basis) {
    Map<Long, Pick> left = new HashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      Map<Long, Pick> next = new HashMap<>();
      of(wanted.get(i), basis).picks().forEach(pick -> next.put(pick.id(), pick));
      if (i == 0) {
        left.putAll(next);
        continue;
      }
      left.keySet().retainAll(next.keySet());
      left.replaceAll(
          (id, pick) -> {
            boolean better = next.get(id).score() > pick.score();
            return better == (combination == Combination.ANY) ? next.get(id) : pick;
          });
    }
    for (Taste taste : unwanted) {
      Map<Long, Double> scores = of(taste, basis).scores();
      left.keySet().removeIf(id -> scores.getOrDefault(id, 1.0) > 0);
    }
    return left.values().stream()
        .sorted(Comparator.comparingDouble(Pick::score).reversed().thenComparingLong(Pick::id))
        .toList();
  }
}
