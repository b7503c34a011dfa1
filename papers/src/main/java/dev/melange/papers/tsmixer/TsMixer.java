package dev.melange.papers.tsmixer;

import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.nn.Dropout;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.papers.tsmixer.WindowScaler.Scaled;
import dev.melange.tensor.DType;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * TSMixer (Ekambaram et al., KDD 2023): a series is cut into patches, which small gated MLPs mix
 * along patches, features and, if wanted, channels. One network with the head of its task; weights
 * have the names of the official release.
 *
 * <p>Windows are {@code past} [B, T, C] in any unit, with {@code observed} [B, T, C] of ones and
 * zeros, or null where nothing is missing (put 0 in the place of missing values).
 */
public final class TsMixer extends Layer {
  private static final double NOTHING_MASKED = 1e-10;

  private final TsMixerConfig config;
  private final TsMixerEncoder encoder;
  private final Dropout headDrop;
  private final ScaleInjection injection; // of regression and classification of scaled windows
  private final List<Linear> head; // one, or one per parameter of the distribution; none: encoder

  /** A network with initial weights from the stream. */
  public TsMixer(TsMixerConfig config, Rng rng) {
    this.config = config;
    boolean bare = config.task().equals("encoder");
    encoder = child(bare ? "encoder" : "model.encoder", new TsMixerEncoder(config, rng));
    headDrop = child("head_drop", new Dropout(config.head_dropout()));
    injection =
        predictsTargets() && config.scaler() != WindowScaler.NONE
            ? child("inject_scale", new ScaleInjection(config.d_model(), rng))
            : null;
    int features = config.d_model();
    int patches = config.patches();
    head =
        switch (config.task()) {
          case "encoder" -> List.of();
          case "forecast" ->
              head("head.base_forecast_block", patches * features, config.prediction_length(), rng);
          case "pretrain" -> head("head.base_pt_block", features, config.patch_length(), rng);
          default -> {
            int positions = config.aggregation().equals("none") ? patches : 1;
            int in = config.num_input_channels() * features * positions;
            yield head("head.projection", in, config.num_targets(), rng);
          }
        };
  }

  private boolean predictsTargets() {
    return config.task().equals("regression") || config.task().equals("classification");
  }

  private List<Linear> head(String name, int in, int out, Rng rng) {
    if (!config.isDistribution()) {
      return List.of(child(name, TsInit.linear(in, out, rng)));
    }
    List<Linear> projections = new ArrayList<>();
    for (int i = 0; i < config.distribution().parameters().size(); i++) {
      projections.add(child(name + ".proj." + i, TsInit.linear(in, out, rng)));
    }
    return projections;
  }

  /** The configuration. */
  public TsMixerConfig config() {
    return config;
  }

  /** Excludes all weights but the head's from training, for linear probing, or includes them. */
  public void freezeBackbone(boolean frozen) {
    encoder.freeze(frozen);
  }

  // ---- windows and their hidden state ----

  /**
   * The hidden state of windows.
   *
   * @param hidden [B, C, N, D]
   * @param patches what was embedded, scaled, [B, C, N, P]
   * @param loc [B, 1, C]
   * @param scale [B, 1, C]
   */
  public record Encoded(Tensor hidden, Tensor patches, Tensor loc, Tensor scale) {}

  /** Scales windows, cuts them into patches and encodes them. */
  public Encoded encode(Tensor past, Tensor observed) {
    Scaled scaled = scaled(past, observed);
    Tensor patches = config.cut(scaled.values());
    return new Encoded(encoder.forward(patches), patches, scaled.loc(), scaled.scale());
  }

  private Scaled scaled(Tensor past, Tensor observed) {
    long[] shape = past.shape();
    if (shape.length != 3
        || shape[1] != config.context_length()
        || shape[2] != config.num_input_channels()) {
      throw new IllegalArgumentException(
          "TsMixer expects past_values [B, %d, %d], got %s"
              .formatted(
                  config.context_length(), config.num_input_channels(), Arrays.toString(shape)));
    }
    if (observed != null && !Arrays.equals(shape, observed.shape())) {
      throw new IllegalArgumentException(
          "observed_mask must have the shape of past_values %s, got %s"
              .formatted(Arrays.toString(shape), Arrays.toString(observed.shape())));
    }
    return config.scaler().apply(past, observed == null ? null : observed.to(past.dtype()));
  }

  /**
   * The weights of the gates over the patches, layer by layer, [B, C, D, N] each: what part of the
   * history the network listens to.
   */
  public List<Tensor> patchGates(Tensor past, Tensor observed) {
    return encoder.patchGates(config.cut(scaled(past, observed).values()));
  }

  // ---- forecasts ----

  /**
   * A forecast in the windows' units.
   *
   * @param point the forecast, or the mean of the distribution, [B, H, channels]
   * @param parameters of the distribution, [B, H, channels] each; null for a point forecast
   * @param loc of the windows, [B, 1, channels]
   * @param scale of the windows, [B, 1, channels]
   */
  public record Forecast(Tensor point, Tensor[] parameters, Tensor loc, Tensor scale) {}

  /** Forecasts; for the task {@code forecast}. */
  public Forecast forecast(Tensor past, Tensor observed) {
    require("forecast");
    Encoded encoded = encode(past, observed);
    Tensor flat = headDrop.forward(encoded.hidden().flatten(2, 3)); // [B, C, N * D]
    Tensor[] raw =
        head.stream().map(h -> selected(h.forward(flat).transpose(1, 2))).toArray(Tensor[]::new);
    Tensor loc = selected(encoded.loc());
    Tensor scale = selected(encoded.scale());
    if (!config.isDistribution()) {
      return new Forecast(raw[0].mul(scale).add(loc), null, loc, scale);
    }
    DistributionOutput distribution = config.distribution();
    Tensor[] parameters = distribution.scaled(distribution.domain(raw), scale);
    return new Forecast(distribution.mean(parameters, loc, scale), parameters, loc, scale);
  }

  /** The channels that are forecast, of a tensor whose last dimension are all. */
  private Tensor selected(Tensor x) {
    if (config.prediction_channel_indices() == null) {
      return x;
    }
    long[] channels =
        config.prediction_channel_indices().stream().mapToLong(Integer::longValue).toArray();
    return x.indexSelect(-1, Tensor.of(channels, channels.length).to(x.device()));
  }

  /**
   * The loss of a forecast: mean squared error, or negative log-likelihood summed over channels and
   * averaged over windows and steps.
   *
   * @param future the truth with all channels, [B, H, C]
   */
  public Tensor loss(Forecast forecast, Tensor future) {
    Tensor truth = selected(future);
    if (forecast.parameters() == null) {
      return Losses.mse(forecast.point(), truth);
    }
    return config
        .distribution()
        .nll(forecast.parameters(), forecast.loc(), forecast.scale(), truth)
        .sum(-1)
        .mean();
  }

  /**
   * Draws futures from the distribution of a forecast.
   *
   * @param count futures per window, S
   * @return [B, S, H, channels], in the windows' units, on the CPU; no dependence between steps
   */
  public Tensor sample(Forecast forecast, int count, Rng rng) {
    if (forecast.parameters() == null) {
      throw new IllegalStateException("a point forecast has no distribution; set loss=nll");
    }
    return config
        .distribution()
        .sample(forecast.parameters(), forecast.loc(), forecast.scale(), count, rng);
  }

  // ---- targets ----

  /**
   * Outputs for windows: regression's targets (its distribution's parameters with {@code nll}), or
   * the classes' logits, [B, num_targets] each; for the tasks regression and classification.
   */
  public Tensor[] predict(Tensor past, Tensor observed) {
    require("regression", "classification");
    Encoded encoded = encode(past, observed);
    Tensor hidden =
        injection == null
            ? encoded.hidden()
            : injection.forward(encoded.hidden(), encoded.loc(), encoded.scale());
    Tensor byPatch = hidden.transpose(2, 3); // [B, C, D, N]
    Tensor pooled =
        switch (config.aggregation()) {
          case "use_last" -> byPatch.select(3, -1);
          case "max_pool" -> byPatch.max(3);
          case "avg_pool" -> byPatch.mean(3);
          default -> byPatch;
        };
    Tensor flat = headDrop.forward(pooled.flatten(1, -1));
    Tensor[] raw = head.stream().map(h -> h.forward(flat)).toArray(Tensor[]::new);
    if (config.isDistribution()) {
      return config.distribution().domain(raw);
    }
    if (config.output_range() == null) {
      return raw;
    }
    double low = config.output_range().get(0);
    double high = config.output_range().get(1);
    return new Tensor[] {raw[0].sigmoid().mul(high - low).add(low)};
  }

  /**
   * The loss of {@link #predict}'s outputs.
   *
   * @param target [B, num_targets], or classes int64 [B]
   */
  public Tensor targetLoss(Tensor[] outputs, Tensor target) {
    if (config.task().equals("classification")) {
      return Losses.crossEntropy(outputs[0], target);
    }
    if (!config.isDistribution()) {
      return Losses.mse(outputs[0], target);
    }
    return config.distribution().nll(outputs, null, null, target).sum(-1).mean();
  }

  // ---- pretraining ----

  /**
   * Reconstructed patches.
   *
   * @param patches in scaled units, [B, C, N, P]
   * @param truth the patches before masking
   * @param mask 1 where a patch was hidden, [B, C, N]
   * @param loss mean squared error, of hidden patches alone with {@code masked_loss}
   */
  public record Reconstruction(Tensor patches, Tensor truth, Tensor mask, Tensor loss) {}

  /**
   * Hides patches and reconstructs them; for the task pretrain.
   *
   * @param draws what {@link PatchMask} takes; null to draw from the bound stream ({@link
   *     Rng#bound})
   */
  public Reconstruction reconstruct(Tensor past, Tensor observed, Tensor draws) {
    require("pretrain");
    Tensor truth = config.cut(scaled(past, observed).values());
    PatchMask masked =
        draws == null
            ? PatchMask.of(config.mask(), truth, Rng.bound())
            : PatchMask.of(config.mask(), truth, draws);
    Tensor patches = head.get(0).forward(headDrop.forward(encoder.forward(masked.masked())));
    Tensor error = patches.sub(truth).square();
    Tensor mask = masked.mask();
    Tensor loss =
        config.masked_loss()
            ? error.mean(3).mul(mask).sum().div(mask.sum().add(NOTHING_MASKED))
            : error.mean();
    return new Reconstruction(patches, truth, mask, loss);
  }

  private void require(String... tasks) {
    if (!List.of(tasks).contains(config.task())) {
      throw new IllegalStateException(
          "this needs a network for the task %s, this one is for %s"
              .formatted(String.join(" or ", tasks), config.task()));
    }
  }

  // ---- the component ----

  /** The component's computation: inputs and outputs by the specification's names. */
  Map<String, Tensor> run(Inputs in) {
    Tensor past = in.get("past_values");
    Tensor observed = in.optional("observed_mask");
    Outputs outputs = new Outputs();
    switch (config.task()) {
      case "encoder" -> {
        Encoded encoded = encode(past, observed);
        outputs
            .put("last_hidden_state", encoded.hidden())
            .put("patch_input", encoded.patches())
            .put("loc", encoded.loc())
            .put("scale", encoded.scale());
      }
      case "forecast" -> {
        Forecast forecast = forecast(past, observed);
        if (forecast.parameters() == null) {
          outputs.put("prediction", forecast.point());
        } else {
          put(outputs, forecast.parameters());
        }
        if (in.has("future_values")) {
          outputs.put("loss", loss(forecast, in.get("future_values")));
        }
      }
      case "pretrain" -> {
        String draws = config.mask_type().equals("random") ? "noise" : "perm";
        Reconstruction made = reconstruct(past, observed, in.optional(draws));
        outputs.put("prediction", made.patches()).put("mask", made.mask()).put("loss", made.loss());
      }
      default -> {
        Tensor[] made = predict(past, observed);
        if (config.isDistribution()) {
          put(outputs, made);
        } else {
          outputs.put("prediction", made[0]);
        }
        if (in.has("target_values")) {
          outputs.put("loss", targetLoss(made, in.get("target_values")));
        }
      }
    }
    return outputs.map();
  }

  private void put(Outputs outputs, Tensor[] parameters) {
    List<String> names = config.distribution().parameters();
    for (int i = 0; i < parameters.length; i++) {
      outputs.put("param." + names.get(i), parameters[i]);
    }
  }

  /** Inputs of the usual shapes in a batch of one. */
  static Map<String, Tensor> example(TsMixerConfig config) {
    Outputs inputs = new Outputs();
    inputs.put(
        "past_values", Tensor.zeros(1, config.context_length(), config.num_input_channels()));
    if (config.task().equals("pretrain")) {
      if (config.mask_type().equals("random")) {
        long channels = config.channel_consistent_masking() ? 1 : config.num_input_channels();
        inputs.put("noise", Tensor.zeros(1, channels, config.patches()));
      } else {
        inputs.put("perm", Tensor.zeros(DType.I64, dev.melange.tensor.Device.CPU, 1));
      }
    }
    return inputs.map();
  }
}
