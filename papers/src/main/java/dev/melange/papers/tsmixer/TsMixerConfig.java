package dev.melange.papers.tsmixer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/**
 * Configuration of {@code series/tsmixer}; keys and defaults are those of the official release.
 *
 * @param task what the network does: {@code encoder} (no head), {@code forecast}, {@code
 *     regression}, {@code classification}, or {@code pretrain} (reconstructs masked patches)
 * @param context_length history, T; longer than a patch
 * @param patch_length steps of a patch, P
 * @param patch_stride steps from one patch to the next, S
 * @param num_input_channels channels, C
 * @param d_model features of a patch, D
 * @param expansion_factor hidden width of an MLP over its input's
 * @param num_layers mixing layers
 * @param dropout rate in the MLPs and of attention weights
 * @param head_dropout rate before the head
 * @param mode {@code common_channel} treats channels alike and apart, {@code mix_channel} mixes
 *     them
 * @param gated_attn whether softmax gates follow (channels: precede) the MLPs
 * @param norm_mlp {@code LayerNorm}; a name that contains "batch" is batch normalisation
 * @param norm_eps of the norms
 * @param self_attn whether attention over the patches helps the patch mixer
 * @param self_attn_heads its heads
 * @param use_positional_encoding whether positions are added to the patches
 * @param positional_encoding_type {@code sincos}, a fixed table, or {@code random}, trained
 * @param scaling of each window and channel: "std" or true, "mean", or null (or anything else) for
 *     none
 * @param loss {@code mse}, or {@code nll} of a distribution (forecast and regression)
 * @param distribution_output the distribution of {@code nll}
 * @param prediction_length horizon, H
 * @param prediction_channel_indices the channels that are forecast; null for all
 * @param num_targets outputs of a regression, or classes
 * @param output_range limits of a regression's outputs, by a sigmoid; null for none
 * @param head_aggregation over the patches before regression and classification: {@code max_pool},
 *     {@code avg_pool}, {@code use_last}; null for none
 * @param mask_type what pretraining hides: patches at {@code random}, or the last ones ({@code
 *     forecast})
 * @param random_mask_ratio share of hidden patches, [0, 1)
 * @param num_forecast_mask_patches numbers of last patches to hide; a number or a list
 * @param mask_value what takes their place
 * @param masked_loss whether hidden patches alone count in pretraining
 * @param channel_consistent_masking whether all channels hide the same patches
 * @param unmasked_channel_indices channels that hide nothing; null for none
 */
public record TsMixerConfig(
    @Default("forecast") @OneOf({"encoder", "forecast", "regression", "classification", "pretrain"})
        String task,
    @Default("32") int context_length,
    @Default("8") int patch_length,
    @Default("8") int patch_stride,
    @Default("1") int num_input_channels,
    @Default("8") int d_model,
    @Default("2") int expansion_factor,
    @Default("3") int num_layers,
    @Default("0.2") double dropout,
    @Default("0.2") double head_dropout,
    @Default("common_channel") @OneOf({"common_channel", "mix_channel"}) String mode,
    @Default("true") boolean gated_attn,
    @Default("LayerNorm") String norm_mlp,
    @Default("1e-5") double norm_eps,
    @Default("false") boolean self_attn,
    @Default("1") int self_attn_heads,
    @Default("false") boolean use_positional_encoding,
    @Default("sincos") @OneOf({"sincos", "random"}) String positional_encoding_type,
    @Default("\"std\"") JsonNode scaling,
    @Default("mse") @OneOf({"mse", "nll"}) String loss,
    @Default("student_t") @OneOf({"student_t", "normal", "negative_binomial"})
        String distribution_output,
    @Default("16") int prediction_length,
    @Default("null") List<Integer> prediction_channel_indices,
    @Default("3") int num_targets,
    @Default("null") List<Double> output_range,
    @Default("\"max_pool\"") JsonNode head_aggregation,
    @Default("random") @OneOf({"random", "forecast"}) String mask_type,
    @Default("0.5") double random_mask_ratio,
    @Default("[2]") JsonNode num_forecast_mask_patches,
    @Default("0") double mask_value,
    @Default("true") boolean masked_loss,
    @Default("true") boolean channel_consistent_masking,
    @Default("null") List<Integer> unmasked_channel_indices) {
  private static final List<String> AGGREGATIONS = List.of("max_pool", "avg_pool", "use_last");

  /** Checks the sizes. */
  public TsMixerConfig {
    if (patch_length < 1 || patch_stride < 1 || num_input_channels < 1 || d_model < 1) {
      throw new IllegalArgumentException(
          "patch_length, patch_stride, num_input_channels and d_model must be at least 1, got %d, %d, %d and %d"
              .formatted(patch_length, patch_stride, num_input_channels, d_model));
    }
    if (context_length <= patch_length) {
      throw new IllegalArgumentException(
          "context_length must be longer than patch_length, got %d and %d"
              .formatted(context_length, patch_length));
    }
    if (expansion_factor < 1 || num_layers < 1 || prediction_length < 1 || num_targets < 1) {
      throw new IllegalArgumentException(
          "expansion_factor, num_layers, prediction_length and num_targets must be at least 1, got %d, %d, %d and %d"
              .formatted(expansion_factor, num_layers, prediction_length, num_targets));
    }
    if (self_attn && (self_attn_heads < 1 || d_model % self_attn_heads != 0)) {
      throw new IllegalArgumentException(
          "d_model %d cannot be split into %d attention heads".formatted(d_model, self_attn_heads));
    }
    if (use_positional_encoding && positional_encoding_type.equals("sincos") && d_model % 2 != 0) {
      throw new IllegalArgumentException(
          "positions by sines and cosines need an even d_model, got " + d_model);
    }
    if (output_range != null && (output_range.size() != 2)) {
      throw new IllegalArgumentException(
          "output_range has a lower and an upper limit, got " + output_range);
    }
    if (!isNull(head_aggregation) && !AGGREGATIONS.contains(head_aggregation.asText())) {
      throw new IllegalArgumentException(
          "head_aggregation is one of %s or null, got %s"
              .formatted(AGGREGATIONS, head_aggregation));
    }
    checkChannels("prediction_channel_indices", prediction_channel_indices, num_input_channels);
    checkChannels("unmasked_channel_indices", unmasked_channel_indices, num_input_channels);
    prediction_channel_indices =
        prediction_channel_indices == null
            ? null
            : prediction_channel_indices.stream().sorted().toList();
  }

  private static void checkChannels(String key, List<Integer> channels, int count) {
    if (channels != null && channels.stream().anyMatch(c -> c < 0 || c >= count)) {
      throw new IllegalArgumentException(
          "%s lie between 0 and %d, got %s".formatted(key, count - 1, channels));
    }
  }

  private static boolean isNull(JsonNode value) {
    return value == null || value.isNull();
  }

  /** How patches are aggregated; {@code none} for not at all. */
  String aggregation() {
    return isNull(head_aggregation) ? "none" : head_aggregation.asText();
  }

  /** Number of patches, N. */
  public int patches() {
    return (Math.max(context_length, patch_length) - patch_length) / patch_stride + 1;
  }

  /**
   * Patches of windows, [B, T, C] to [B, C, N, P]; the oldest steps that fill none are left out.
   */
  Tensor cut(Tensor windows) {
    int used = patch_length + patch_stride * (patches() - 1);
    return windows
        .narrow(1, context_length - used, used)
        .transpose(1, 2)
        .unfold(2, patch_length, patch_stride);
  }

  /** How windows are scaled. */
  WindowScaler scaler() {
    return WindowScaler.of(scaling);
  }

  /** Whether the norms are batch normalisations. */
  boolean batchNorm() {
    return norm_mlp.toLowerCase(Locale.ROOT).contains("batch");
  }

  /** Whether the head describes a distribution. */
  boolean isDistribution() {
    return loss.equals("nll") && (task.equals("forecast") || task.equals("regression"));
  }

  /** The distribution of the head. */
  DistributionOutput distribution() {
    return DistributionOutput.of(distribution_output);
  }

  /** What pretraining hides. */
  PatchMask.Config mask() {
    return new PatchMask.Config(
        mask_type,
        random_mask_ratio,
        channel_consistent_masking,
        num_forecast_mask_patches,
        unmasked_channel_indices,
        mask_value);
  }
}
