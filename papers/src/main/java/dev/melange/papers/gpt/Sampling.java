package dev.melange.papers.gpt;

import dev.melange.tensor.Rng;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How the next token is drawn from logits.
 *
 * @param temperature divides the logits; 0 takes the likeliest token
 * @param topK keep the k likeliest tokens, 0 for all
 * @param topP keep the likeliest tokens up to the first that crosses this probability, 1 for all
 * @param frequencyPenalty subtracted from a token's logit for each time it occurred
 */
public record Sampling(double temperature, int topK, double topP, double frequencyPenalty) {
  /** Checks the ranges. */
  public Sampling {
    if (!(temperature >= 0)
        || topK < 0
        || !(topP > 0 && topP <= 1)
        || !Double.isFinite(frequencyPenalty)) {
      throw new IllegalArgumentException(
          "sampling needs temperature >= 0, top-k >= 0, 0 < top-p <= 1 and a finite penalty, got %s, %d, %s, %s"
              .formatted(temperature, topK, topP, frequencyPenalty));
    }
  }

  /** The likeliest token, always. */
  public static Sampling greedy() {
    return new Sampling(0, 0, 1, 0);
  }

  /** Draws from the whole distribution at a temperature. */
  public static Sampling temperature(double temperature) {
    return new Sampling(temperature, 0, 1, 0);
  }

  /** The next token after a text, given its logits. */
  long sample(double[] logits, long[] text, Rng rng) {
    double[] z = logits.clone();
    if (temperature > 0) {
      Arrays.setAll(z, i -> z[i] / temperature);
    }
    if (frequencyPenalty != 0) {
      for (long token : text) {
        z[(int) token] -= frequencyPenalty;
      }
    }
    int[] order =
        IntStream.range(0, z.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -z[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    if (temperature == 0) {
      return order[0];
    }
    int kept = z.length;
    if (topK > 0 && topK < kept) {
      kept = topK;
      while (kept < z.length && z[order[kept]] == z[order[topK - 1]]) {
        kept++; // ties with the k-th stay
      }
    }
    double[] p = new double[kept];
    Arrays.setAll(p, i -> Math.exp(z[order[i]] - z[order[0]]));
    double total = Arrays.stream(p).sum();
    double before = 0;
    int end = 0;
    while (end < kept && before <= topP * total) {
      before += p[end++];
    }
    double draw = rng.nextDouble() * before;
    for (int i = 0; i < end; i++) {
      draw -= p[i];
      if (draw < 0) {
        return order[i];
      }
    }
    return order[end - 1];
  }
}
