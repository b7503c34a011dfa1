package dev.melange.papers.hardnegativemixing;

import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.Arrays;

/**
 * Which hard negatives {@link Mochi} mixes, and how. Negatives are named by their rank in the
 * query's own list of hardest ones, 0 the hardest, not by their column in the queue.
 *
 * @param pairFirst first partner of the points between negatives, int64 [B, s]; null if s is 0
 * @param pairSecond second partner, int64 [B, s]; null if s is 0
 * @param alpha share of the first [B, s]; null if s is 0
 * @param hardWithQuery partner of the query, int64 [B, s']; null if s' is 0
 * @param beta share of the query [B, s']; null if s' is 0
 */
public record MixingPoints(
    Tensor pairFirst, Tensor pairSecond, Tensor alpha, Tensor hardWithQuery, Tensor beta) {
  private static final double GREATEST_BETA = 0.5;

  /**
   * Draws points as the paper does, all independently: ranks uniformly, alpha from 0 to 1, beta
   * from 0 to 0.5.
   *
   * @param batch number of queries
   */
  public static MixingPoints draw(Mochi.Config config, int batch, Rng rng) {
    int s = config.s();
    int sPrime = config.s_prime();
    Tensor first = s == 0 ? null : ranks(config.n_hard(), batch, s, rng);
    Tensor second = s == 0 ? null : ranks(config.n_hard(), batch, s, rng);
    Tensor alpha = s == 0 ? null : rng.uniform(batch, s);
    Tensor hard = sPrime == 0 ? null : ranks(config.n_hard(), batch, sPrime, rng);
    Tensor beta = sPrime == 0 ? null : rng.uniform(batch, sPrime).mul(GREATEST_BETA);
    return new MixingPoints(first, second, alpha, hard, beta);
  }

  /** The batch with these points, so that they are cut into parts with it. */
  TensorBatch into(TensorBatch batch, Device device) {
    TensorBatch all = batch;
    all = with(all, "pair_i", pairFirst, device);
    all = with(all, "pair_j", pairSecond, device);
    all = with(all, "alpha", alpha, device);
    all = with(all, "hard_j", hardWithQuery, device);
    return with(all, "beta", beta, device);
  }

  private static TensorBatch with(TensorBatch batch, String name, Tensor points, Device device) {
    return points == null ? batch : batch.with(name, points.to(device));
  }

  /** The points of a batch, or of a part of it. */
  static MixingPoints of(TensorBatch batch) {
    return new MixingPoints(
        optional(batch, "pair_i"),
        optional(batch, "pair_j"),
        optional(batch, "alpha"),
        optional(batch, "hard_j"),
        optional(batch, "beta"));
  }

  private static Tensor optional(TensorBatch batch, String name) {
    return batch.has(name) ? batch.get(name) : null;
  }

  private static Tensor ranks(int n, int batch, int points, Rng rng) {
    long[] ranks = rng.ints((long) batch * points, 0, n).asLongStream().toArray();
    return Tensor.of(ranks, batch, points);
  }

  /** Refuses missing tensors, other shapes, and ranks outside of the list. */
  void check(Mochi.Config config, long batch) {
    if (config.s() > 0) {
      checkRanks("pair_i", pairFirst, batch, config.s(), config.n_hard());
      checkRanks("pair_j", pairSecond, batch, config.s(), config.n_hard());
      checkShape("alpha", alpha, batch, config.s());
    }
    if (config.s_prime() > 0) {
      checkRanks("hard_j", hardWithQuery, batch, config.s_prime(), config.n_hard());
      checkShape("beta", beta, batch, config.s_prime());
    }
  }

  private static void checkRanks(String name, Tensor ranks, long batch, long points, int n) {
    checkShape(name, ranks, batch, points);
    if (ranks.dtype() != DType.I64) {
      throw new IllegalArgumentException("%s is int64, got %s".formatted(name, ranks.dtype()));
    }
    if (batch > 0 && (ranks.min().item() < 0 || ranks.max().item() >= n)) {
      throw new IllegalArgumentException(
          "%s holds ranks among the hardest negatives, 0 to %d, got %s to %s"
              .formatted(name, n - 1, (long) ranks.min().item(), (long) ranks.max().item()));
    }
  }

  private static void checkShape(String name, Tensor tensor, long batch, long points) {
    if (tensor == null) {
      throw new IllegalArgumentException(
          "mochi with these settings needs %s [%d, %d]".formatted(name, batch, points));
    }
    if (!Arrays.equals(tensor.shape(), new long[] {batch, points})) {
      throw new IllegalArgumentException(
          "%s is expected to be [%d, %d], got %s"
              .formatted(name, batch, points, Arrays.toString(tensor.shape())));
    }
  }
}
