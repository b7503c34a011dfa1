package dev.melange.metric;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two methods compared run by run: run i of both shares its seed (and data split), so what the seed
 * does to both cancels in the difference.
 *
 * @param differences first minus second, per run
 * @param summary mean, sd and range of the differences
 */
public record PairedDifference(List<Double> differences, Summary summary) {
  /** Copies the list. */
  public PairedDifference {
    differences = List.copyOf(differences);
  }

  /**
   * Differences first[i] - second[i].
   *
   * @param first one figure per seed
   * @param second the other method's, same seeds in the same order
   */
  public static PairedDifference of(double[] first, double[] second) {
    Checks.pair("first", first, "second", second);
    double[] differences =
        IntStream.range(0, first.length).mapToDouble(i -> first[i] - second[i]).toArray();
    return new PairedDifference(
        Arrays.stream(differences).boxed().toList(), Summary.of(differences));
  }

  /** Mean difference. */
  public double mean() {
    return summary.mean();
  }

  /** Standard deviation of the differences, divisor n - 1; NaN for one run. */
  public double sd() {
    return summary.sd();
  }

  /** In how many runs the first is strictly greater. */
  public int wins() {
    return (int) differences.stream().filter(d -> d > 0).count();
  }
}
