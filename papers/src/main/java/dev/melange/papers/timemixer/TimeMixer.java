package dev.melange.papers.timemixer;

import dev.melange.component.Inputs;
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
  private final TimeMixerConfig config;
  private final boolean independent;
  private final DownSampling sampling;
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
  public TimeMixer(TimeMixerConfig config, Rng rng) {
    this.config = config;
    independent = config.channel_independence() == 1;
    sampling = new DownSampling(config);
    long[] lengths = sampling.lengths();
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
  static Map<String, Tensor> example(TimeMixerConfig config) {
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
            ? embedding.times(sampling.tiled(in.get("x_mark_dec")))
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
    for (int l = 0; l < blocks.size(); l++) {
      PastDecomposableMixing block = blocks.get(l);
      List<Tensor> before = y;
      y = Scope.run(() -> block.forward(before));
      if (l > 0) {
        before.forEach(Tensor::close); // made here, and only the next block needs them
      }
    }
    return transposed(y);
  }

  private List<Tensor> scales(Tensor x, Inputs in) {
    boolean given = config.down_sampling_method().equals("conv") && downConv == null;
    return sampling.scales(x, given ? in.get("down_conv_weight") : downConv);
  }

  private List<Tensor> marks(Inputs in, List<Tensor> scales) {
    Tensor mark = in.optional("x_mark_enc");
    return mark == null ? null : sampling.marks(mark, scales);
  }

  // [B * N, L, 1] to [B, L, N]; mixed channels stay
  private Tensor unrolled(Tensor y, long batch) {
    return independent ? y.reshape(batch, config.enc_in(), y.size(1)).transpose(1, 2) : y;
  }
}
