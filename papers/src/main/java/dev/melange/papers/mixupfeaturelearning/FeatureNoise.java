package dev.melange.papers.mixupfeaturelearning;

import dev.melange.tensor.DType;
import dev.melange.tensor.Linalg;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The data model of the paper's theory. Each of two classes has a common and a rare feature. A
 * sample is P patches: one is its feature; one is feature noise, a weak copy of the common feature
 * of either class; the others are Gaussian noise orthogonal to all features.
 */
public final class FeatureNoise {
  /** Number of features: common of class 0 and 1, rare of class 0 and 1. */
  public static final int FEATURES = 4;

  private FeatureNoise() {}

  /**
   * Configuration of {@code data/feature-noise}.
   *
   * @param alpha strength of the feature noise
   * @param sigma standard deviation of the Gaussian noise, not negative
   */
  public record Config(double alpha, double sigma) {
    /** Checks both. */
    public Config {
      if (!Double.isFinite(alpha) || !(sigma >= 0) || !Double.isFinite(sigma)) {
        throw new IllegalArgumentException(
            "alpha must be finite and sigma finite and not negative, got %s and %s"
                .formatted(alpha, sigma));
      }
    }
  }

  /**
   * The choices that make samples; all int64 [n].
   *
   * @param labels class 0 or 1
   * @param rare 1 for samples with the rare feature of their class, else 0
   * @param featurePatch where the feature is
   * @param noisePatch where the feature noise is, another patch
   * @param noiseSide class whose common feature it is, 0 or 1
   */
  public record Choices(
      Tensor labels, Tensor rare, Tensor featurePatch, Tensor noisePatch, Tensor noiseSide) {
    /**
     * Draws all but the labels and which samples are rare.
     *
     * @param patches number P of patches, at least 2
     */
    public static Choices draw(long[] labels, boolean[] rare, int patches, Rng rng) {
      if (patches < 2) {
        throw new IllegalArgumentException("patches must be at least 2, got " + patches);
      }
      if (labels.length != rare.length) {
        throw new IllegalArgumentException(
            "rare has %d values, expected one per label, %d".formatted(rare.length, labels.length));
      }
      int n = labels.length;
      long[] rareness = new long[n];
      long[] feature = new long[n];
      long[] noise = new long[n];
      long[] side = new long[n];
      for (int i = 0; i < n; i++) {
        rareness[i] = rare[i] ? 1 : 0;
        feature[i] = rng.nextInt(patches);
        noise[i] = (feature[i] + 1 + rng.nextInt(patches - 1)) % patches;
        side[i] = rng.nextInt(2);
      }
      return new Choices(
          Tensor.of(labels),
          Tensor.of(rareness),
          Tensor.of(feature),
          Tensor.of(noise),
          Tensor.of(side));
    }
  }

  /** Four random orthonormal features of length d, at least 4: float64 [4, d]. */
  public static Tensor features(int d, Rng rng) {
    if (d < FEATURES) {
      throw new IllegalArgumentException("features need at least 4 dimensions, got " + d);
    }
    Tensor gaussian = rng.normal_(Tensor.zeros(d, FEATURES).to(DType.F64), 0, 1);
    return Linalg.qr(gaussian)[0].t().contiguous();
  }

  /**
   * Makes samples.
   *
   * @param noise standard normal [n, P, d]
   * @param features orthonormal rows [4, d]
   * @return patches [n, P, d]
   * @throws IllegalArgumentException if shapes do not fit, or a feature and its noise share a patch
   */
  public static Tensor patches(Config config, Choices choices, Tensor noise, Tensor features) {
    if (noise.dim() != 3) {
      throw new IllegalArgumentException(
          "noise must be [n, P, d], got " + Arrays.toString(noise.shape()));
    }
    checkFeatures(features, noise.size(2));
    long n = noise.size(0);
    check("labels", choices.labels, n, 2);
    check("rare", choices.rare, n, 2);
    check("noise_side", choices.noiseSide, n, 2);
    check("feature_patch", choices.featurePatch, n, noise.size(1));
    check("noise_patch", choices.noisePatch, n, noise.size(1));
    if (choices.featurePatch.eq(choices.noisePatch).any().item() != 0) {
      throw new IllegalArgumentException(
          "feature_patch and noise_patch of a sample must differ; draw noise_patch from the others");
    }
    Tensor along = noise.matmul(features.t()).matmul(features);
    Tensor patches = noise.sub(along).mul(config.sigma);
    Tensor samples = Tensor.arange(n).to(noise.device());
    Tensor own = features.indexSelect(0, choices.labels.add(choices.rare.mul(2L)));
    Tensor weak = features.indexSelect(0, choices.noiseSide).mul(config.alpha);
    return patches
        .indexPut_(own, samples, choices.featurePatch)
        .indexPut_(weak, samples, choices.noisePatch);
  }

  static void checkFeatures(Tensor features, long d) {
    if (!Arrays.equals(features.shape(), new long[] {FEATURES, d})) {
      throw new IllegalArgumentException(
          "features must be [4, %d], got %s".formatted(d, Arrays.toString(features.shape())));
    }
  }

  private static void check(String name, Tensor values, long n, long below) {
    if (values.dtype() != DType.I64 || !Arrays.equals(values.shape(), new long[] {n})) {
      throw new IllegalArgumentException(
          "%s must be int64 [%d], got %s %s"
              .formatted(name, n, values.dtype(), Arrays.toString(values.shape())));
    }
    if (n > 0 && (values.min().item() < 0 || values.max().item() >= below)) {
      throw new IllegalArgumentException(
          "%s must be in [0, %d), got %d to %d"
              .formatted(name, below, (long) values.min().item(), (long) values.max().item()));
    }
  }
}
