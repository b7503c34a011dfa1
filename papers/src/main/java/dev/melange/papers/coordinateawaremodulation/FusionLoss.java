package dev.melange.papers.coordinateawaremodulation;

import dev.melange.metric.ImageQuality;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** The loss of video frames, and structural similarity with gradients. */
public final class FusionLoss {
  /** Configuration of {@code loss/video-fusion} and {@code field/image-metrics}: no options. */
  public record Config() {}

  private static final double ABSOLUTE_SHARE = 0.7;
  private static final double C1 = 0.01 * 0.01;
  private static final double C2 = 0.03 * 0.03;

  private FusionLoss() {}

  /**
   * {@code 0.7 mean |p - t| + 0.3 (1 - SSIM)} (appendix, "Fusion6").
   *
   * @param prediction [B, C, H, W]
   * @param target likewise
   * @return a scalar
   */
  public static Tensor of(Tensor prediction, Tensor target) {
    Tensor absolute = prediction.sub(target).abs().mean();
    Tensor dissimilarity = ssim(prediction, target).rsub(1);
    return absolute.mul(ABSOLUTE_SHARE).add(dissimilarity.mul(1 - ABSOLUTE_SHARE));
  }

  /**
   * Mean structural similarity of images with values in [0, 1]: Gaussian windows of 11 x 11, where
   * they lie wholly inside.
   *
   * @param a [B, C, H, W]
   * @param b likewise
   * @return a scalar
   */
  public static Tensor ssim(Tensor a, Tensor b) {
    double[] window = ImageQuality.Window.gaussian().weights();
    if (a.dim() != 4
        || !Arrays.equals(a.shape(), b.shape())
        || Math.min(a.size(2), a.size(3)) < window.length) {
      throw new IllegalArgumentException(
          "SSIM compares images [B, C, H, W] of at least %d x %d, got %s and %s"
              .formatted(
                  window.length,
                  window.length,
                  Arrays.toString(a.shape()),
                  Arrays.toString(b.shape())));
    }
    Tensor weights = Tensor.of(window).to(a.dtype()).to(a.device());
    Tensor meanA = blur(a, weights);
    Tensor meanB = blur(b, weights);
    Tensor product = meanA.mul(meanB);
    Tensor squares = meanA.square().add(meanB.square());
    Tensor covariance = blur(a.mul(b), weights).sub(product);
    Tensor variances = blur(a.square().add(b.square()), weights).sub(squares);
    Tensor similar = product.mul(2.0).add(C1).mul(covariance.mul(2.0).add(C2));
    return similar.div(squares.add(C1).mul(variances.add(C2))).mean();
  }

  private static Tensor blur(Tensor x, Tensor weights) {
    Tensor planes = x.reshape(-1, 1, x.size(2), x.size(3));
    Tensor rows = Nn.conv2d(planes, weights.reshape(1, 1, -1, 1), null);
    return Nn.conv2d(rows, weights.reshape(1, 1, 1, -1), null);
  }

  /** Mean squared error, a scalar. */
  static Tensor squaredError(Tensor prediction, Tensor target) {
    return prediction.sub(target).square().mean();
  }

  /** Peak signal-to-noise ratio in dB of values in [0, 1], a scalar; infinite for equal images. */
  static Tensor psnr(Tensor squaredError) {
    return squaredError.log().mul(-10 / Math.log(10));
  }
}
