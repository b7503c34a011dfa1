package dev.melange.papers.raftmlp;

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
 * @param size side in pixels to which images of a folder are brought
 * @param augment {@code shift}: mirroring of colour images and shifts by up to 3 pixels; {@code
 *     paper}: random crops of a little larger images, mirroring, colour jitter, RandAugment,
 *     cutout; or {@code none}
 * @param mix probability with which a batch goes through Mixup, and then through CutMix
 * @param alpha of the mixing weights
 * @param seeds repetitions of each network
 * @param variants the networks to compare
 * @param network {@code small}: 3 blocks of width 48; {@code published}: 12 blocks of width 768
 *     with patches of 16, and RaftMLP-S
 * @param drop_path rate of stochastic depth
 * @param recipe of the training
 * @param sizes sides of test images, in per cent of the training images', on which the first
 *     network of each kind is tested besides
 */
record RaftMlpSettings(
    List<String> data,
    int train,
    int test,
    int size,
    @OneOf({"none", "shift", "paper"}) String augment,
    double mix,
    double alpha,
    int seeds,
    @OneOf({"mixer", "raft-1", "raft-2", "raft-4", "pyramid"}) List<String> variants,
    @OneOf({"small", "published"}) String network,
    double drop_path,
    ImageRecipe recipe,
    List<Integer> sizes) {
  private static final List<String> ALL = List.of("mixer", "raft-1", "raft-2", "raft-4", "pyramid");

  /** Checks the values. */
  RaftMlpSettings {
    data = List.copyOf(data);
    variants = List.copyOf(variants);
    sizes = List.copyOf(sizes);
    choice(data, train, test, size, augment); // checks them
    new CutMixup(mix, mix, alpha);
    if (seeds < 1
        || variants.isEmpty()
        || variants.stream().distinct().count() != variants.size()) {
      throw new IllegalArgumentException(
          "the study needs at least one seed, and variants each once, got %d and %s"
              .formatted(seeds, variants));
    }
    if (sizes.stream().anyMatch(percent -> percent < 1 || percent > 1000)) {
      throw new IllegalArgumentException("sizes are 1 to 1000 per cent, got " + sizes);
    }
  }

  private static StudyImages.Choice choice(
      List<String> data, int train, int test, int size, String augment) {
    return new StudyImages.Choice(
        data, train, test, size, augment.equals("paper") ? "none" : augment);
  }

  /** Which images; those of {@code paper} without augmentation. */
  StudyImages.Choice images() {
    return choice(data, train, test, size, augment);
  }

  static RaftMlpSettings at(Scale scale) {
    List<Integer> sizes = List.of(50, 75, 100, 125, 150, 200);
    return switch (scale) {
      case SMOKE ->
          small(List.of("digits"), 320, 100, 1, ImageRecipe.small(3, 32, 5e-3), List.of(100, 200));
      case QUICK ->
          small(
              List.of("cifar10", "digits"), 5000, 2000, 3, ImageRecipe.small(8, 128, 1e-3), sizes);
      case FULL ->
          new RaftMlpSettings(
              List.of("imagenet-1k"),
              0,
              0,
              224,
              "paper",
              1,
              0.8,
              1,
              ALL,
              "published",
              0.1,
              new ImageRecipe(305, 2048, 2e-3, 0, 1e-5, 5.0 / 305, "after", 0.05, "all", 0.1, 0),
              sizes);
    };
  }

  private static RaftMlpSettings small(
      List<String> data, int train, int test, int seeds, ImageRecipe recipe, List<Integer> sizes) {
    return new RaftMlpSettings(
        data, train, test, 32, "shift", 0, 0.8, seeds, ALL, "small", 0, recipe, sizes);
  }
}
