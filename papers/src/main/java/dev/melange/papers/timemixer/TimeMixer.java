package dev.melange.papers.timemixer;

import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.OneOf;
import dev.melange.component.Outputs;
import dev.melange.nn.Dropout;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.papers.forecast.SeriesDecomposition;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * TimeMixer: the history at several sampling scales, mixed by {@link PastDecomposableMixing}; each
 * scale forecasts by itself, and the forecasts add up (section 3).
 */
public final class TimeMixer extends Layer {
  /**
   * Sizes and options; names are those of the official code.
   *
   * @param task_name what to compute
   * @param seq_len history length, T
   * @param pred_len horizon, H
   * @param enc_in channels, N
   * @param c_out output channels, = enc_in
   * @param d_model features, even
   * @param d_ff hidden features
   * @param e_layers mixing blocks
   * @param moving_avg window of the moving average, odd
   * @param top_k frequencies kept by the Fourier decompositions
   * @param dropout rate after the embedding
   * @param embed see {@link TimeSeriesEmbedding.Config}
   * @param freq unit of the series' spacing
   * @param channel_independence 1 to treat channels as separate series, else 0
   * @param decomp_method see {@link SeriesDecomposition.Config}
   * @param use_norm 1 to normalise reversibly, else 0
   * @param down_sampling_layers coarser scales, M, at least 1
   * @param down_sampling_window pooling window, w
   * @param down_sampling_method pooling; {@code conv} takes its weight as an input unless {@code
   *     train_down_conv}
   * @param use_future_temporal_feature 1 to add an embedding of the horizon's times, else 0
   * @param num_class classes of the classification task
   * @param train_down_conv whether {@code conv} owns a trainable weight {@code down_conv.weight};
   *     the official code draws a new random one at each pass
   * @param mark_order {@code official}: with independent channels, row r takes the times of sample
   *     r mod B, as published results do; {@code sample}: those of its own sample
   */
  public record Config(
      @Default("long_term_forecast")
          @OneOf({
            "long_term_forecast",
            "short_term_forecast",
            "imputation",
            "anomaly_detection",
            "classification"
          })
          String task_name,
      @Default("96") int seq_len,
      @Default("96") int pred_len,
      @Default("7") int enc_in,
      @Default("7") int c_out,
      @Default("16") int d_model,
      @Default("32") int d_ff,
      @Default("2") int e_layers,
      @Default("25") int moving_avg,
      @Default("5") int top_k,
      @Default("0.1") double dropout,
      @Default("timeF") @OneOf({"timeF", "fixed", "learned"}) String embed,
      @Default("h") @OneOf({"s", "t", "h", "d", "b", "w", "m", "a"}) String freq,
      @Default("1") int channel_independence,
      @Default("moving_avg") @OneOf({"moving_avg", "dft_decomp", "dft_time"}) String decomp_method,
      @Default("1") int use_norm,
      @Default("3") int down_sampling_layers,
      @Default("2") int down_sampling_window,
      @Default("avg") @OneOf({"avg", "max", "conv"}) String down_sampling_method,
      @Default("0") int use_future_temporal_feature,
      @Default("2") int num_class,
      @Default("false") boolean train_down_conv,
      @Default("official") @OneOf({"official", "sample"}) String mark_order) {
    /** Checks the sizes and that the options go together. */
    public Config {
      checkScales(seq_len, down_sampling_layers, down_sampling_window);
      if (pred_len < 1 || enc_in < 1 || d_ff < 1 || e_layers < 1 || num_class < 1) {
        throw new IllegalArgumentException(
            "pred_len, enc_in, d_ff, e_layers and num_class must be positive, got %d, %d, %d, %d, %d"
                .formatted(pred_len, enc_in, d_ff, e_layers, num_class));
      }
      if (c_out != enc_in) {
        throw new IllegalArgumentException(
            "c_out must equal enc_in, got %d and %d".formatted(c_out, enc_in));
      }
      if (task_name.equals("classification") && channel_independence == 1) {
        throw new IllegalArgumentException(
            "classification mixes channels; set channel_independence to 0");
      }
    }

    /**
     * The usual options: independent channels, moving average of 25, dropout 0.1, average pooling
     * by 2, hourly time features.
     *
     * @param task see {@link #task_name}
     * @param length history, T
     * @param horizon H
     * @param channels N
     * @param features d_model
     * @param hidden d_ff
     * @param layers mixing blocks
     * @param scales coarser scales, M
     */
    public static Config of(
        String task,
        int length,
        int horizon,
        int channels,
        int features,
        int hidden,
        int layers,
        int scales) {
      return new Config(
          task,
          length,
          horizon,
          channels,
          channels,
          features,
          hidden,
          layers,
          25,
          5,
          0.1,
          "timeF",
          "h",
          1,
          "moving_avg",
          1,
          scales,
          2,
          "avg",
          0,
          2,
          false,
          "official");
    }

    PastDecomposableMixing.Config block() {
      return new PastDecomposableMixing.Config(
          seq_len,
          d_model,
          d_ff,
          moving_avg,
          top_k,
          decomp_method,
          channel_independence,
          down_sampling_layers,
          down_sampling_window);
    }

    boolean forecasts() {
      return task_name.endsWith("forecast");
    }
  }

  static void checkScales(int length, int layers, int window) {
    if (layers < 1 || window < 2 || length / Math.pow(window, layers) < 1) {
      throw new IllegalArgumentException(
          ("down_sampling_layers must be at least 1, down_sampling_window at least 2, and seq_len"
                  + " at least window^layers; got %d, %d, %d")
              .formatted(layers, window, length));
    }
  }

  /** Lengths of the scales, finest first. */
  static long[] lengths(int length, int layers, int window) {
    long[] lengths = new long[layers + 1];
    lengths[0] = length;
    for (int m = 1; m <= layers; m++) {
      lengths[m] = lengths[m - 1] / window;
    }
    return lengths;
  }

  private final Config config;
  private final boolean independent;
  private final TimeSeriesEmbedding embedding;
  private final Dropout dropout;
  private final Layers<PastDecomposableMixing> blocks;
  private final Layers<ReversibleNorm> norms;
  private final Layers<Linear> predict;
  private final Layers<Linear> outRes;
  private final Layers<Linear> regression;
  private final Linear projection;
  private final Tensor downConv;

  /** An untrained model. */
  public TimeMixer(Config config, Rng rng) {
    this.config = config;
    independent = config.channel_independence() == 1;
    long[] lengths =
        lengths(config.seq_len(), config.down_sampling_layers(), config.down_sampling_window());
    int n = config.enc_in();
    int d = config.d_model();
    int h = config.pred_len();
    embedding =
        child(
            "enc_embedding",
            new TimeSeriesEmbedding(
                new TimeSeriesEmbedding.Config(
                    independent ? 1 : n, d, config.embed(), config.freq()),
                rng));
    dropout = child("dropout", new Dropout(config.dropout()));
    blocks =
        child(
            "pdm_blocks",
            Layers.of(config.e_layers(), l -> new PastDecomposableMixing(config.block(), rng)));
    var norm = new ReversibleNorm.Config(n, true, false, config.use_norm() == 0);
    norms = child("normalize_layers", Layers.of(lengths.length, m -> new ReversibleNorm(norm)));
    boolean forecasts = config.forecasts();
    predict = forecasts ? linears("predict_layers", lengths, h, rng) : null;
    boolean residual = forecasts && !independent;
    outRes = residual ? linears("out_res_layers", lengths, 0, rng) : null;
    regression = residual ? linears("regression_layers", lengths, h, rng) : null;
    projection =
        config.task_name().equals("classification")
            ? child("projection", new Linear((long) d * config.seq_len(), config.num_class(), rng))
            : child("projection_layer", new Linear(d, independent ? 1 : config.c_out(), rng));
    downConv =
        config.down_sampling_method().equals("conv") && config.train_down_conv()
            ? parameter("down_conv.weight", Init.defaultWeight(Tensor.empty(n, n, 3), rng))
            : null;
  }

  // out = 0 keeps each length
  private Layers<Linear> linears(String name, long[] lengths, long out, Rng rng) {
    return child(
        name,
        Layers.of(lengths.length, m -> new Linear(lengths[m], out == 0 ? lengths[m] : out, rng)));
  }

  /** Inputs of one sample for a configuration, with time features; all zero, nothing missing. */
  static Map<String, Tensor> example(Config config) {
    Outputs inputs = new Outputs();
    inputs.put("x_enc", Tensor.zeros(1, config.seq_len(), config.enc_in()));
    long marks = TimeSeriesEmbedding.markCount(config.embed(), config.freq());
    inputs.put("x_mark_enc", Tensor.zeros(1, config.seq_len(), marks));
    if (config.forecasts()) {
      inputs.put("x_mark_dec", Tensor.zeros(1, config.pred_len(), marks));
    }
    if (config.task_name().equals("imputation")) {
      inputs.put("mask", Tensor.ones(1, config.seq_len(), config.enc_in()));
    }
    if (config.down_sampling_method().equals("conv") && !config.train_down_conv()) {
      inputs.put("down_conv_weight", Tensor.zeros(config.enc_in(), config.enc_in(), 3));
    }
    return inputs.map();
  }

  /**
   * Runs the task.
   *
   * @param in {@code x_enc} [B, T, N]; optionally {@code x_mark_enc} [B, T, features]; {@code
   *     x_mark_dec} [B, H, features] with future features; {@code mask} [B, T, N] (1 = observed)
   *     for imputation; {@code padding_mask} [B, T] (1 = valid) for classification; {@code
   *     down_conv_weight} [N, N, 3]
   * @return [B, H, N] for forecasts, [B, num_class] for classification, otherwise [B, T, N]
   */
  public Tensor forward(Inputs in) {
    Tensor x = in.get("x_enc");
    if (x.dim() != 3 || x.size(1) != config.seq_len() || x.size(2) != config.enc_in()) {
      throw new IllegalArgumentException(
          "x_enc must be [B, %d, %d], got %s"
              .formatted(config.seq_len(), config.enc_in(), java.util.Arrays.toString(x.shape())));
    }
    return switch (config.task_name()) {
      case "imputation" -> impute(x, in);
      case "anomaly_detection" -> reconstruct(x, in);
      case "classification" -> classify(x, in);
      default -> sum(scaleForecasts(in));
    };
  }

  /**
   * The forecast of each scale, [B, H, N], finest first; in original units their levels are only
   * counted in the first, so that they add up to the forecast.
   */
  public List<Tensor> scaleForecasts(Inputs in) {
    Tensor x = in.get("x_enc");
    long batch = x.size(0);
    List<Tensor> scales = scales(x, in);
    ReversibleNorm.Normalized finest = norms.get(0).normalize(scales.get(0));
    List<Tensor> normed = normalized(scales, finest);
    List<Tensor> trends = new ArrayList<>();
    List<Tensor> mixed = encode(normed, marks(in, normed), trends);
    Tensor future =
        independent && config.use_future_temporal_feature() == 1
            ? embedding.times(tiled(in.get("x_mark_dec")))
            : null;
    List<Tensor> forecasts = new ArrayList<>();
    for (int m = 0; m < mixed.size(); m++) {
      Tensor y = unrolled(predicted(mixed.get(m).transpose(1, 2), predict.get(m), future), batch);
      if (!independent) {
        Tensor trend = outRes.get(m).forward(trends.get(m).transpose(1, 2));
        y = y.add(regression.get(m).forward(trend).transpose(1, 2));
      }
      forecasts.add(y);
    }
    List<Tensor> restored = new ArrayList<>();
    Tensor zero = norms.get(0).denormalize(forecasts.get(0).zerosLike(), finest);
    for (int m = 0; m < forecasts.size(); m++) {
      Tensor y = norms.get(0).denormalize(forecasts.get(m), finest);
      restored.add(m == 0 ? y : y.sub(zero));
    }
    return restored;
  }

  // Predicts along time and projects the features: x [R, d_model, L] to [R, H, c]. Both are linear,
  // so that without something added between them the narrowing one may come first.
  private Tensor predicted(Tensor x, Linear predict, Tensor future) {
    if (!independent || future != null) {
      Tensor d = predict.forward(x).transpose(1, 2); // [R, H, d_model]
      return projection.forward(future == null ? d : d.add(future));
    }
    Tensor w = projection.weight(); // [1, d_model]
    Tensor filter = w.reshape(1, -1, 1, 1);
    Tensor projected = Nn.conv2d(x.unsqueeze(-1), filter, null).flatten(1, -1); // [R, L]
    Tensor bias = predict.bias().mul(w.sum()).add(projection.bias());
    return Nn.linear(projected, predict.weight(), bias).unsqueeze(-1);
  }

  /**
   * What the first block does to season and trend of a forecaster's inputs, for a look inside.
   *
   * @param in as for {@link #forward}
   * @return parts with B * N rows if channels are independent (row b * N + n), otherwise B
   */
  public PastDecomposableMixing.Mixing mixing(Inputs in) {
    List<Tensor> scales = scales(in.get("x_enc"), in);
    List<Tensor> normed = normalized(scales, norms.get(0).normalize(scales.get(0)));
    return blocks.get(0).mixing(transposed(embed(normed, marks(in, normed), new ArrayList<>())));
  }

  // The finest scale's statistics serve again to undo the norm.
  private List<Tensor> normalized(List<Tensor> scales, ReversibleNorm.Normalized finest) {
    List<Tensor> normed = new ArrayList<>(List.of(finest.values()));
    for (int m = 1; m < scales.size(); m++) {
      normed.add(norms.get(m).normalize(scales.get(m)).values());
    }
    return normed;
  }

  // [R, T, D] to [R, D, T] and back
  private static List<Tensor> transposed(List<Tensor> scales) {
    return scales.stream().map(x -> x.transpose(1, 2)).toList();
  }

  private static Tensor sum(List<Tensor> parts) {
    return parts.stream().reduce(Tensor::add).orElseThrow();
  }

  private Tensor reconstruct(Tensor x, Inputs in) {
    List<Tensor> scales = scales(x, in);
    ReversibleNorm.Normalized finest = norms.get(0).normalize(scales.get(0));
    Tensor y = encode(normalized(scales, finest), null, new ArrayList<>()).get(0);
    return norms.get(0).denormalize(unrolled(projection.forward(y), x.size(0)), finest);
  }

  private Tensor impute(Tensor x, Inputs in) {
    Tensor missing = in.get("mask").eq(0.0);
    Tensor count = in.get("mask").eq(1.0).to(x.dtype()).sumKeep(1);
    Tensor mean = x.detach().sumKeep(1).div(count);
    Tensor centred = x.sub(mean).maskedFill(missing, 0.0);
    Tensor std = centred.detach().square().sumKeep(1).div(count).add(1e-5).sqrt();
    List<Tensor> scales = scales(centred.div(std), in);
    Tensor y = encode(scales, null, new ArrayList<>()).get(0);
    return unrolled(projection.forward(y), x.size(0)).mul(std).add(mean);
  }

  private Tensor classify(Tensor x, Inputs in) {
    List<Tensor> embedded = new ArrayList<>();
    for (Tensor scale : scales(x, in)) {
      embedded.add(dropout(embedding.forward(scale, null)));
    }
    Tensor y = dropout(mix(embedded).get(0).gelu());
    Tensor mask = in.optional("padding_mask");
    Tensor valid = mask == null ? y : y.mul(mask.unsqueeze(-1));
    return projection.forward(valid.flatten(1, 2));
  }

  private Tensor dropout(Tensor x) {
    return dropout.forward(x);
  }

  private List<Tensor> encode(List<Tensor> scales, List<Tensor> marks, List<Tensor> trends) {
    return mix(embed(scales, marks, trends));
  }

  private List<Tensor> embed(List<Tensor> scales, List<Tensor> marks, List<Tensor> trends) {
    SeriesDecomposition average =
        new SeriesDecomposition(
            new SeriesDecomposition.Config("moving_avg", config.moving_avg(), config.top_k()));
    List<Tensor> embedded = new ArrayList<>();
    for (int m = 0; m < scales.size(); m++) {
      Tensor x = scales.get(m);
      if (independent) {
        x = x.transpose(1, 2).reshape(-1, x.size(1), 1);
      } else {
        SeriesDecomposition.Parts parts = average.split(x);
        x = parts.season();
        trends.add(parts.trend());
      }
      embedded.add(dropout(embedding.forward(x, marks == null ? null : marks.get(m))));
    }
    return embedded;
  }

  private List<Tensor> mix(List<Tensor> embedded) {
    List<Tensor> y = transposed(embedded);
    for (PastDecomposableMixing block : blocks) {
      List<Tensor> before = y;
      y = Scope.run(() -> block.forward(before));
    }
    return transposed(y);
  }

  private List<Tensor> scales(Tensor x, Inputs in) {
    List<Tensor> scales = new ArrayList<>(List.of(x));
    long w = config.down_sampling_window();
    Tensor y = x.transpose(1, 2);
    for (int m = 0; m < config.down_sampling_layers(); m++) {
      y =
          switch (config.down_sampling_method()) {
            case "avg" -> Nn.avgPool1d(y, w, w, 0);
            case "max" -> Nn.maxPool1d(y, w, w, 0);
            default ->
                Nn.conv1d(
                    Nn.pad(y, new long[] {1, 1}, "circular", 0),
                    downConv == null ? in.get("down_conv_weight") : downConv,
                    null,
                    w,
                    0,
                    1,
                    1);
          };
      scales.add(y.transpose(1, 2));
    }
    return scales;
  }

  private List<Tensor> marks(Inputs in, List<Tensor> scales) {
    Tensor mark = in.optional("x_mark_enc");
    if (mark == null) {
      return null;
    }
    List<Tensor> marks = new ArrayList<>();
    for (Tensor scale : scales) {
      if (mark.size(1) != scale.size(1)) {
        throw new IllegalArgumentException(
            "a scale has %d values but %d time marks; with marks, seq_len %d must be divisible by window^layers = %d^%d"
                .formatted(
                    scale.size(1),
                    mark.size(1),
                    config.seq_len(),
                    config.down_sampling_window(),
                    config.down_sampling_layers()));
      }
      marks.add(independent ? tiled(mark) : mark);
      mark = mark.slice(1, 0, mark.size(1), config.down_sampling_window());
    }
    return marks;
  }

  private Tensor tiled(Tensor mark) {
    return config.mark_order().equals("official")
        ? mark.repeat(config.enc_in(), 1, 1)
        : mark.repeatInterleave(config.enc_in(), 0);
  }

  // [B * N, L, 1] to [B, L, N]; mixed channels stay
  private Tensor unrolled(Tensor y, long batch) {
    return independent ? y.reshape(batch, config.enc_in(), y.size(1)).transpose(1, 2) : y;
  }
}
