package dev.melange.papers.scalingmlps;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Random resized crops and mirroring of whole batches of images of one size: for training and for
 * test-time augmentation. A crop's area is uniform in a range of shares, the logarithm of its ratio
 * uniform too; after ten draws that do not fit, the largest central part of the nearest ratio is
 * taken.
 *
 * @param resolution side of the square result
 * @param minArea least share of the area, above 0
 * @param maxArea largest share, at most 1
 * @param minRatio least width/height
 * @param maxRatio largest width/height
 * @param flip probability of mirroring
 */
public record BatchCrops(
    int resolution, double minArea, double maxArea, double minRatio, double maxRatio, double flip) {
  private static final int TRIES = 10;

  /** Checks the ranges. */
  public BatchCrops {
    if (resolution < 1) {
      throw new IllegalArgumentException("resolution must be at least 1, got " + resolution);
    }
    if (!(minArea > 0 && minArea <= maxArea && maxArea <= 1)) {
      throw new IllegalArgumentException(
          "area must be a range within (0, 1], got %s to %s".formatted(minArea, maxArea));
    }
    if (!(minRatio > 0 && minRatio <= maxRatio && Double.isFinite(maxRatio))) {
      throw new IllegalArgumentException(
          "ratio must be a positive range, got %s to %s".formatted(minRatio, maxRatio));
    }
    if (!(flip >= 0 && flip <= 1)) {
      throw new IllegalArgumentException("flip is a probability, got " + flip);
    }
  }

  /** The crops of the pre-training: 8 to 100 % of the area, ratio 3/4 to 4/3, mirroring. */
  public static BatchCrops pretraining(int resolution) {
    return new BatchCrops(resolution, 0.08, 1, 3 / 4.0, 4 / 3.0, 0.5);
  }

  /** The crops of the fine-tuning: 40 to 100 % of the area, square, mirroring. */
  public static BatchCrops finetuning(int resolution) {
    return new BatchCrops(resolution, 0.4, 1, 1, 1, 0.5);
  }

  /**
   * Configuration of {@code data/random-resized-crop}: one given crop of each image.
   *
   * @param resolution side of the square result
   * @param mean per channel, in the images' unit
   * @param std per channel, in the images' unit; positive
   */
  public record Config(int resolution, List<Double> mean, List<Double> std) {
    /** Checks the numbers. */
    public Config {
      mean = List.copyOf(mean);
      std = List.copyOf(std);
      if (resolution < 1
          || mean.isEmpty()
          || mean.size() != std.size()
          || !std.stream().allMatch(value -> value > 0)) {
        throw new IllegalArgumentException(
            "resolution must be at least 1, mean and std of the same channels and std positive, got %d, %s and %s"
                .formatted(resolution, mean, std));
      }
    }

    /**
     * Crops, resizes, mirrors and standardises.
     *
     * @param x [B, c, H, W]
     * @param box int64 [B, 4]: top, left, height, width
     * @param flip int64 [B], 1 for mirrored
     * @return [B, c, resolution, resolution]
     */
    public Tensor apply(Tensor x, Tensor box, Tensor flip) {
      if (x.dim() != 4 || (mean.size() != x.size(1) && mean.size() != 1)) {
        throw new IllegalArgumentException(
            "expected images [B, %d, H, W] for %d means, got %s"
                .formatted(mean.size(), mean.size(), Arrays.toString(x.shape())));
      }
      Tensor shift = channels(mean).to(x.dtype()).to(x.device());
      Tensor scale = channels(std).to(x.dtype()).to(x.device());
      return cut(x, box.toLongs(), flip.toLongs(), resolution).sub(shift).div(scale);
    }

    private static Tensor channels(List<Double> values) {
      double[] numbers = values.stream().mapToDouble(Double::doubleValue).toArray();
      return Tensor.of(numbers, 1, numbers.length, 1, 1);
    }
  }

  /**
   * A random crop of each image.
   *
   * @param x [B, c, H, W]
   * @param rng where boxes and mirroring are drawn from
   * @return [B, c, resolution, resolution]
   */
  public Tensor apply(Tensor x, Rng rng) {
    int count = (int) x.size(0);
    long[] boxes = new long[4 * count];
    long[] flips = new long[count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(box((int) x.size(2), (int) x.size(3), rng), 0, boxes, 4 * i, 4);
      flips[i] = rng.nextDouble() < flip ? 1 : 0;
    }
    return cut(x, boxes, flips, resolution);
  }

  /**
   * Draws the place of a crop.
   *
   * @param height rows of the image
   * @param width columns of the image
   * @return top, left, height, width
   */
  public long[] box(int height, int width, Rng rng) {
    for (int i = 0; i < TRIES; i++) {
      double area = (double) height * width * (minArea + (maxArea - minArea) * rng.nextDouble());
      double low = Math.log(minRatio);
      double ratio = Math.exp(low + (Math.log(maxRatio) - low) * rng.nextDouble());
      int columns = (int) Math.rint(Math.sqrt(area * ratio));
      int rows = (int) Math.rint(Math.sqrt(area / ratio));
      if (rows > 0 && rows <= height && columns > 0 && columns <= width) {
        return new long[] {
          rng.nextInt(height - rows + 1), rng.nextInt(width - columns + 1), rows, columns
        };
      }
    }
    double ratio = Math.min(maxRatio, Math.max(minRatio, (double) width / height));
    int rows = (int) Math.max(1, Math.min(height, Math.rint(width / ratio)));
    int columns = (int) Math.max(1, Math.min(width, Math.rint(height * ratio)));
    return new long[] {(height - rows) / 2, (width - columns) / 2, rows, columns};
  }

  /** Crops and resizes bilinearly, corners not aligned and without antialiasing, and mirrors. */
  private static Tensor cut(Tensor x, long[] boxes, long[] flips, int side) {
    Tensor[] images = new Tensor[flips.length];
    for (int i = 0; i < images.length; i++) {
      long top = boxes[4 * i];
      long left = boxes[4 * i + 1];
      long rows = boxes[4 * i + 2];
      long columns = boxes[4 * i + 3];
      if (top < 0
          || left < 0
          || rows < 1
          || columns < 1
          || top + rows > x.size(2)
          || left + columns > x.size(3)) {
        throw new IllegalArgumentException(
            "box %d (top %d, left %d, %d x %d) does not lie in images of %d x %d"
                .formatted(i, top, left, rows, columns, x.size(2), x.size(3)));
      }
      Tensor part = x.narrow(0, i, 1).narrow(2, top, rows).narrow(3, left, columns);
      Tensor resized = Nn.resizeBilinear(part, side, side, false);
      images[i] = flips[i] == 0 ? resized : resized.flip(3);
    }
    return Tensor.cat(0, images);
  }
}
