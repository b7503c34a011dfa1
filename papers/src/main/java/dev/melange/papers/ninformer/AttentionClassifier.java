package dev.melange.papers.ninformer;

import dev.melange.nn.Attention;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.LearnedPositions;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * A small ViT between the same patches and the same classifier: learned positions, blocks of
 * attention and feed-forward network, normalised at their entrance and once at the end.
 */
final class AttentionClassifier extends TokenClassifier<AttentionClassifier.Block> {
  private static final int HEAD_WIDTH = 32;

  private final LearnedPositions positions;
  private final LayerNorm norm;

  AttentionClassifier(NinFormerConfig config, Rng rng) {
    super(config, stream -> new Block(config, stream), rng);
    positions =
        child(
            "positions",
            new LearnedPositions(0, config.rows(), config.columns(), config.d_model(), rng));
    norm = child("norm", new LayerNorm(config.d_model()));
  }

  /** {@code x + attention(norm(x))}, then {@code x + ffn(norm(x))}. */
  static final class Block extends UnaryLayer {
    private final LayerNorm attentionNorm;
    private final Attention attention;
    private final LayerNorm ffnNorm;
    private final FeedForward ffn;

    Block(NinFormerConfig config, Rng rng) {
      int dim = config.d_model();
      attentionNorm = child("norm1", new LayerNorm(dim));
      attention =
          child(
              "attn",
              new Attention(
                  dim,
                  dim % HEAD_WIDTH == 0 ? dim / HEAD_WIDTH : 1,
                  true,
                  config.dropout(),
                  config.dropout(),
                  rng));
      ffnNorm = child("norm2", new LayerNorm(dim));
      ffn = child("mlp", new FeedForward(dim, config.d_ffn(), config.dropout(), rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor mixed = scoped(() -> x.add(attention.forward(attentionNorm.forward(x))));
      return scoped(() -> mixed.add(ffn.forward(ffnNorm.forward(mixed))));
    }
  }

  @Override
  Tensor embed(Tensor x) {
    return positions.forward(super.embed(x));
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    return norm.forward(super.lastStages(map, count));
  }
}
