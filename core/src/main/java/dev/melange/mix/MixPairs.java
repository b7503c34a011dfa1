package dev.melange.mix;

import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Images and their partners.
 *
 * @param image [N, C, H, W]
 * @param partner of the same shape
 * @param label of the images, int64 [N]
 * @param labelB of the partners, int64 [N]
 * @param index where in the batch each partner is, int64 [N]; null if partners are other images
 * @param bias which side gets the larger share
 */
public record MixPairs(
    Tensor image, Tensor partner, Tensor label, Tensor labelB, Tensor index, Bias bias) {
  /** Which side of a pair gets the larger share. */
  public enum Bias {
    /** As drawn. */
    NONE,
    /** The image (labelled images with pseudo-labelled partners, for instance). */
    IMAGE,
    /** The partner. */
    PARTNER
  }

  /** Refuses images and partners that do not fit. */
  public MixPairs {
    if (image.dim() != 4 || !Arrays.equals(image.shape(), partner.shape())) {
      throw new IllegalArgumentException(
          "mixing expects images [N, C, H, W] and partners of the same shape, got %s and %s"
              .formatted(Arrays.toString(image.shape()), Arrays.toString(partner.shape())));
    }
    for (Tensor labels : new Tensor[] {label, labelB}) {
      if (labels.dim() != 1 || labels.size(0) != image.size(0)) {
        throw new IllegalArgumentException(
            "mixing expects one label per image %s, got labels %s"
                .formatted(Arrays.toString(image.shape()), Arrays.toString(labels.shape())));
      }
    }
  }

  /** A batch whose images are mixed among each other. */
  public static MixPairs within(Tensor image, Tensor label, int[] partners) {
    long[] order = Arrays.stream(partners).asLongStream().toArray();
    Tensor index = Tensor.of(order, order.length).to(image.device());
    return new MixPairs(
        image, image.indexSelect(0, index), label, label.indexSelect(0, index), index, Bias.NONE);
  }

  /** Given pairs, [N, 2, C, H, W]. */
  public static MixPairs given(Tensor images, Tensor label, Tensor labelB) {
    if (images.dim() != 5 || images.size(1) != 2) {
      throw new IllegalArgumentException(
          "pairs of images are [N, 2, C, H, W], got " + Arrays.toString(images.shape()));
    }
    return new MixPairs(
        images.select(1, 0).contiguous(),
        images.select(1, 1).contiguous(),
        label,
        labelB,
        null,
        Bias.NONE);
  }

  /** The same pairs, one side with the larger share. */
  public MixPairs biased(Bias side) {
    return new MixPairs(image, partner, label, labelB, index, side);
  }

  /** Draws the image's share from Beta(alpha, alpha), biased to a side if that was asked for. */
  public double drawLam(double alpha, Rng rng) {
    double lam = rng.beta(alpha, alpha);
    return switch (bias) {
      case NONE -> lam;
      case IMAGE -> Math.max(lam, 1 - lam);
      case PARTNER -> Math.min(lam, 1 - lam);
    };
  }

  /** What a policy gives back, with these pairs' labels. */
  public MixedBatch mixed(Tensor mixedImage, double lam) {
    return mixed(mixedImage, Tensor.scalar(lam, DType.F64));
  }

  /** As {@link #mixed(Tensor, double)}, of the result of a policy with a mask. */
  public MixedBatch mixed(Mixed mixed) {
    return mixed(mixed.image(), mixed.lam());
  }

  /** As {@link #mixed(Tensor, double)}, with a share per image, [N]. */
  public MixedBatch mixed(Tensor mixedImage, Tensor lam) {
    return new MixedBatch(mixedImage, label, labelB, lam.to(image.device()), 0, null);
  }

  /** A permutation without fixed points, if one of ten draws has none; else the tenth. */
  static int[] derangement(int n, Rng rng) {
    int[] order = rng.permutation(n);
    for (int tries = 1; tries < 10 && hasFixedPoint(order); tries++) {
      order = rng.permutation(n);
    }
    return order;
  }

  private static boolean hasFixedPoint(int[] order) {
    for (int i = 0; i < order.length; i++) {
      if (order[i] == i) {
        return true;
      }
    }
    return false;
  }
}
