package dev.melange.mix;

import dev.melange.tensor.DType;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * PuzzleMix (2020), first part: what it costs to give a block of the mixed image a label, that is a
 * degree between "all from the first image" (label 0) and "all from the second". Blocks want the
 * image that is more salient there; neighbours want the same label where the images do not continue
 * each other.
 *
 * @param unary cost of each label of each block, int64 [N, b, b, labels]
 * @param labelCost squared difference of two labels, the farthest cost 1, [labels, labels]
 * @param edgeV weights between a block and the one below, int64 [N, b - 1, b]
 * @param edgeH weights between a block and the one to the right, int64 [N, b, b - 1]
 * @param unary1 real-valued cost of taking the second image, [N, b, b]
 * @param unary2 real-valued cost of taking the first image, [N, b, b]
 * @param pairV how much better two neighbours of one image fit than of two, [N, b - 1, b]
 * @param pairH the same to the right, [N, b, b - 1]
 */
public record PuzzleEnergy(
    Tensor unary,
    Tensor labelCost,
    Tensor edgeV,
    Tensor edgeH,
    Tensor unary1,
    Tensor unary2,
    Tensor pairV,
    Tensor pairH) {

  // one unit of the integer tables is a thousandth of a block's mean saliency share
  private static final double RESOLUTION = 1000;

  /**
   * Settings of the cost.
   *
   * @param blocks b, blocks along a side
   * @param beta weight of neighbours with different labels
   * @param gamma how much less they cost where the images continue each other
   * @param eta weight of the prior of the labels
   * @param neighSize side of the pixel groups that are compared across a border
   * @param labels number of degrees, at least 2
   */
  public record Settings(
      int blocks, double beta, double gamma, double eta, int neighSize, int labels) {
    /** Refuses what is no grid. */
    public Settings {
      if (blocks < 2 || neighSize < 1 || labels < 2) {
        throw new IllegalArgumentException(
            "PuzzleMix expects 2 blocks or more, a neigh_size of 1 or more and 2 labels or more, got %d, %d and %d"
                .formatted(blocks, neighSize, labels));
      }
    }
  }

  /**
   * The costs of mixing two batches.
   *
   * @param pixels first images with values in [0, 1], [N, C, S, S]; S is a multiple of the blocks
   * @param partners second images of the same shape
   * @param saliency of the first images, [N, S, S], not negative
   * @param partnerSaliency of the second images
   * @param alpha wanted share of the first image, 0 to 1
   */
  public static PuzzleEnergy of(
      Settings settings,
      Tensor pixels,
      Tensor partners,
      Tensor saliency,
      Tensor partnerSaliency,
      double alpha) {
    int blocks = settings.blocks;
    int size = size(pixels, blocks);
    int group = Math.min(settings.neighSize, size / blocks);
    int groups = size / blocks / group;
    if (groups * group * blocks != size) {
      throw new IllegalArgumentException(
          "PuzzleMix expects neigh_size to divide the blocks' side %d, got %d"
              .formatted(size / blocks, group));
    }
    double b = settings.beta / blocks / 16;
    Tensor u1 = shares(saliency, blocks);
    Tensor u2 = shares(partnerSaliency, blocks);
    Tensor p1 = Nn.avgPool2d(pixels, group, group, 0, true);
    Tensor p2 = Nn.avgPool2d(partners, group, group, 0, true);
    Sides v = Sides.of(p1, p2, 2, groups, b * settings.gamma);
    Sides h = Sides.of(p1, p2, 3, groups, b * settings.gamma);
    // a border's cost is shared between its two blocks; what is left over is the pairwise term
    Tensor unary1 =
        u1.add(Nn.pad(v.near1(), 0, 0, 0, 1))
            .add(Nn.pad(v.far1(), 0, 0, 1, 0))
            .add(Nn.pad(h.near1(), 0, 1))
            .add(Nn.pad(h.far1(), 1, 0));
    Tensor unary2 =
        u2.add(Nn.pad(v.near2(), 0, 0, 0, 1))
            .add(Nn.pad(v.far2(), 0, 0, 1, 0))
            .add(Nn.pad(h.near2(), 0, 1))
            .add(Nn.pad(h.far2(), 1, 0));
    Tensor pairV = v.pair();
    Tensor pairH = h.pair();

    double scale = RESOLUTION * blocks * blocks;
    int labels = settings.labels;
    Tensor[] unary = new Tensor[labels];
    double[] cost = new double[labels * labels];
    for (int i = 0; i < labels; i++) {
      double t = i / (labels - 1.0);
      double prior = prior(labels - 1, i, alpha) * settings.eta / (blocks * blocks);
      unary[i] = unary2.mul(1 - t).add(unary1.mul(t)).add(prior).mul(scale).trunc();
      for (int j = 0; j < labels; j++) {
        cost[i * labels + j] = (i - j) * (i - j) / ((labels - 1.0) * (labels - 1.0));
      }
    }
    return new PuzzleEnergy(
        Tensor.stack(-1, unary).to(DType.I64),
        Tensor.of(cost, labels, labels),
        pairV.add(b).mul(scale).trunc().to(DType.I64),
        pairH.add(b).mul(scale).trunc().to(DType.I64),
        unary1,
        unary2,
        pairV,
        pairH);
  }

  /** Each block's share of an image's saliency, [N, b, b]; uniform where there is none at all. */
  static Tensor shares(Tensor saliency, int blocks) {
    long side = saliency.size(1) / blocks;
    Tensor pooled = Nn.avgPool2d(saliency.unsqueeze(1), side, side, 0, true).squeeze(1);
    Tensor sum = pooled.sumKeep(1, 2);
    return Tensor.where(
        sum.gt(0), pooled.div(sum), pooled.onesLike().div((double) blocks * blocks));
  }

  /** The side of square images that are a multiple of a number of blocks. */
  static int size(Tensor images, int blocks) {
    long size = images.size(2);
    if (images.dim() != 4 || images.size(3) != size || size % blocks != 0) {
      throw new IllegalArgumentException(
          "PuzzleMix with %d x %d blocks expects square images whose side is a multiple of %d, got %s; resize or crop them"
              .formatted(blocks, blocks, blocks, Arrays.toString(images.shape())));
    }
    return (int) size;
  }

  /** {@code -log} of the probability of i successes in n draws of probability 1 - alpha. */
  private static double prior(int n, int i, double alpha) {
    double binomial = 1;
    for (int k = 1; k <= i; k++) {
      binomial = binomial * (n - i + k) / k;
    }
    return -Math.log(binomial * Math.pow(alpha, n - i) * Math.pow(1 - alpha, i) + 1e-8);
  }

  /**
   * Mean contrast across the borders in one direction; {@code pXY} is that of a block of image X
   * beside or above one of image Y (1 is the first image, 0 the second). {@code near} is what the
   * border adds to the block before it, {@code far} to the one after it.
   */
  private record Sides(Tensor p00, Tensor p01, Tensor p10, Tensor p11) {
    static Sides of(Tensor p1, Tensor p2, int dim, int groups, double weight) {
      return new Sides(
          contrast(p2, p2, dim, groups, weight),
          contrast(p2, p1, dim, groups, weight),
          contrast(p1, p2, dim, groups, weight),
          contrast(p1, p1, dim, groups, weight));
    }

    private static Tensor contrast(Tensor a, Tensor b, int dim, int groups, double weight) {
      long n = a.size(dim);
      Tensor border =
          a.slice(dim, groups - 1, n - 1, groups)
              .sub(b.slice(dim, groups, n, groups))
              .abs()
              .mean(1);
      int along = dim == 2 ? 2 : 1;
      return border.unflatten(along, -1, groups).mean(along + 1).mul(weight);
    }

    Tensor near1() {
      return p01.add(p00).mul(0.5);
    }

    Tensor far1() {
      return p10.add(p00).mul(0.5);
    }

    Tensor near2() {
      return p10.add(p11).mul(0.5);
    }

    Tensor far2() {
      return p01.add(p11).mul(0.5);
    }

    Tensor pair() {
      return p10.add(p01).sub(p11).sub(p00).mul(0.5);
    }
  }
}
