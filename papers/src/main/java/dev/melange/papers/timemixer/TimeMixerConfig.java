package dev.melange.papers.timemixer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.papers.forecast.SeriesDecomposition;

/**
 * Sizes and options of {@link TimeMixer}; names are those of the official code.
 *
 * @param task_name what to compute
 * @param seq_len history length, T
 * @param pred_len horizon, H
 * @param enc_in channels, N
 * @param c_out output channels, = enc_in; null for that
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
 * @param train_down_conv whether {@code conv} owns a trainable weight {@code down_conv.weight}; the
 *     official code draws a new random one at each pass
 * @param mark_order {@code official}: with independent channels, row r takes the times of sample r
 *     mod B, as published results do; {@code sample}: those of its own sample
 */
public record TimeMixerConfig(
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
    @Default("null") Integer c_out,
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
  public TimeMixerConfig {
    DownSampling.check(seq_len, down_sampling_layers, down_sampling_window);
    if (pred_len < 1 || enc_in < 1 || d_ff < 1 || e_layers < 1 || num_class < 1) {
      throw new IllegalArgumentException(
          "pred_len, enc_in, d_ff, e_layers and num_class must be positive, got %d, %d, %d, %d, %d"
              .formatted(pred_len, enc_in, d_ff, e_layers, num_class));
    }
    requireSwitch("channel_independence", channel_independence);
    requireSwitch("use_norm", use_norm);
    requireSwitch("use_future_temporal_feature", use_future_temporal_feature);
    c_out = c_out == null ? Integer.valueOf(enc_in) : c_out;
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
   * The usual options: independent channels, moving average of 25, dropout 0.1, average pooling by
   * 2, hourly time features.
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
  public static TimeMixerConfig of(
      String task,
      int length,
      int horizon,
      int channels,
      int features,
      int hidden,
      int layers,
      int scales) {
    return new TimeMixerConfig(
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

  /** The official options are numbers where they could be booleans. */
  static void requireSwitch(String key, int value) {
    if (value != 0 && value != 1) {
      throw new IllegalArgumentException("%s must be 0 or 1, got %d".formatted(key, value));
    }
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
