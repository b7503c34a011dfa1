package dev.melange.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.search.SearchRequest.Mode;
import dev.melange.store.PaperEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How well a search ranks: against a known order, and against judged queries. */
public final class SearchQuality {
  /** So many of the first places count. */
  public static final int PLACES = 10;

  private static final int MAX_GAIN = 10;

  private final PaperSearch search;

  /** Of a search that is ready. */
  public SearchQuality(PaperSearch search) {
    this.search = search;
  }

  /**
   * A ranking beside a known order.
   *
   * @param ranking {@code newest first}, {@code lexical}, {@code semantic} or {@code hybrid}
   * @param spearman rank correlation; papers that were not found share the places after the others
   * @param kendall tau-b
   * @param ndcg at {@value #PLACES}; gains 3 for the first five places of the order, 2 for the next
   *     five, 1 for the next ten
   * @param common how many of the order's first {@value #PLACES} are among the ranking's
   */
  public record Agreement(
      String ranking, double spearman, double kendall, double ndcg, int common) {}

  /**
   * A query and what should be found.
   *
   * @param query in the query language
   * @param gains by a paper's id or key in the catalogue; what is not named gains nothing
   */
  public record Judged(String query, Map<String, Integer> gains) {
    /** Refuses judgements without any gain. */
    public Judged {
      gains = Map.copyOf(gains);
      if (gains.values().stream().noneMatch(gain -> gain > 0)) {
        throw new IllegalArgumentException("the query '" + query + "' has no paper with a gain");
      }
    }
  }

  /** The normalised gain (nDCG at {@value #PLACES}) of a judged query, by mode. */
  public record Gain(String query, Map<Mode, Double> ndcg) {}

  /**
   * The judged queries that come with the library, about the 41 papers of the catalogue.
   *
   * @throws IllegalStateException if they are missing
   */
  public static List<Judged> bundled() throws IOException {
    try (InputStream in = SearchQuality.class.getResourceAsStream("judged-queries.json")) {
      if (in == null) {
        throw new IllegalStateException("judged-queries.json is missing from the library");
      }
      return judged(in.readAllBytes());
    }
  }

  /**
   * Reads judged queries: {@code {"queries": [{"query": "...", "judgements": {"ID": 3}}]}}.
   *
   * @throws IllegalArgumentException for another form
   */
  public static List<Judged> judged(byte[] json) throws IOException {
    JsonNode queries;
    try {
      queries = new ObjectMapper().readTree(json).path("queries");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    }
    if (!queries.isArray() || queries.isEmpty()) {
      throw new IllegalArgumentException(
          "expected {\"queries\": [{\"query\": \"...\", \"judgements\": {\"ID\": 3}}]}");
    }
    List<Judged> judged = new ArrayList<>();
    for (JsonNode one : queries) {
      JsonNode query = one.path("query");
      Map<String, Integer> gains = new HashMap<>();
      for (Map.Entry<String, JsonNode> gain : one.path("judgements").properties()) {
        int value = gain.getValue().isInt() ? gain.getValue().asInt() : -1;
        if (value < 0 || value > MAX_GAIN) {
          throw new IllegalArgumentException(
              "the gain of %s is %s, expected a whole number from 0 to %d"
                  .formatted(gain.getKey(), gain.getValue(), MAX_GAIN));
        }
        gains.put(gain.getKey(), value);
      }
      if (!query.isTextual()) {
        throw new IllegalArgumentException("a query is %s, expected a text".formatted(query));
      }
      judged.add(new Judged(query.asText(), gains));
    }
    return judged;
  }

  /**
   * Compares rankings with an order.
   *
   * @param query what both answer
   * @param order all papers that are ranked, best first
   * @throws IllegalArgumentException for fewer than two papers
   */
  public List<Agreement> against(String query, List<PaperEntry> order) throws IOException {
    List<Long> truth = order.stream().map(PaperEntry::id).toList();
    List<Agreement> rows = new ArrayList<>();
    rows.add(
        agreement(
            "newest first",
            truth,
            order.stream()
                .sorted(
                    Comparator.comparing(PaperEntry::published)
                        .reversed()
                        .thenComparingLong(PaperEntry::id))
                .map(PaperEntry::id)
                .toList()));
    Set<Long> known = new HashSet<>(truth);
    for (Mode mode : Mode.values()) {
      List<Long> found =
          search
              .find(new SearchRequest(query, mode, 2 * PaperSearch.RANKED, 0, null))
              .hits()
              .stream()
              .map(hit -> hit.paper().id())
              .filter(known::contains)
              .toList();
      rows.add(agreement(label(mode), truth, found));
    }
    return rows;
  }

  /** The name of a mode as users write it. */
  public static String label(Mode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }

  private static Agreement agreement(String name, List<Long> truth, List<Long> found) {
    int n = truth.size();
    Map<Long, Integer> places = new HashMap<>();
    for (int i = 0; i < found.size(); i++) {
      places.put(found.get(i), i);
    }
    double missing = (found.size() + n - 1) / 2.0;
    double[] ranks = new double[n];
    double[] ours = new double[n];
    int[] gains = new int[n];
    Map<Long, Integer> gain = new HashMap<>();
    for (int i = 0; i < n; i++) {
      ranks[i] = i;
      ours[i] = places.containsKey(truth.get(i)) ? places.get(truth.get(i)) : missing;
      gains[i] = i < 5 ? 3 : i < 10 ? 2 : i < 20 ? 1 : 0;
      gain.put(truth.get(i), gains[i]);
    }
    Set<Long> first = new HashSet<>(truth.subList(0, Math.min(PLACES, n)));
    return new Agreement(
        name,
        RankQuality.spearman(ranks, ours),
        RankQuality.kendall(ranks, ours),
        RankQuality.ndcg(found.stream().mapToInt(gain::get).toArray(), gains, PLACES),
        (int) found.stream().limit(PLACES).filter(first::contains).count());
  }

  /**
   * Measures every mode on judged queries.
   *
   * @param judged the queries
   * @param known the ids and keys of all papers of the store
   * @throws IllegalArgumentException if a judged paper is not in the store
   */
  public List<Gain> measure(List<Judged> judged, Set<String> known) throws IOException {
    List<Gain> gains = new ArrayList<>();
    for (Judged one : judged) {
      Set<String> unknown = new TreeSet<>(one.gains().keySet());
      unknown.removeAll(known);
      if (!unknown.isEmpty()) {
        throw new IllegalArgumentException(
            "the query '%s' judges %s, which the store does not have"
                .formatted(one.query(), String.join(", ", unknown)));
      }
      Map<Mode, Double> ndcg = new EnumMap<>(Mode.class);
      for (Mode mode : Mode.values()) {
        int[] found =
            search.find(new SearchRequest(one.query(), mode, PLACES, 0, null)).hits().stream()
                .mapToInt(hit -> gain(one, hit.paper()))
                .toArray();
        int[] all = one.gains().values().stream().mapToInt(Integer::intValue).toArray();
        ndcg.put(mode, RankQuality.ndcg(found, all, PLACES));
      }
      gains.add(new Gain(one.query(), ndcg));
    }
    return gains;
  }

  private static int gain(Judged judged, PaperEntry paper) {
    Integer byKey = paper.catalogueKey() == null ? null : judged.gains().get(paper.catalogueKey());
    return byKey != null ? byKey : judged.gains().getOrDefault(paper.publicId(), 0);
  }

  /** The mean over queries, by mode. */
  public static Map<Mode, Double> means(List<Gain> gains) {
    Map<Mode, Double> means = new LinkedHashMap<>();
    for (Mode mode : Mode.values()) {
      means.put(
          mode, gains.stream().mapToDouble(gain -> gain.ndcg().get(mode)).average().orElseThrow());
    }
    return means;
  }
}
