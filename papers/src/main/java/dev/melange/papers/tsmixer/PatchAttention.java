package dev.melange.papers.tsmixer;

import dev.melange.nn.Dropout;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Multi-head attention over the patches of each channel, [B, C, N, D] to the same. */
final class PatchAttention extends UnaryLayer {
  private final int heads;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear out;
  private final Dropout drop;

  PatchAttention(TsMixerConfig config, Rng rng) {
    int dim = config.d_model();
    heads = config.self_attn_heads();
    key = child("k_proj", TsInit.linear(dim, dim, rng));
    value = child("v_proj", TsInit.linear(dim, dim, rng));
    query = child("q_proj", TsInit.linear(dim, dim, rng));
    out = child("out_proj", TsInit.linear(dim, dim, rng));
    drop = child("drop", new Dropout(config.dropout()));
  }

  @Override
  public Tensor forward(Tensor z) {
    long n = z.size(2);
    long dim = z.size(3);
    long channels = z.size(0) * z.size(1);
    Tensor q =
        split(query.forward(z), channels, n, dim).mul(Math.sqrt((double) heads / (double) dim));
    Tensor k = split(key.forward(z), channels, n, dim);
    Tensor v = split(value.forward(z), channels, n, dim);
    Tensor pattern = drop.forward(q.matmul(k.transpose(2, 3)).softmax(-1));
    Tensor y = pattern.matmul(v).transpose(1, 2).reshape(z.shape());
    return out.forward(y);
  }

  private Tensor split(Tensor x, long channels, long n, long dim) {
    return x.reshape(channels, n, heads, dim / heads).transpose(1, 2); // [BC, heads, N, d]
  }
}
