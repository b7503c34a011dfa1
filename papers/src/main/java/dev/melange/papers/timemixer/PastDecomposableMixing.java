package dev.melange.papers.timemixer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Layer;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.papers.forecast.SeriesDecomposition;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Past-decomposable mixing (section 3.2): splits each scale into season and trend, carries season
 * from fine to coarse scales and trend from coarse to fine ones.
 */
public final class PastDecomposableMixing extends Layer {
  /**
   * Sizes and options.
   *
   * @param seq_len length of the finest scale
   * @param d_model features
   * @param d_ff hidden features of the feed-forward layers
   * @param moving_avg window of the moving average, odd
   * @param top_k frequencies kept by the Fourier decompositions
   * @param decomp_method see {@link SeriesDecomposition.Config}
   * @param channel_independence 1 if each channel is a row of its own, else 0
   * @param down_sampling_layers number of coarser scales, M
   * @param down_sampling_window how much coarser each one is, w
   */
  public record Config(
      @Default("96") int seq_len,
      @Default("16") int d_model,
      @Default("32") int d_ff,
      @Default("25") int moving_avg,
      @Default("5") int top_k,
      @Default("moving_avg") @OneOf({"moving_avg", "dft_decomp", "dft_time"}) String decomp_method,
      @Default("1") int channel_independence,
      @Default("3") int down_sampling_layers,
      @Default("2") int down_sampling_window) {
    /** Checks the sizes. */
    public Config {
      DownSampling.check(seq_len, down_sampling_layers, down_sampling_window);
      if (d_model < 1 || d_ff < 1) {
        throw new IllegalArgumentException(
            "d_model and d_ff must be at least 1, got %d and %d".formatted(d_model, d_ff));
      }
      TimeMixerConfig.requireSwitch("channel_independence", channel_independence);
    }

    SeriesDecomposition decomposition() {
      return new SeriesDecomposition(
          new SeriesDecomposition.Config(decomp_method, moving_avg, top_k));
    }
  }

  /** Linear, GELU, Linear; the linear layers are named 0 and 2. */
  private static final class FeedForward extends Layer {
    private final Linear first;
    private final Linear second;

    FeedForward(long in, long hidden, long out, Rng rng) {
      first = child("0", new Linear(in, hidden, rng));
      second = child("2", new Linear(hidden, out, rng));
    }

    /** Over the last dimension, time. */
    Tensor forward(Tensor x) {
      return second.forward(scoped(() -> first.forward(x).gelu()));
    }

    /** Over dimension 1, the features. */
    Tensor forwardChannels(Tensor x) {
      return second.forwardChannels(scoped(() -> first.forwardChannels(x).gelu()));
    }
  }

  private final boolean independent;
  private final SeriesDecomposition decomposition;
  private final FeedForward cross;
  private final FeedForward out;
  private final Layers<FeedForward> down;
  private final Layers<FeedForward> up;

  /** A block with PyTorch's default weights. */
  public PastDecomposableMixing(Config config, Rng rng) {
    int scales = config.down_sampling_layers();
    long[] lengths = DownSampling.lengths(config.seq_len(), scales, config.down_sampling_window());
    independent = config.channel_independence() == 1;
    decomposition = config.decomposition();
    // exists in official checkpoints, but nothing passes through it
    child("layer_norm", new LayerNorm(config.d_model()));
    int d = config.d_model();
    cross = independent ? null : child("cross_layer", new FeedForward(d, config.d_ff(), d, rng));
    down =
        child(
            "mixing_multi_scale_season.down_sampling_layers",
            Layers.of(
                scales, m -> new FeedForward(lengths[m], lengths[m + 1], lengths[m + 1], rng)));
    up =
        child(
            "mixing_multi_scale_trend.up_sampling_layers",
            Layers.of(
                scales,
                i -> {
                  long fine = lengths[scales - i - 1];
                  return new FeedForward(lengths[scales - i], fine, fine, rng);
                }));
    out = child("out_cross_layer", new FeedForward(d, config.d_ff(), d, rng));
  }

  /**
   * Season and trend of each scale, finest first, [R, d_model, seq_len / w^m] each.
   *
   * @param season as decomposed
   * @param trend as decomposed
   * @param mixedSeason with what the finer scales add
   * @param mixedTrend with what the coarser scales add
   */
  public record Mixing(
      List<Tensor> season, List<Tensor> trend, List<Tensor> mixedSeason, List<Tensor> mixedTrend) {}

  /** Mixes the scales, finest first: [R, d_model, seq_len / w^m] each; same shapes out. */
  public List<Tensor> forward(List<Tensor> scales) {
    List<Tensor> sums = Scope.run(() -> sums(mixing(scales)));
    if (!independent) {
      return sums;
    }
    List<Tensor> mixed = new ArrayList<>();
    for (int m = 0; m < scales.size(); m++) {
      Tensor scale = scales.get(m);
      mixed.add(Scope.replace(sums.get(m), sum -> scale.add(out.forwardChannels(sum))));
    }
    return mixed;
  }

  private static List<Tensor> sums(Mixing mixing) {
    List<Tensor> sums = new ArrayList<>();
    for (int m = 0; m < mixing.season().size(); m++) {
      sums.add(mixing.mixedSeason().get(m).add(mixing.mixedTrend().get(m)));
    }
    return sums;
  }

  /**
   * The parts of the scales before and after mixing, for a look inside.
   *
   * @param scales as for {@link #forward}
   */
  public Mixing mixing(List<Tensor> scales) {
    int coarsest = down.size();
    if (scales.size() != coarsest + 1) {
      throw new IllegalArgumentException(
          "expected %d scales, got %d".formatted(coarsest + 1, scales.size()));
    }
    List<Tensor> season = new ArrayList<>();
    List<Tensor> trend = new ArrayList<>();
    for (Tensor scale : scales) {
      SeriesDecomposition.Parts parts = decomposition.splitLast(scale);
      season.add(crossed(parts.season()));
      trend.add(crossed(parts.trend()));
    }
    List<Tensor> mixedSeason = new ArrayList<>(season);
    List<Tensor> mixedTrend = new ArrayList<>(trend);
    for (int m = 0; m < coarsest; m++) {
      mixedSeason.set(m + 1, season.get(m + 1).add(down.get(m).forward(mixedSeason.get(m))));
    }
    for (int m = coarsest; m > 0; m--) {
      mixedTrend.set(m - 1, trend.get(m - 1).add(up.get(coarsest - m).forward(mixedTrend.get(m))));
    }
    return new Mixing(season, trend, mixedSeason, mixedTrend);
  }

  private Tensor crossed(Tensor x) {
    return cross == null ? x : cross.forwardChannels(x);
  }
}
