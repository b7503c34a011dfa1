package dev.melange.mix;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * GridMix (2021): a grid of small boxes of the partner is pasted into the image.
 *
 * @param alpha the image's share is drawn from Beta(alpha, alpha); above 0
 */
public record GridMix(double alpha) implements MixPolicy {
  /** Refuses a Beta distribution that does not exist. */
  public GridMix {
    MixPolicies.requireAlpha("gridmix", alpha);
  }

  @Override
  public String name() {
    return MixPolicies.name("gridmix", this);
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    double lam = pairs.drawLam(alpha, rng);
    double area = 0.5 + 0.5 * rng.nextDouble();
    double aspect = 0.5 + 1.5 * rng.nextDouble();
    // small images have no room for six holes
    long pixels = pairs.image().size(2) * pairs.image().size(3);
    int most = Math.max(1, Math.min(6, (int) Math.sqrt((int) (pixels * area) / aspect) / 2));
    int least = Math.min(2, most);
    Grid grid = new Grid(least + rng.nextInt(most - least + 1), 1, area, aspect);
    return pairs.mixed(
        apply(pairs.image(), pairs.partner(), grid, lam, rng.nextDouble(), rng.nextDouble()));
  }

  /**
   * The drawn shape of the grid.
   *
   * @param holes boxes along its width, 1 to half its width in pixels
   * @param holeAspect height of a cell relative to its width
   * @param area of the grid relative to the image's
   * @param aspect height of the grid relative to its width
   */
  public record Grid(int holes, double holeAspect, double area, double aspect) {}

  /**
   * Pastes the grid; the mask is 1 where the partner is, the returned weight the share of pixels
   * left of the image. A grid larger than the image is cut at its border.
   *
   * @param image [N, C, S, S]
   * @param partner of the same shape
   * @param lam the wanted share of the image within each cell
   * @param across where the grid begins between left (0) and right (1)
   * @param down where the grid begins between top (0) and bottom (1)
   */
  public static Mixed apply(
      Tensor image, Tensor partner, Grid grid, double lam, double across, double down) {
    int size = (int) image.size(2);
    if (image.size(3) != size) {
      throw new IllegalArgumentException(
          "GridMix expects square images, got [%d, %d]; resize or crop them"
              .formatted(size, image.size(3)));
    }
    int width = (int) Math.sqrt((int) (size * size * grid.area) / grid.aspect);
    int height = (int) (width * grid.aspect);
    if (grid.holes < 1 || grid.holes > width / 2) {
      throw new IllegalArgumentException(
          "GridMix expects 1 to %d holes for a grid %d pixels wide, got %d"
              .formatted(width / 2, width, grid.holes));
    }
    int x0 = (int) ((size - width) * across);
    int y0 = (int) ((size - height) * down);
    int cellWidth = (width + grid.holes - 1) / grid.holes;
    int cellHeight = (int) (cellWidth * grid.holeAspect);
    if (cellHeight < 1) {
      throw new IllegalArgumentException(
          "GridMix cells of width %d and aspect %s have no pixel; use a larger hole aspect ratio"
              .formatted(cellWidth, grid.holeAspect));
    }
    int rows = (height + cellHeight - 1) / cellHeight;
    double side = Math.sqrt(1 - lam);
    int holeWidth = Math.min(Math.max((int) (cellWidth * side), 1), cellWidth - 1);
    int holeHeight = Math.min(Math.max((int) (cellHeight * side), 1), cellHeight - 1);
    double[] mask = new double[size * size];
    for (int i = 0; i <= grid.holes; i++) {
      for (int j = 0; j <= rows; j++) {
        int x = Math.min(cellWidth * i, width);
        int y = Math.min(cellHeight * j, height);
        fill(
            mask,
            size,
            y0 + y,
            y0 + Math.min(y + holeHeight, height),
            x0 + x,
            x0 + Math.min(x + holeWidth, width));
      }
    }
    double sum = 0;
    for (double value : mask) {
      sum += value;
    }
    Tensor taken = Tensor.of(mask, 1, 1, size, size).to(image.dtype()).to(image.device());
    return new Mixed(Tensor.where(taken.gt(0), partner, image), taken, 1 - sum / mask.length);
  }

  private static void fill(double[] mask, int size, int top, int bottom, int left, int right) {
    for (int y = Math.max(top, 0); y < Math.min(bottom, size); y++) {
      for (int x = Math.max(left, 0); x < Math.min(right, size); x++) {
        mask[y * size + x] = 1;
      }
    }
  }
}
