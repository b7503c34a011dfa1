package dev.melange.papers.coordinateawaremodulation;

import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** Rays of a camera, samples along them, and the colours that a radiance field gives them. */
public final class VolumeRendering {
  /** Configuration of {@code field/volume-rendering}: no options. */
  public record Config() {}

  /** Configuration of {@code field/sample-pdf}: no options. */
  public record SampleConfig() {}

  /**
   * Configuration of {@code field/camera-rays}.
   *
   * @param height pixels
   * @param width pixels
   * @param focal length in pixels
   */
  public record Camera(int height, int width, double focal) {
    /** Checks the sizes. */
    public Camera {
      if (height < 1 || width < 1 || !(focal > 0)) {
        throw new IllegalArgumentException(
            "height, width and focal must be positive, got %d, %d and %s"
                .formatted(height, width, focal));
      }
    }
  }

  /**
   * What R rays show.
   *
   * @param color [R, 3]
   * @param opacity [R, 1]
   * @param depth expected distance, [R, 1]
   * @param weights of the N intervals, [R, N]
   */
  public record Rendering(Tensor color, Tensor opacity, Tensor depth, Tensor weights) {}

  /**
   * The rays of a camera's pixels, each [H, W, 3].
   *
   * @param origins where they begin
   * @param directions with a length of 1 along the camera's axis
   * @param viewdirs with a length of 1
   */
  public record Rays(Tensor origins, Tensor directions, Tensor viewdirs) {}

  private static final double EPS_F64 = Math.ulp(1.0);
  private static final double EPS_F32 = Math.ulp(1.0f);
  private static final double SMALLEST = 1e-5;

  private VolumeRendering() {}

  /**
   * The integral along rays, by intervals of constant density.
   *
   * @param edges limits of the intervals, rising, [R, N + 1]
   * @param sigma densities, [R, N]
   * @param rgb colours, [R, N, 3]
   * @param background colour behind it all, [3]
   */
  public static Rendering render(Tensor edges, Tensor sigma, Tensor rgb, Tensor background) {
    long n = sigma.size(-1);
    checkIntervals("edges", edges, "densities", sigma);
    Tensor low = edges.narrow(1, 0, n);
    Tensor high = edges.narrow(1, 1, n);
    Tensor thickness = sigma.mul(high.sub(low));
    Tensor before = thickness.cumsum(1).sub(thickness);
    Tensor weights = before.neg().exp().mul(thickness.neg().expm1().neg());
    Tensor opacity = weights.sumKeep(1);
    Tensor color = weights.unsqueeze(2).mul(rgb).sum(1).add(opacity.rsub(1).mul(background));
    double eps = opacity.dtype() == DType.F64 ? EPS_F64 : EPS_F32;
    Tensor middle = low.add(high).mul(0.5);
    Tensor depth = weights.mul(middle).sumKeep(1).div(opacity.clampMin(eps));
    return new Rendering(color, opacity, depth, weights);
  }

  /**
   * Samples along rays in proportion to the weights of intervals, by the inverse of their
   * cumulative distribution.
   *
   * @param bins limits of the intervals, rising, [R, N + 1]
   * @param weights not negative, [R, N]
   * @param u where to invert the distribution, in [0, 1], [R, M]
   * @return [R, M]
   */
  public static Tensor samplePdf(Tensor bins, Tensor weights, Tensor u) {
    checkIntervals("bins", bins, "weights", weights);
    Tensor positive = weights.add(SMALLEST);
    Tensor pdf = positive.div(positive.sumKeep(1));
    Tensor cdf = Tensor.cat(1, pdf.narrow(1, 0, 1).zerosLike(), pdf.cumsum(1)); // [R, N + 1]
    Tensor above = u.unsqueeze(2).ge(cdf.unsqueeze(1)).to(DType.I64).sum(2); // [R, M]
    Tensor lower = above.sub(1L).clampMin(0).to(DType.I64);
    Tensor upper = above.clampMax((double) weights.size(1)).to(DType.I64);
    Tensor cdfLower = cdf.gather(1, lower);
    Tensor width = cdf.gather(1, upper).sub(cdfLower);
    Tensor divisor = Tensor.where(width.lt(SMALLEST), width.onesLike(), width);
    Tensor binLower = bins.gather(1, lower);
    Tensor binUpper = bins.gather(1, upper);
    return binLower.add(u.sub(cdfLower).div(divisor).mul(binUpper.sub(binLower)));
  }

  private static void checkIntervals(String limits, Tensor a, String values, Tensor b) {
    if (a.dim() != 2 || b.dim() != 2 || a.size(0) != b.size(0) || a.size(1) != b.size(1) + 1) {
      throw new IllegalArgumentException(
          "%s [R, N + 1] do not fit %s [R, N]: got %s and %s"
              .formatted(limits, values, Arrays.toString(a.shape()), Arrays.toString(b.shape())));
    }
  }

  /**
   * The rays through the pixels' centres of a camera that looks along its negative third axis.
   *
   * @param cameraToWorld rotation and position, [4, 4]
   */
  public static Rays rays(Camera camera, Tensor cameraToWorld) {
    long height = camera.height;
    long width = camera.width;
    DType type = cameraToWorld.dtype();
    Tensor across =
        Tensor.arange(width)
            .to(DType.F64)
            .sub(width / 2.0 - 0.5)
            .div(camera.focal)
            .to(type)
            .to(cameraToWorld.device());
    Tensor up =
        Tensor.arange(height)
            .to(DType.F64)
            .sub(height / 2.0 - 0.5)
            .div(-camera.focal)
            .to(type)
            .to(cameraToWorld.device());
    Tensor x = across.unsqueeze(0).expand(height, width);
    Tensor y = up.unsqueeze(1).expand(height, width);
    Tensor local = Tensor.stack(2, x, y, x.onesLike().neg());
    Tensor rotation = cameraToWorld.narrow(0, 0, 3).narrow(1, 0, 3);
    Tensor directions = local.reshape(-1, 3).matmul(rotation.t()).reshape(height, width, 3);
    Tensor origins = cameraToWorld.narrow(0, 0, 3).select(1, 3).expand(height, width, 3);
    return new Rays(origins, directions, directions.div(directions.normKeep(2.0, 2)));
  }
}
