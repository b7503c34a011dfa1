package dev.melange.papers.tsmixer;

import dev.melange.nn.Attention;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.Dropout;
import dev.melange.nn.Init;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The study's rival: a transformer over the same patches of each channel (after Nie et al., 2023),
 * with learned positions, batch normalisation after each residual, and a linear head over all
 * patches. [B, T, C] to [B, H, C].
 */
final class PatchTransformer extends UnaryLayer {
  private static final double STD = 0.02;

  private static final class Block extends UnaryLayer {
    private final Attention attention;
    private final BatchNorm first;
    private final Linear up;
    private final Linear down;
    private final BatchNorm second;
    private final Dropout drop;

    Block(int dim, int heads, int hidden, double dropout, Rng rng) {
      attention = child("attention", new Attention(dim, heads, true, dropout, dropout, rng));
      first = child("norm1", new BatchNorm(dim));
      up = child("fc1", new Linear(dim, hidden, rng));
      down = child("fc2", new Linear(hidden, dim, rng));
      second = child("norm2", new BatchNorm(dim));
      drop = child("drop", new Dropout(dropout));
    }

    @Override
    public Tensor forward(Tensor z) {
      Tensor mixed = normed(first, z.add(attention.forward(z)));
      Tensor fed = drop.forward(down.forward(drop.forward(up.forward(mixed).gelu())));
      return normed(second, mixed.add(fed));
    }

    private static Tensor normed(BatchNorm norm, Tensor z) {
      return norm.forward(z.flatten(0, 1)).reshape(z.shape());
    }
  }

  private final TsMixerConfig config;
  private final Linear patcher;
  private final Tensor positions;
  private final Layers<Block> blocks;
  private final Dropout headDrop;
  private final Linear head;

  /**
   * A network with initial weights from the stream.
   *
   * @param config sizes, patches and rates, those of the TSMixer it is compared with
   * @param heads of the attention
   * @param hidden width of the feed-forward networks
   */
  PatchTransformer(TsMixerConfig config, int heads, int hidden, Rng rng) {
    this.config = config;
    int dim = config.d_model();
    patcher = child("patcher", new Linear(config.patch_length(), dim, rng));
    positions =
        parameter("positions", Init.normal(Tensor.empty(config.patches(), dim), 0, STD, rng));
    blocks =
        child(
            "blocks",
            Layers.of(
                config.num_layers(), i -> new Block(dim, heads, hidden, config.dropout(), rng)));
    headDrop = child("head_drop", new Dropout(config.head_dropout()));
    head =
        child("head", new Linear((long) config.patches() * dim, config.prediction_length(), rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    WindowScaler.Scaled scaled = config.scaler().apply(x, null);
    Tensor patches = config.cut(scaled.values()); // [B, C, N, P]
    Tensor z = patcher.forward(patches).add(positions).flatten(0, 1); // [B * C, N, D]
    for (Block block : blocks) {
      Tensor in = z;
      z = scoped(() -> block.forward(in));
    }
    Tensor flat = headDrop.forward(z.flatten(1, 2)).unflatten(0, x.size(0), x.size(2));
    return head.forward(flat).transpose(1, 2).mul(scaled.scale()).add(scaled.loc());
  }
}
