package dev.melange.nn;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Multi-head self-attention over tokens [B, N, C]: {@code softmax(q k^T / sqrt(d)) v}, heads
 * joined, {@code proj}. Names {@code qkv} and {@code proj} as in timm.
 */
public final class Attention extends UnaryLayer {
  private final int heads;
  private final Linear qkv; // C -> 3C, rows ordered q, k, v and heads within
  private final Linear proj;
  private final Dropout attentionDrop;
  private final Dropout projectionDrop;

  /**
   * Attention over {@code dim} features.
   *
   * @param heads divides dim
   * @param qkvBias whether the q, k, v projections have a bias
   */
  public Attention(
      int dim, int heads, boolean qkvBias, double attentionDrop, double projectionDrop, Rng rng) {
    if (heads < 1 || dim % heads != 0) {
      throw new IllegalArgumentException(
          "attention: %d features cannot be split into %d heads".formatted(dim, heads));
    }
    this.heads = heads;
    this.qkv = child("qkv", new Linear(dim, 3L * dim, qkvBias, rng));
    this.proj = child("proj", new Linear(dim, dim, rng));
    this.attentionDrop = child("attn_drop", new Dropout(attentionDrop));
    this.projectionDrop = child("proj_drop", new Dropout(projectionDrop));
  }

  @Override
  public Tensor forward(Tensor x) {
    long b = x.size(0);
    long n = x.size(1);
    long c = x.size(2);
    long d = c / heads;
    // [B, N, 3C] -> [3, B, heads, N, d]
    Tensor[] parts = qkv.forward(x).reshape(b, n, 3, heads, d).permute(2, 0, 3, 1, 4).unbind(0);
    Tensor q = parts[0].mul(1 / Math.sqrt((double) d));
    Tensor pattern = attentionDrop.forward(q.matmul(parts[1].t()).softmax(-1)); // [B, heads, N, N]
    Tensor z = pattern.matmul(parts[2]).transpose(1, 2).reshape(b, n, c);
    return projectionDrop.forward(proj.forward(z));
  }
}
