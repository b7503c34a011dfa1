package dev.melange.search;

import dev.melange.search.Ranker.Ranked;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.util.VectorUtil;

/**
 * Papers like a paper: near in meaning, but not all alike among themselves (maximal marginal
 * relevance with lambda 0.7).
 */
final class Neighbours {
  private static final double LAMBDA = 0.7;
  private static final double FLOOR = 0.35;
  private static final int CANDIDATES = 50;
  private static final int WORDS = 5;
  private static final Pattern NUMBER = Pattern.compile("[\\d.,]+");

  private final IndexSearcher searcher;
  private final Ranker ranker;

  Neighbours(IndexSearcher searcher) {
    this.searcher = searcher;
    this.ranker = new Ranker(searcher);
  }

  /** The neighbours of a paper, best first; none if it has no vector yet. */
  List<Ranked> of(long id, int most) throws IOException {
    TopDocs self = searcher.search(LongPoint.newExactQuery(PaperIndex.ID, id), 1);
    float[] vector = self.scoreDocs.length == 0 ? null : ranker.vector(self.scoreDocs[0].doc);
    if (vector == null) {
      return List.of();
    }
    return diverse(near(vector, id), most);
  }

  /** The papers nearest to a text's vector. */
  List<Ranked> of(float[] vector, int most) throws IOException {
    return diverse(near(vector, -1), most);
  }

  /** Without one of them, which is its own nearest: to leave it out afterwards costs nothing. */
  private List<Ranked> near(float[] vector, long but) throws IOException {
    return ranker.byMeaning(vector, null, CANDIDATES + 1).stream()
        .filter(hit -> hit.id() != but && hit.score() >= FLOOR)
        .limit(CANDIDATES)
        .toList();
  }

  private List<Ranked> diverse(List<Ranked> near, int most) throws IOException {
    Map<Long, float[]> vectors = new HashMap<>();
    for (Ranked hit : near) {
      vectors.put(hit.id(), ranker.vector(hit.doc()));
    }
    List<Ranked> left = new ArrayList<>(near);
    List<Ranked> chosen = new ArrayList<>();
    while (!left.isEmpty() && chosen.size() < most) {
      Ranked next =
          left.stream()
              .max(Comparator.comparingDouble(hit -> value(hit, chosen, vectors)))
              .orElseThrow();
      chosen.add(next);
      left.remove(next);
    }
    return chosen;
  }

  private static double value(Ranked hit, List<Ranked> chosen, Map<Long, float[]> vectors) {
    double nearest = 0;
    for (Ranked other : chosen) {
      nearest =
          Math.max(nearest, VectorUtil.dotProduct(vectors.get(hit.id()), vectors.get(other.id())));
    }
    return LAMBDA * hit.score() - (1 - LAMBDA) * nearest;
  }

  /** The words two texts share, those first whose product of tf-idf values is highest. */
  List<String> shared(String a, String b) throws IOException {
    Map<String, Long> inB =
        Analyzers.terms(Analyzers.STEMS, b).stream()
            .collect(Collectors.groupingBy(term -> term, Collectors.counting()));
    Map<String, Double> weights = new HashMap<>();
    Map<String, String> surfaces = new HashMap<>();
    Map<String, Integer> inA = new HashMap<>();
    for (Analyzers.Token token : Analyzers.tokens(Analyzers.STEMS, a)) {
      inA.merge(token.term(), 1, Integer::sum);
      surfaces.putIfAbsent(token.term(), a.substring(token.start(), token.end()));
    }
    int papers = searcher.getIndexReader().numDocs();
    for (Map.Entry<String, Integer> term : inA.entrySet()) {
      Long times = inB.get(term.getKey());
      // A single letter or number explains nothing.
      if (times != null && term.getKey().length() > 1 && !NUMBER.matcher(term.getKey()).matches()) {
        int frequency =
            searcher.getIndexReader().docFreq(new Term(PaperIndex.ABSTRACT, term.getKey()));
        double idf = Math.log((papers + 1.0) / (frequency + 1.0));
        weights.put(
            term.getKey(), (1 + Math.log(term.getValue())) * (1 + Math.log(times)) * idf * idf);
      }
    }
    Set<String> taken = new HashSet<>();
    return weights.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(entry -> surfaces.get(entry.getKey()))
        .filter(taken::add)
        .limit(WORDS)
        .toList();
  }
}
