package dev.melange.metric;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Ranking metrics averaged over groups (users, sessions, queries), as click models report them.
 *
 * <p>Definitions of FinalMLP's evaluation (FuxiCTR). Within a group items are ranked by falling
 * score, equal scores by the reverse of their order of appearance.
 */
public final class GroupedRanking {
  // Keeps a group without positives at 0 instead of 0/0; part of the definition.
  private static final double EPS = 1e-12;

  private final List<Group> groups;

  private record Group(double[] labels, double[] scores) {
    boolean hasBothClasses() {
      double positives = positives();
      return positives > 0 && positives < labels.length;
    }

    double positives() {
      double sum = 0;
      for (double label : labels) {
        sum += label;
      }
      return sum;
    }
  }

  private GroupedRanking(List<Group> groups) {
    this.groups = groups;
  }

  /**
   * Sorts samples into groups.
   *
   * @param labels 0 or 1
   * @param scores finite, higher is more likely 1
   * @param groups group id per sample, any values in any order
   */
  public static GroupedRanking of(double[] labels, double[] scores, long[] groups) {
    Checks.pair("labels", labels, "scores", scores);
    Checks.binary("labels", labels);
    Checks.sameLength("labels", labels.length, "groups", groups.length);
    Map<Long, List<Integer>> members = new LinkedHashMap<>();
    for (int i = 0; i < groups.length; i++) {
      members.computeIfAbsent(groups[i], id -> new ArrayList<>()).add(i);
    }
    List<Group> result = new ArrayList<>();
    for (List<Integer> rows : members.values()) {
      result.add(
          new Group(
              rows.stream().mapToDouble(row -> labels[row]).toArray(),
              rows.stream().mapToDouble(row -> scores[row]).toArray()));
    }
    return new GroupedRanking(result);
  }

  /** Number of groups. */
  public int groups() {
    return groups.size();
  }

  /**
   * gAUC: mean of the groups' AUC weighted by their sizes, over the groups with both classes.
   *
   * @throws IllegalArgumentException if no group has both classes
   */
  public double gAuc() {
    return meanAuc(group -> group.labels.length);
  }

  /**
   * avgAUC: unweighted mean of the groups' AUC, over the groups with both classes.
   *
   * @throws IllegalArgumentException if no group has both classes
   */
  public double avgAuc() {
    return meanAuc(group -> 1);
  }

  /**
   * MRR: per group the sum of 1/rank of the positives over (their number + 1e-12), averaged over
   * all groups; a group without positives counts 0.
   */
  public double mrr() {
    return mean(
        group -> {
          int[] order = Correlation.ascending(group.scores);
          double sum = 0;
          for (int rank = 1; rank <= order.length; rank++) {
            sum += group.labels[order[order.length - rank]] / rank;
          }
          return sum / (group.positives() + EPS);
        });
  }

  /**
   * NDCG@k: per group the discounted gain sum (2^y - 1) / log2(rank + 1) of the first k over that
   * of the ideal order + 1e-12, averaged over all groups; a group without positives counts 0.
   *
   * @param k at least 1
   */
  public double ndcg(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k is " + k + ", expected at least 1");
    }
    return mean(
        group -> gain(group.labels, group.scores, k) / (gain(group.labels, group.labels, k) + EPS));
  }

  private static double gain(double[] labels, double[] by, int k) {
    int[] order = Correlation.ascending(by);
    double sum = 0;
    for (int rank = 1; rank <= Math.min(k, order.length); rank++) {
      double label = labels[order[order.length - rank]];
      sum += (Math.pow(2, label) - 1) * Math.log(2) / Math.log(rank + 1);
    }
    return sum;
  }

  private double mean(ToDoubleFunction<Group> metric) {
    return groups.stream().mapToDouble(metric).average().orElseThrow();
  }

  private double meanAuc(ToDoubleFunction<Group> weight) {
    double sum = 0;
    double weights = 0;
    for (Group group : groups) {
      if (group.hasBothClasses()) {
        sum += weight.applyAsDouble(group) * BinaryRanking.auc(group.labels, group.scores);
        weights += weight.applyAsDouble(group);
      }
    }
    if (weights == 0) {
      throw new IllegalArgumentException(
          "none of the " + groups.size() + " groups has both classes; grouped AUC is undefined");
    }
    return sum / weights;
  }
}
