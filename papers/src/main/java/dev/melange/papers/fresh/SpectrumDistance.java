package dev.melange.papers.fresh;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** The Wasserstein distance of two spectra, each taken as a distribution over its frequencies. */
public final class SpectrumDistance {
  /** Configuration of {@code loss/spectrum-wasserstein}: no options. */
  public record Config() {}

  private SpectrumDistance() {}

  /**
   * How far the one has to be moved to become the other, in frequencies.
   *
   * @param u not negative, [n]
   * @param v likewise
   * @return a scalar
   */
  public static Tensor of(Tensor u, Tensor v) {
    if (u.dim() != 1 || !Arrays.equals(u.shape(), v.shape())) {
      throw new IllegalArgumentException(
          "spectra to be compared have the same length, got %s and %s"
              .formatted(Arrays.toString(u.shape()), Arrays.toString(v.shape())));
    }
    Tensor difference = u.div(u.sum()).cumsum(0).sub(v.div(v.sum()).cumsum(0));
    return difference.narrow(0, 0, u.size(0) - 1).abs().sum();
  }
}
