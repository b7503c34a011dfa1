package dev.melange.papers.forecast;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.Fft;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** Splits [B, T, D] into a seasonal part and a trend, which add up to it (section 3.2). */
public final class SeriesDecomposition {
  /**
   * How to split.
   *
   * @param decomp_method {@code moving_avg}: the trend is a moving average; {@code dft_time}: the
   *     season is the strongest frequencies along time, as the paper describes it; {@code
   *     dft_decomp}: what the official code computes instead, for its checkpoints only
   * @param moving_avg window of the moving average, odd
   * @param top_k number of frequencies kept
   */
  public record Config(
      @Default("moving_avg") @OneOf({"moving_avg", "dft_decomp", "dft_time"}) String decomp_method,
      @Default("25") int moving_avg,
      @Default("5") int top_k) {
    /** Checks the window and the number of frequencies. */
    public Config {
      if (moving_avg < 1 || moving_avg % 2 == 0) {
        throw new IllegalArgumentException(
            "moving_avg must be odd and positive, got " + moving_avg);
      }
      if (top_k < 1) {
        throw new IllegalArgumentException("top_k must be at least 1, got " + top_k);
      }
    }
  }

  /**
   * The two parts, each of the input's shape.
   *
   * @param season what varies around the trend
   * @param trend the rest
   */
  public record Parts(Tensor season, Tensor trend) {
    private Parts transposed() {
      return new Parts(season.transpose(1, 2), trend.transpose(1, 2));
    }
  }

  private static final int LONGEST_MATRIX = 512;

  private final Config config;

  /** A decomposition. */
  public SeriesDecomposition(Config config) {
    this.config = config;
  }

  /** Splits x, [B, T, D]. */
  public Parts split(Tensor x) {
    if (config.decomp_method().equals("moving_avg")) {
      return splitLast(x.transpose(1, 2)).transposed();
    }
    Tensor season = config.decomp_method().equals("dft_time") ? strongestInTime(x) : official(x);
    return new Parts(season, x.sub(season));
  }

  /** The same where time is the last dimension: splits x, [B, D, T]. */
  public Parts splitLast(Tensor x) {
    if (!config.decomp_method().equals("moving_avg")) {
      return split(x.transpose(1, 2)).transposed();
    }
    Tensor trend = average(x);
    return new Parts(x.sub(trend), trend);
  }

  // A moving average is linear in time, and one product with its matrix is several times faster
  // than pooling.
  private Tensor average(Tensor x) {
    long length = x.size(2);
    if (length > LONGEST_MATRIX) {
      return pooled(x);
    }
    Tensor each = Tensor.eye(length, x.dtype()).to(x.device()).unsqueeze(0);
    return Nn.linear(x, pooled(each).get(0).t().contiguous(), null);
  }

  // Along the last dimension, whose first and last values are repeated at the ends.
  private Tensor pooled(Tensor x) {
    long side = (config.moving_avg() - 1) / 2;
    Tensor padded = Nn.pad(x, new long[] {side, side}, "replicate", 0);
    return Nn.avgPool1d(padded, config.moving_avg(), 1, 0);
  }

  private Tensor strongestInTime(Tensor x) {
    long length = x.size(1);
    checkBins(length, "time steps");
    Tensor spectrum = Fft.rfft(x, 1, "backward");
    Tensor amplitude = spectrum.detach().abs();
    amplitude.select(1, 0).zero_();
    Tensor threshold = amplitude.topk(config.top_k(), 1).values().minKeep(1);
    Tensor keep = amplitude.ge(threshold).and(amplitude.gt(0.0));
    return Fft.irfft(spectrum.mul(keep.to(x.dtype())), length, 1, "backward");
  }

  // Transforms along features, and clears the amplitudes of the first sample where the constant
  // bin was meant: the threshold becomes 0, and only the first sample loses anything.
  private Tensor official(Tensor x) {
    long features = x.size(2);
    checkBins(features, "features");
    if (features % 2 != 0) {
      throw new IllegalArgumentException(
          "dft_decomp needs an even number of features, got " + features + "; use dft_time");
    }
    Tensor spectrum = Fft.rfft(x, -1, "backward");
    Tensor amplitude = spectrum.detach().abs();
    amplitude.select(0, 0).zero_();
    Tensor threshold = amplitude.topk(config.top_k(), -1).values().min();
    Tensor keep = amplitude.gt(threshold);
    return Fft.irfft(spectrum.mul(keep.to(x.dtype())), features, -1, "backward");
  }

  private void checkBins(long length, String what) {
    if (length / 2 + 1 < config.top_k()) {
      throw new IllegalArgumentException(
          "%d %s have %d frequencies, fewer than top_k %d; lower top_k or use moving_avg"
              .formatted(length, what, length / 2 + 1, config.top_k()));
    }
  }
}
