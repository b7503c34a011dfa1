package dev.melange.papers.hourglassmlp;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * What spoils the images that a network is to restore. Component {@code data/degrade}.
 *
 * @param task {@code denoise}: adds normal noise; {@code super_resolution}: means over blocks
 * @param sigma standard deviation of the noise, in units of [0, 1]
 * @param clip whether noisy images are cut to [0, 1]
 * @param factor side of the blocks in pixels
 */
public record Degradation(
    @Default("denoise") @OneOf({"denoise", "super_resolution"}) String task,
    @Default("0.25") double sigma,
    @Default("false") boolean clip,
    @Default("2") int factor) {
  /** Checks the numbers. */
  public Degradation {
    if (!(sigma >= 0) || Double.isInfinite(sigma) || factor < 1) {
      throw new IllegalArgumentException(
          "sigma must be a number of at least 0 and factor at least 1, got %s and %d"
              .formatted(sigma, factor));
    }
  }

  /** Noise of a strength, not clipped. */
  public static Degradation noise(double sigma) {
    return new Degradation("denoise", sigma, false, 2);
  }

  /** Means over blocks of a side. */
  public static Degradation shrink(int factor) {
    return new Degradation("super_resolution", 0, false, factor);
  }

  /** Whether it adds noise. */
  public boolean isNoise() {
    return task.equals("denoise");
  }

  /**
   * Spoils images.
   *
   * @param x [B, C, H, W] in [0, 1]
   * @param noise standard normal numbers of the same shape; not used by super_resolution, where it
   *     may be null
   * @return [B, C, H, W], or [B, C, H / factor, W / factor]
   * @throws IllegalArgumentException if the blocks do not fill the image
   */
  public Tensor apply(Tensor x, Tensor noise) {
    if (isNoise()) {
      Tensor noisy = x.add(noise.mul(sigma));
      return clip ? noisy.clamp(0, 1) : noisy;
    }
    if (x.dim() != 4 || x.size(2) % factor != 0 || x.size(3) % factor != 0) {
      throw new IllegalArgumentException(
          "super_resolution by %d expects images [B, C, H, W] with H and W multiples of it, got %s; crop or resize them"
              .formatted(factor, Arrays.toString(x.shape())));
    }
    return Nn.avgPool2d(x, factor, factor, 0, true);
  }
}
