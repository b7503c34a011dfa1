package dev.melange.metric;

import java.util.Arrays;
import java.util.Random;

/** Random test input; prints its seed so that a failure can be repeated. */
final class RandomData {
  private final Random random;

  RandomData(long seed) {
    System.out.println("random seed " + seed);
    random = new Random(seed);
  }

  /** With a fresh seed. */
  RandomData() {
    this(System.nanoTime());
  }

  double[] normal(int n) {
    double[] values = new double[n];
    Arrays.setAll(values, i -> random.nextGaussian());
    return values;
  }

  /** Whole values below {@code bound}: ties are frequent. */
  double[] whole(int n, int bound) {
    double[] values = new double[n];
    Arrays.setAll(values, i -> random.nextInt(bound));
    return values;
  }

  long[] classes(int n, int classes) {
    return random.longs(n, 0, classes).toArray();
  }

  /** Binary labels with both classes present. */
  double[] labels(int n) {
    double[] labels = whole(n, 2);
    labels[0] = 0;
    labels[1] = 1;
    return labels;
  }
}
