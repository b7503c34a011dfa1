package dev.melange.papers.timemixer;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The coarser scales of a history: what {@link TimeMixer} sees of values and times at each.
 *
 * @param config says how many there are, how they are pooled and how rows are ordered
 */
record DownSampling(TimeMixerConfig config) {
  static void check(int length, int layers, int window) {
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

  /** Lengths of the scales of the history, finest first. */
  long[] lengths() {
    return lengths(config.seq_len(), config.down_sampling_layers(), config.down_sampling_window());
  }

  /**
   * A history at all scales, finest first.
   *
   * @param x [B, T, N]
   * @param filter [N, N, 3] of the method {@code conv}; null for others
   */
  List<Tensor> scales(Tensor x, Tensor filter) {
    List<Tensor> scales = new ArrayList<>(List.of(x));
    long w = config.down_sampling_window();
    Tensor y = x.transpose(1, 2);
    for (int m = 0; m < config.down_sampling_layers(); m++) {
      y =
          switch (config.down_sampling_method()) {
            case "avg" -> Nn.avgPool1d(y, w, w, 0);
            case "max" -> Nn.maxPool1d(y, w, w, 0);
            default ->
                Nn.conv1d(Nn.pad(y, new long[] {1, 1}, "circular", 0), filter, null, w, 0, 1, 1);
          };
      scales.add(y.transpose(1, 2));
    }
    return scales;
  }

  /**
   * Time features at all scales, for as many rows as the embedding sees.
   *
   * @param mark [B, T, features]
   * @param scales the values, [B, length, N]
   */
  List<Tensor> marks(Tensor mark, List<Tensor> scales) {
    List<Tensor> marks = new ArrayList<>();
    Tensor own = mark;
    for (Tensor scale : scales) {
      if (own.size(1) != scale.size(1)) {
        throw new IllegalArgumentException(
            "a scale has %d values but %d time marks; with marks, seq_len %d must be divisible by window^layers = %d^%d"
                .formatted(
                    scale.size(1),
                    own.size(1),
                    config.seq_len(),
                    config.down_sampling_window(),
                    config.down_sampling_layers()));
      }
      marks.add(config.channel_independence() == 1 ? tiled(own) : own);
      own = own.slice(1, 0, own.size(1), config.down_sampling_window());
    }
    return marks;
  }

  /** Time features for the rows of independent channels, [B * N, L, features]. */
  Tensor tiled(Tensor mark) {
    return config.mark_order().equals("official")
        ? mark.repeat(config.enc_in(), 1, 1)
        : mark.repeatInterleave(config.enc_in(), 0);
  }
}
