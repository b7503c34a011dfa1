package dev.melange.papers.maxformer;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Token query-key attention, of the QKFormer baseline: the queries of a head, summed over its
 * channels, fire or not, and let the keys of a position pass or not. [T, B, C, H, W] to the same
 * shape.
 */
final class QueryKeyAttention extends UnaryLayer {
  private final int heads;
  private final UnaryLayer projLif;
  private final Projection q;
  private final Projection k;
  private final UnaryLayer attnLif;
  private final Projection proj;

  QueryKeyAttention(int dim, int heads, Neurons neurons, Rng rng) {
    this.heads = heads;
    projLif = child("proj_lif", neurons.make());
    q = new Projection(this::child, "q", dim, false, neurons, rng);
    k = new Projection(this::child, "k", dim, false, neurons, rng);
    attnLif = child("attn_lif", neurons.make(Projection.HALF));
    proj = new Projection(this::child, "proj", dim, true, null, rng);
  }

  @Override
  public Tensor forward(Tensor x) {
    return scoped(
        () -> {
          Tensor s = projLif.forward(x);
          long[] split = {x.size(0), x.size(1), heads, x.size(2) / heads, x.size(3) * x.size(4)};
          Tensor queries = q.apply(s).reshape(split);
          Tensor gate = attnLif.forward(queries.sumKeep(3)); // [T, B, heads, 1, N]
          Tensor passed = k.apply(s).reshape(split).mul(gate);
          return proj.apply(passed.reshape(x.shape())).add(x);
        });
  }
}
