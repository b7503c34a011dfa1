package dev.melange.papers.maxformer;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.nn.spiking.Steps;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Spiking self-attention without softmax: queries, keys and values are spikes, {@code q (k^T v)
 * 0.125} per head becomes spikes again and is projected; [T, B, C, H, W] to the same shape. The
 * scale is 0.125 whatever the width of a head.
 */
final class SpikingAttention extends UnaryLayer {
  private static final double SCALE = 0.125;

  private final int heads;
  private final UnaryLayer xLif;
  private final Projection q;
  private final Projection k;
  private final Projection v;
  private final UnaryLayer attnLif;
  private final Projection proj;
  private final UnaryLayer dwcLif; // null without a depthwise convolution at the end
  private final Conv2d dwc;
  private final BatchNorm dwcNorm;

  SpikingAttention(int dim, int heads, boolean depthwise, Neurons neurons, Rng rng) {
    this.heads = heads;
    xLif = child("x_lif", neurons.make());
    q = new Projection(this::child, "q", dim, false, neurons, rng);
    k = new Projection(this::child, "k", dim, false, neurons, rng);
    v = new Projection(this::child, "v", dim, false, neurons, rng);
    attnLif = child("attn_lif", neurons.make(Projection.HALF));
    proj = new Projection(this::child, "proj", dim, true, null, rng);
    dwcLif = depthwise ? child("dwc_neuron", neurons.make()) : null;
    dwc = depthwise ? child("dwc", SpikingMixer.depthwise(dim, 5, rng)) : null;
    dwcNorm = depthwise ? child("dwc_bn", new BatchNorm(dim)) : null;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor attended = scoped(() -> proj.apply(attnLif.forward(attend(xLif.forward(x)))));
    if (dwc == null) {
      return attended.add(x);
    }
    return scoped(
        () -> Steps.apply(s -> dwcNorm.forward(dwc.forward(s)), dwcLif.forward(attended)).add(x));
  }

  /** q (k^T v), with the positions last: each head is [d, N], so this is (v k^T) q. */
  private Tensor attend(Tensor s) {
    Tensor keys = heads(k.apply(s));
    Tensor values = heads(v.apply(s));
    Tensor queries = heads(q.apply(s));
    Tensor weights = values.matmul(keys.transpose(-1, -2)); // [T, B, heads, d, d]
    return weights.matmul(queries).mul(SCALE).reshape(s.shape());
  }

  /** [T, B, C, H, W] to [T, B, heads, d, N]. */
  private Tensor heads(Tensor x) {
    return x.reshape(x.size(0), x.size(1), heads, x.size(2) / heads, x.size(3) * x.size(4));
  }
}
