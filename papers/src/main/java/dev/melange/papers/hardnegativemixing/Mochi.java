package dev.melange.papers.hardnegativemixing;

import dev.melange.component.Default;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The objective of MoCHi: MoCo's, with harder negatives made for each query on the fly. Of its
 * {@code n_hard} most similar negatives H, s points mix two ({@code alpha H_i + (1 - alpha) H_j}),
 * and s' points mix the query with one ({@code beta q + (1 - beta) H_j}, beta below a half); all
 * are brought back to unit length. Which points are mixed how is drawn by {@link MixingPoints}.
 */
public final class Mochi {
  /**
   * Settings: MoCHi (n_hard, s, s_prime) in the paper's notation.
   *
   * @param temperature what similarities are divided by
   * @param n_hard how many of the most similar negatives are mixed
   * @param s points between two negatives, per query
   * @param s_prime points between the query and a negative, per query
   * @param detach_query whether the query inside the s' points is a constant
   * @param oracle whether negatives of the query's own class are left out of everything
   */
  public record Config(
      @Default("0.2") double temperature,
      @Default("1024") int n_hard,
      @Default("1024") int s,
      @Default("128") int s_prime,
      @Default("true") boolean detach_query,
      @Default("false") boolean oracle) {
    /** Refuses negative numbers, and points to mix from no negatives. */
    public Config {
      Moco.requireTemperature(temperature);
      if (n_hard < 0 || s < 0 || s_prime < 0 || (n_hard == 0 && s + s_prime > 0)) {
        throw new IllegalArgumentException(
            "mochi expects s and s_prime of 0 or more, and n_hard of 1 or more to mix them from, got n_hard %d, s %d, s_prime %d"
                .formatted(n_hard, s, s_prime));
      }
    }
  }

  /**
   * The objective for a batch.
   *
   * @param loss mean cross entropy over all negatives, a scalar
   * @param synthetic the mixed points of unit length [B, s + s', D], the s first
   * @param hardIndex columns of the queue, most similar first, int64 [B, n_hard]
   * @param logitsSynthetic the mixed points' logits [B, s + s']
   * @param proxyAccuracy share of queries whose own key is more similar than all negatives
   * @param proxyAccuracyReal the same without the mixed points
   */
  public record Result(
      Tensor loss,
      Tensor synthetic,
      Tensor hardIndex,
      Tensor logitsSynthetic,
      double proxyAccuracy,
      double proxyAccuracyReal) {}

  private Mochi() {}

  /**
   * Computes the objective.
   *
   * @param q queries [B, D], of any length
   * @param k keys of the other views of the same images [B, D], of any length
   * @param queue negatives as columns of unit length [D, K]
   * @param points what is mixed
   * @param labels the queries' classes [B]; only read by the oracle, which needs them
   * @param queueLabels the negatives' classes [K]; only read by the oracle, which needs them
   * @throws IllegalArgumentException if shapes do not fit together, or a query has fewer than
   *     n_hard negatives
   */
  public static Result of(
      Config config,
      Tensor q,
      Tensor k,
      Tensor queue,
      MixingPoints points,
      Tensor labels,
      Tensor queueLabels) {
    Contrast contrast = new Contrast(q, k, queue);
    points.check(config, q.size(0));
    Tensor similar = contrast.negative(); // [B, K]
    if (config.oracle) {
      similar = withoutFalseNegatives(similar, labels, queueLabels);
    }
    Tensor hard = hardest(config, similar.detach()); // [B, N]
    Tensor synthetic = mix(config, contrast, hard, points); // [B, s + s', D]
    Tensor virtual = synthetic.matmul(contrast.query().unsqueeze(2)).squeeze(2); // [B, s + s']
    Tensor real = Tensor.cat(1, contrast.positive(), similar).div(config.temperature);
    Tensor logitsSynthetic = virtual.div(config.temperature);
    Tensor logits = Tensor.cat(1, real, logitsSynthetic);
    return new Result(
        Contrast.loss(logits),
        synthetic,
        hard,
        logitsSynthetic,
        Contrast.accuracy(logits),
        Contrast.accuracy(real));
  }

  private static Tensor withoutFalseNegatives(Tensor similar, Tensor labels, Tensor queueLabels) {
    if (labels == null || queueLabels == null) {
      throw new IllegalArgumentException(
          "the oracle needs the classes of queries and queue: give labels [B] and queue_labels [K]");
    }
    if (labels.dim() != 1
        || labels.size(0) != similar.size(0)
        || queueLabels.dim() != 1
        || queueLabels.size(0) != similar.size(1)) {
      throw new IllegalArgumentException(
          "expected labels [%d] and queue_labels [%d], got %s and %s"
              .formatted(
                  similar.size(0),
                  similar.size(1),
                  Arrays.toString(labels.shape()),
                  Arrays.toString(queueLabels.shape())));
    }
    Tensor same = labels.unsqueeze(1).eq(queueLabels.unsqueeze(0)); // [B, K]
    return similar.maskedFill(same, Double.NEGATIVE_INFINITY);
  }

  /** Columns of the most similar negatives; of equals, the lowest column comes first. */
  private static Tensor hardest(Config config, Tensor similar) {
    int n = config.n_hard;
    if (n > similar.size(1)) {
      throw new IllegalArgumentException(
          "n_hard is %d, but the queue has only %d negatives".formatted(n, similar.size(1)));
    }
    if (n == 0) {
      return Tensor.zeros(DType.I64, similar.device(), similar.size(0), 0);
    }
    Tensor.Indexed sorted = similar.sort(1, true);
    Tensor left = sorted.values().narrow(1, 0, n);
    if (config.oracle && left.eq(Double.NEGATIVE_INFINITY).any().item() != 0) {
      throw new IllegalArgumentException(
          "n_hard is %d, but a query has fewer negatives of other classes in the queue of %d; lower n_hard or use a longer queue"
              .formatted(n, similar.size(1)));
    }
    return sorted.indices().narrow(1, 0, n);
  }

  private static Tensor mix(Config config, Contrast contrast, Tensor hard, MixingPoints points) {
    Tensor candidates = contrast.queue().t(); // [K, D]
    Tensor query = contrast.query();
    Tensor mixed = query.newZeros(query.size(0), 0, query.size(1));
    if (config.s > 0) {
      Tensor first = negatives(candidates, hard, points.pairFirst());
      Tensor second = negatives(candidates, hard, points.pairSecond());
      Tensor share = points.alpha().to(query.dtype()).detach().unsqueeze(2);
      mixed = UnitVectors.of(first.mul(share).add(second.mul(share.rsub(1))));
    }
    if (config.s_prime > 0) {
      Tensor own = (config.detach_query ? query.detach() : query).unsqueeze(1);
      Tensor negative = negatives(candidates, hard, points.hardWithQuery());
      Tensor share = points.beta().to(query.dtype()).detach().unsqueeze(2);
      Tensor toQuery = UnitVectors.of(own.mul(share).add(negative.mul(share.rsub(1))));
      mixed = config.s > 0 ? Tensor.cat(1, mixed, toQuery) : toQuery;
    }
    return mixed;
  }

  /** The vectors [B, n, D] at ranks [B, n] of each query's own list. */
  private static Tensor negatives(Tensor candidates, Tensor hard, Tensor ranks) {
    Tensor columns = hard.gather(1, ranks);
    return candidates
        .indexSelect(0, columns.flatten(0, 1))
        .reshape(ranks.size(0), ranks.size(1), candidates.size(1));
  }
}
