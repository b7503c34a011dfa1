package dev.melange.papers.stripmlp;

import dev.melange.component.OneOf;
import dev.melange.papers.study.ClassifierRecipe;
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
 * @param size side in pixels to which the images are brought; 0 leaves those of named sets as they
 *     are
 * @param augment {@code shift}: mirroring (colour images only) and shifts by up to 3 pixels; {@code
 *     imagenet}: random resized crop, mirroring, RandAugment, random erasing; or {@code none}
 * @param seeds repetitions of each network
 * @param variants the networks to compare
 * @param network {@code small}: 16 channels and 1, 1, 2, 1 blocks; {@code tiny}: the published
 *     Strip-MLP-T
 * @param recipe how they are trained
 * @param pictures test images from which the receptive fields are computed
 */
record StripSettings(
    List<String> data,
    int train,
    int test,
    int size,
    @OneOf({"none", "shift", "imagenet"}) String augment,
    int seeds,
    @OneOf({"strip-3", "strip-1", "mixer-wide", "mixer-small"}) List<String> variants,
    @OneOf({"small", "tiny"}) String network,
    ClassifierRecipe recipe,
    int pictures) {
  private static final List<String> VARIANTS =
      List.of("strip-3", "strip-1", "mixer-wide", "mixer-small");

  /** Checks the values that no other class checks. */
  StripSettings {
    data = List.copyOf(data);
    variants = List.copyOf(variants);
    if (variants.isEmpty() || variants.stream().distinct().count() != variants.size()) {
      throw new IllegalArgumentException("variants must be some, each once, got " + variants);
    }
    if (seeds < 1 || pictures < 1 || size < 0) {
      throw new IllegalArgumentException(
          "seeds and pictures must be at least 1 and size not negative, got %d, %d and %d"
              .formatted(seeds, pictures, size));
    }
  }

  static StripSettings at(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new StripSettings(
              List.of("digits"),
              200,
              100,
              0,
              "shift",
              1,
              VARIANTS,
              "small",
              ClassifierRecipe.small(2, 40, 2e-3),
              8);
      case QUICK ->
          new StripSettings(
              List.of("cifar10", "digits"),
              5_000,
              2_000,
              0,
              "shift",
              2,
              VARIANTS,
              "small",
              ClassifierRecipe.small(6, 128, 1e-3),
              32);
      case FULL ->
          new StripSettings(
              List.of("cifar10"),
              0,
              0,
              224,
              "imagenet",
              1,
              List.of("strip-3", "strip-1", "mixer-wide"),
              "tiny",
              published(),
              32);
    };
  }

  /** The paper's recipe, which does not scale the learning rate with the batch. */
  private static ClassifierRecipe published() {
    return new ClassifierRecipe(
        "adamw",
        300,
        64,
        5e-4,
        5e-6,
        5e-7,
        20.0 / 300,
        "cosine-inside",
        0.05,
        1,
        0.1,
        "mixup:0.8,cutmix:1",
        5);
  }

  /** Which images. */
  StudyImages.Choice choice() {
    return new StudyImages.Choice(data, train, test, size == 0 ? 32 : size, augment);
  }
}
