package dev.melange.metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The points that no other one dominates: none has at most their cost and at least their gain, but
 * for points that are equal in both, of which the first stays.
 *
 * @param cost costs of the front's points, rising
 * @param gain their gains, rising
 * @param indices their places among the points given
 */
public record ParetoFront(double[] cost, double[] gain, int[] indices) {
  /** Copies the arrays. */
  public ParetoFront {
    cost = cost.clone();
    gain = gain.clone();
    indices = indices.clone();
  }

  @Override
  public double[] cost() {
    return cost.clone();
  }

  @Override
  public double[] gain() {
    return gain.clone();
  }

  @Override
  public int[] indices() {
    return indices.clone();
  }

  /**
   * The front of some points.
   *
   * @param cost of each point; small is good
   * @param gain of each point; large is good
   * @throws IllegalArgumentException if the numbers of costs and gains differ or one is NaN
   */
  public static ParetoFront of(double[] cost, double[] gain) {
    if (cost.length != gain.length) {
      throw new IllegalArgumentException(
          "each point needs a cost and a gain, got %d costs and %d gains"
              .formatted(cost.length, gain.length));
    }
    for (int i = 0; i < cost.length; i++) {
      if (Double.isNaN(cost[i]) || Double.isNaN(gain[i])) {
        throw new IllegalArgumentException(
            "point %d has cost %s and gain %s, expected numbers".formatted(i, cost[i], gain[i]));
      }
    }
    List<Integer> order =
        IntStream.range(0, cost.length)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(i -> cost[i])
                    .thenComparing(Comparator.<Integer>comparingDouble(i -> gain[i]).reversed()))
            .toList();
    List<Integer> front = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (int i : order) {
      if (gain[i] > best || front.isEmpty()) {
        front.add(i);
        best = gain[i];
      }
    }
    int[] indices = front.stream().mapToInt(Integer::intValue).toArray();
    return new ParetoFront(
        IntStream.of(indices).mapToDouble(i -> cost[i]).toArray(),
        IntStream.of(indices).mapToDouble(i -> gain[i]).toArray(),
        indices);
  }

  /** The best gain that a budget buys; empty if nothing is so cheap. */
  public OptionalDouble within(double budget) {
    return IntStream.range(0, cost.length)
        .filter(i -> cost[i] <= budget)
        .mapToDouble(i -> gain[i])
        .max();
  }
}
