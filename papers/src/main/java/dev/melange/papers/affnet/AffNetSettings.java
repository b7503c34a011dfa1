package dev.melange.papers.affnet;

import dev.melange.component.OneOf;
import dev.melange.papers.study.ImageRecipe;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyImages;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param data named sets of images, of which the first that is on this machine is used; or one
 *     folder of images, {@code train/CLASS/x.jpg} and {@code val/CLASS/x.jpg}
 * @param train training images, the first of a fixed random order; 0 for all
 * @param test test images, likewise
 * @param size side in pixels to which images of a folder are brought; named sets keep theirs
 * @param augment what training images go through: none, flip, shift, crop or imagenet
 * @param seeds repetitions of each variant
 * @param variants what filters: aff, identity, static
 * @param network {@code isotropic}: patches, blocks without any other mixing of positions; or
 *     {@code affnet_et}, the smallest published network
 * @param width channels of the isotropic network
 * @param patch side of its patches in pixels, at most a quarter of the image's
 * @param blocks number of its blocks
 * @param recipe how the networks are trained
 * @param pictures images whose filters are shown in the report
 */
record AffNetSettings(
    List<String> data,
    int train,
    int test,
    int size,
    String augment,
    int seeds,
    List<String> variants,
    @OneOf({"isotropic", "affnet_et"}) String network,
    int width,
    int patch,
    int blocks,
    ImageRecipe recipe,
    int pictures) {
  private static final List<String> VARIANTS = List.of("aff", "identity", "static");
  private static final double WEIGHT_DECAY = 0.05;

  /** Checks the values that no other class checks. */
  AffNetSettings {
    data = List.copyOf(data);
    variants = List.copyOf(variants);
    variants.forEach(Filtering::of);
    if (!variants.contains("aff") || variants.stream().distinct().count() != variants.size()) {
      throw new IllegalArgumentException(
          "variants must be aff and others, each once, got " + variants);
    }
    if (seeds < 1 || width < 1 || patch < 1 || blocks < 1 || pictures < 0) {
      throw new IllegalArgumentException(
          "seeds, width, patch and blocks must be at least 1 and pictures not negative, got %d, %d, %d, %d and %d"
              .formatted(seeds, width, patch, blocks, pictures));
    }
  }

  static AffNetSettings of(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new AffNetSettings(
              List.of("digits"),
              300,
              100,
              32,
              "none",
              1,
              VARIANTS,
              "isotropic",
              16,
              4,
              2,
              ImageRecipe.oneCycle(5, 20, 1e-2, WEIGHT_DECAY),
              2);
      case QUICK ->
          new AffNetSettings(
              List.of("cifar10", "digits"),
              10_000,
              2_000,
              32,
              "flip",
              3,
              VARIANTS,
              "isotropic",
              32,
              4,
              4,
              ImageRecipe.oneCycle(5, 100, 3e-3, WEIGHT_DECAY),
              4);
      case FULL ->
          new AffNetSettings(
              List.of("imagenet-1k"),
              0,
              0,
              256,
              "crop",
              1,
              VARIANTS,
              "affnet_et",
              32,
              4,
              4,
              new ImageRecipe(
                  300,
                  1024,
                  2e-3,
                  1e-6,
                  2e-4,
                  20 / 300.0,
                  "after",
                  WEIGHT_DECAY,
                  "all",
                  0.1,
                  0,
                  0.9995),
              4);
    };
  }

  StudyImages.Choice images() {
    return new StudyImages.Choice(data, train, test, size, augment);
  }
}
