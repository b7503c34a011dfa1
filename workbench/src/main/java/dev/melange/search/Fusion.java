package dev.melange.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins rankings by reciprocal ranks: score(d) = sum_r 1 / (60 + rank_r(d)), ranks from 1, nothing
 * for a ranking in which a paper is missing (Cormack, Clarke, Buettcher 2009).
 */
final class Fusion {
  private static final double K = 60;

  private Fusion() {}

  /** A paper and its score. */
  record Scored(long id, double score) {}

  /** Papers by descending joint score; equal ones by id. */
  static List<Scored> reciprocalRanks(List<List<Long>> rankings) {
    Map<Long, Double> scores = new HashMap<>();
    for (List<Long> ranking : rankings) {
      for (int i = 0; i < ranking.size(); i++) {
        scores.merge(ranking.get(i), 1 / (K + i + 1), Double::sum);
      }
    }
    List<Scored> fused = new ArrayList<>();
    scores.forEach((id, score) -> fused.add(new Scored(id, score)));
    fused.sort(Comparator.comparingDouble(Scored::score).reversed().thenComparingLong(Scored::id));
    return fused;
  }
}
