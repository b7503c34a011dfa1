package dev.melange.papers.mambamixer;

import dev.melange.nn.LayerNorm;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Blocks of a token mixer and a channel mixer each, which read learned weighted sums of all earlier
 * outputs (weighted averaging of earlier features). [B, L, D] to [B, L, D].
 *
 * <pre>
 *   y_T^0 = y_C^0 = x
 *   y_T^l = Token(Norm(sum alpha_(l,i) y_T^i + sum beta_(l,i) y_C^i)),    i = 0..l-1
 *   y_C^l = Channel(Norm(sum theta_(l,i) y_T^i + sum gamma_(l,i) y_C^i)), i = 0..l, 0..l-1
 * </pre>
 *
 * <p>The output is one more sum, alpha_(n+1) and beta_(n+1). At first all coefficients are 1 but
 * beta_(l,0) and gamma_(l,0), which are 0: a residual network with normalisation before each mixer.
 */
public final class FeatureStack extends UnaryLayer {
  /**
   * Configuration of {@code layer/weighted-feature-average}, whose mixers are linear layers.
   *
   * @param num_blocks number of blocks
   * @param d_model features D
   */
  public record Config(int num_blocks, int d_model) {
    /** Checks the sizes. */
    public Config {
      if (num_blocks < 1 || d_model < 1) {
        throw new IllegalArgumentException(
            "num_blocks and d_model must be at least 1, got %d and %d"
                .formatted(num_blocks, d_model));
      }
    }
  }

  /** Makes the parts of a block, given its number from 0; each is [B, L, D] to [B, L, D]. */
  interface Parts {
    /** The normalisation before a mixer. */
    UnaryLayer norm();

    /** The token mixer of a block. */
    UnaryLayer tokenMixer();

    /** The channel mixer of a block. */
    UnaryLayer channelMixer();
  }

  private final int blocks;
  private final Layers<UnaryLayer> tokenNorms;
  private final Layers<UnaryLayer> channelNorms;
  private final List<UnaryLayer> tokenMixers = new ArrayList<>();
  private final Layers<UnaryLayer> channelMixers;
  private final List<Tensor> alpha = new ArrayList<>();
  private final List<Tensor> beta = new ArrayList<>();
  private final List<Tensor> theta = new ArrayList<>();
  private final List<Tensor> gamma = new ArrayList<>();

  /** Blocks of linear mixers with layer normalisations. */
  public FeatureStack(Config config, Rng rng) {
    this(
        config.num_blocks,
        new Parts() {
          @Override
          public UnaryLayer norm() {
            return new LayerNorm(config.d_model);
          }

          @Override
          public UnaryLayer tokenMixer() {
            return new Linear(config.d_model, config.d_model, rng);
          }

          @Override
          public UnaryLayer channelMixer() {
            return new Linear(config.d_model, config.d_model, rng);
          }
        });
  }

  FeatureStack(int blocks, Parts parts) {
    this.blocks = blocks;
    IntFunction<UnaryLayer> norm = block -> parts.norm();
    tokenNorms = child("token_norms", Layers.of(blocks, norm));
    channelNorms = child("channel_norms", Layers.of(blocks, norm));
    for (int block = 0; block < blocks; block++) {
      tokenMixers.add(child(tokenMixerName(block), parts.tokenMixer()));
    }
    channelMixers = child("channel_mixers", Layers.of(blocks, block -> parts.channelMixer()));
    for (int block = 0; block <= blocks; block++) {
      alpha.add(parameter("alpha." + block, Tensor.ones(block + 1L)));
      beta.add(parameter("beta." + block, onesAfterZero(block + 1)));
      if (block < blocks) {
        theta.add(parameter("theta." + block, Tensor.ones(block + 2L)));
        gamma.add(parameter("gamma." + block, onesAfterZero(block + 1)));
      }
    }
  }

  private static String tokenMixerName(int block) {
    return "token_mixers." + block;
  }

  private static Tensor onesAfterZero(int size) {
    Tensor ones = Tensor.ones(size);
    ones.select(0, 0).zero_();
    return ones;
  }

  /** Puts another token mixer, [B, L, D] to [B, L, D], into a block and frees the old one. */
  void replaceTokenMixer(int block, UnaryLayer mixer) {
    tokenMixers.set(block, replaceChild(tokenMixerName(block), mixer));
  }

  /** The token mixers in order. */
  List<UnaryLayer> tokenMixers() {
    return List.copyOf(tokenMixers);
  }

  /** Number of blocks n. */
  public int blocks() {
    return blocks;
  }

  /** Coefficients of token-mixed features before the token mixers; the last are the output's. */
  public List<Tensor> alpha() {
    return List.copyOf(alpha);
  }

  /** Coefficients of channel-mixed features before the token mixers; the last are the output's. */
  public List<Tensor> beta() {
    return List.copyOf(beta);
  }

  /** Coefficients of token-mixed features before the channel mixers. */
  public List<Tensor> theta() {
    return List.copyOf(theta);
  }

  /** Coefficients of channel-mixed features before the channel mixers. */
  public List<Tensor> gamma() {
    return List.copyOf(gamma);
  }

  /** Excludes all coefficients from training: a residual network, as at the start. */
  void freezeCoefficients() {
    for (List<Tensor> kind : List.of(alpha, beta, theta, gamma)) {
      kind.forEach(tensor -> tensor.requiresGrad_(false));
    }
  }

  @Override
  public Tensor forward(Tensor x) {
    List<Tensor> inputs = new ArrayList<>();
    return forward(x, inputs);
  }

  /** As {@link #forward}; adds the normalised input of each token mixer to a list. */
  Tensor forward(Tensor x, List<Tensor> tokenInputs) {
    List<Tensor> tokens = new ArrayList<>(List.of(x));
    List<Tensor> channels = new ArrayList<>(List.of(x));
    for (int block = 0; block < blocks; block++) {
      int l = block;
      Tensor normed =
          scoped(() -> tokenNorms.get(l).forward(sum(tokens, alpha.get(l), channels, beta.get(l))));
      tokenInputs.add(normed);
      tokens.add(scoped(() -> tokenMixers.get(l).forward(normed)));
      channels.add(
          scoped(
              () -> {
                Tensor sum = sum(tokens, theta.get(l), channels, gamma.get(l));
                return channelMixers.get(l).forward(channelNorms.get(l).forward(sum));
              }));
    }
    return scoped(() -> sum(tokens, alpha.get(blocks), channels, beta.get(blocks)));
  }

  private static Tensor sum(
      List<Tensor> tokens, Tensor ofTokens, List<Tensor> channels, Tensor ofChannels) {
    Tensor total = tokens.get(0).mul(ofTokens.select(0, 0));
    for (int i = 1; i < ofTokens.size(0); i++) {
      total = total.add(tokens.get(i).mul(ofTokens.select(0, i)));
    }
    for (int i = 0; i < ofChannels.size(0); i++) {
      total = total.add(channels.get(i).mul(ofChannels.select(0, i)));
    }
    return total;
  }
}
