package dev.melange.papers.mambamixer;

import dev.melange.component.Default;
import dev.melange.nn.Layer;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * TSM2, the forecaster of MambaMixer: a {@link FeatureStack} whose token mixers select along time
 * and whose channel mixers select along the variates, then one linear layer from the history to the
 * horizon for all variates. Histories [B, L, C] to forecasts [B, H, C].
 */
public final class SeriesMambaMixer extends Layer {
  /**
   * Configuration of {@code series/mamba-mixer}.
   *
   * @param seq_len history length L
   * @param pred_len horizon H
   * @param enc_in variates C
   * @param e_layers blocks
   * @param d_state states of each inner channel
   * @param d_conv length of all filters
   * @param expand inner channels of the token mixers as a multiple of the variates
   * @param channel_expand inner channels of the channel mixers as a multiple of the history
   * @param use_norm whether each history is standardised, and the forecast brought back
   * @param num_future covariates that are known for the horizon; 0 for none
   * @param num_static covariates that do not change with time; 0 for none
   */
  public record Config(
      int seq_len,
      int pred_len,
      int enc_in,
      @Default("2") int e_layers,
      @Default("8") int d_state,
      @Default("4") int d_conv,
      @Default("2") double expand,
      @Default("1") double channel_expand,
      @Default("true") boolean use_norm,
      @Default("0") int num_future,
      @Default("0") int num_static) {
    /** Checks the sizes that the layers do not. */
    public Config {
      if (seq_len < 1 || pred_len < 1 || enc_in < 1 || e_layers < 1) {
        throw new IllegalArgumentException(
            "seq_len, pred_len, enc_in and e_layers must be at least 1, got %d, %d, %d and %d"
                .formatted(seq_len, pred_len, enc_in, e_layers));
      }
      if (num_future < 0 || num_static < 0) {
        throw new IllegalArgumentException(
            "num_future and num_static must be at least 0, got %d and %d"
                .formatted(num_future, num_static));
      }
    }

    private SelectiveChannelMixer.Config channelMixer() {
      return new SelectiveChannelMixer.Config(
          seq_len, d_state, d_conv, channel_expand, DtRank.AUTO, 0);
    }
  }

  private static final double EPS = 1e-5;

  private final Config config;
  private final FeatureStack stack;
  private final Linear temporal;
  private final Linear future; // null without covariates of the horizon
  private final Linear constant; // null without covariates that do not change

  /** A forecaster with Mamba's initial weights, and PyTorch's of all other layers. */
  public SeriesMambaMixer(Config config, Rng rng) {
    this.config = config;
    stack =
        child(
            "stack",
            new FeatureStack(
                config.e_layers,
                new FeatureStack.Parts() {
                  @Override
                  public UnaryLayer norm() {
                    return new LayerNorm(new long[] {config.seq_len, config.enc_in}, EPS);
                  }

                  @Override
                  public UnaryLayer tokenMixer() {
                    return new Mamba(
                        MambaConfig.of(config.enc_in, config.d_state, config.d_conv, config.expand),
                        rng);
                  }

                  @Override
                  public UnaryLayer channelMixer() {
                    return new SelectiveChannelMixer(config.channelMixer(), rng);
                  }
                }));
    temporal = child("temporal", new Linear(config.seq_len, config.pred_len, rng));
    future =
        config.num_future == 0
            ? null
            : child("future_proj", new Linear(config.num_future, config.enc_in, rng));
    constant =
        config.num_static == 0
            ? null
            : child("static_proj", new Linear(config.num_static, config.enc_in, rng));
  }

  /** The configuration. */
  public Config config() {
    return config;
  }

  /** The blocks. */
  public FeatureStack stack() {
    return stack;
  }

  /**
   * Forecasts.
   *
   * @param x histories, [B, L, C]
   * @param known covariates of the horizon, [B, H, num_future]; null if the model has none
   * @param fixed covariates that do not change, [B, num_static]; null if the model has none
   * @return [B, H, C]
   */
  public Tensor forward(Tensor x, Tensor known, Tensor fixed) {
    check("x", x, -1, config.seq_len, config.enc_in);
    checkCovariates("future", known, config.num_future, config.pred_len, config.num_future);
    checkCovariates("static", fixed, config.num_static, config.num_static);
    Tensor mean = null;
    Tensor deviation = null;
    Tensor normed = x;
    if (config.use_norm) {
      mean = x.meanKeep(1).detach();
      deviation = x.varKeep(0, 1).add(EPS).sqrt().detach();
      normed = x.sub(mean).div(deviation);
    }
    Tensor mixed = stack.forward(normed); // [B, L, C]
    Tensor y = temporal.forward(mixed.transpose(1, 2)).transpose(1, 2); // [B, H, C]
    if (future != null) {
      y = y.add(future.forward(known));
    }
    if (constant != null) {
      y = y.add(constant.forward(fixed).unsqueeze(1));
    }
    return config.use_norm ? y.mul(deviation).add(mean) : y;
  }

  private static void checkCovariates(String name, Tensor x, int count, long... shape) {
    if (count == 0 && x != null) {
      throw new IllegalArgumentException(
          "SeriesMambaMixer was made without covariates '%s', got %s; set num_%s"
              .formatted(name, Arrays.toString(x.shape()), name));
    }
    if (count > 0) {
      long[] full = new long[shape.length + 1];
      full[0] = -1;
      System.arraycopy(shape, 0, full, 1, shape.length);
      check(name, x, full);
    }
  }

  // A length of -1 may be any.
  private static void check(String name, Tensor x, long... shape) {
    boolean fits = x != null && x.dim() == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] == -1 || x.size(i) == shape[i];
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "SeriesMambaMixer expects %s of shape %s, got %s"
              .formatted(
                  name,
                  Arrays.toString(shape).replace("-1", "B"),
                  x == null ? "none" : Arrays.toString(x.shape())));
    }
  }
}
