package dev.melange.papers.dynamicspectrummixer;

import dev.melange.component.OneOf;
import dev.melange.mix.MixPolicies;
import dev.melange.papers.study.ImageRecipe;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyImages;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param seeds repetitions of each network on each task
 * @param tasks digits, images; the last one decides the verdict
 * @param pictures test images whose weights of bands are shown in the report
 * @param digits the task on the small handwritten digits
 * @param images the task on larger images
 */
record DsmSettings(
    int seeds,
    @OneOf({"digits", "images"}) List<String> tasks,
    int pictures,
    Task digits,
    Task images) {
  private static final double WEIGHT_DECAY = 0.05;

  /** Checks the numbers. */
  DsmSettings {
    tasks = List.copyOf(tasks);
    if (seeds < 1 || pictures < 0) {
      throw new IllegalArgumentException(
          "seeds must be at least 1 and pictures not negative, got %d and %d"
              .formatted(seeds, pictures));
    }
    if (tasks.isEmpty() || tasks.stream().distinct().count() != tasks.size()) {
      throw new IllegalArgumentException("tasks must be some, each once, got " + tasks);
    }
  }

  /**
   * How the networks are trained on one set of images.
   *
   * @param data named sets of images, of which the first that is on this machine is used; or one
   *     folder of images, {@code train/CLASS/x.jpg} and {@code val/CLASS/x.jpg}
   * @param train training images; 0 for all
   * @param test test images; 0 for all
   * @param size side in pixels to which images of a folder are brought; named sets keep theirs
   * @param augment what training images go through: none, flip, shift, crop or imagenet
   * @param network {@code isotropic}: patches and blocks of one width; or {@code dsm_s}, the
   *     smallest pyramid
   * @param width channels of the isotropic network
   * @param patch side of its patches in pixels
   * @param blocks number of its blocks
   * @param mlp_ratio hidden over outer width of its MLPs
   * @param groups groups of channels
   * @param bands number of bands
   * @param reduction channels over hidden features of the weights' network
   * @param drop_path stochastic depth of the pyramid's last block
   * @param mix how training batches are mixed, in the notation of {@link MixPolicies#parse}; {@code
   *     vanilla} for not at all
   * @param recipe how they are trained
   */
  record Task(
      List<String> data,
      int train,
      int test,
      int size,
      String augment,
      @OneOf({"isotropic", "dsm_s"}) String network,
      int width,
      int patch,
      int blocks,
      double mlp_ratio,
      int groups,
      int bands,
      int reduction,
      double drop_path,
      String mix,
      ImageRecipe recipe) {
    /** Checks the numbers that no other class checks. */
    Task {
      data = List.copyOf(data);
      MixPolicies.parse(mix);
      if (width < 1 || patch < 1 || blocks < 1) {
        throw new IllegalArgumentException(
            "width, patch and blocks must be at least 1, got %d, %d and %d"
                .formatted(width, patch, blocks));
      }
    }

    StudyImages.Choice choice() {
      return new StudyImages.Choice(data, train, test, size, augment);
    }
  }

  Task task(String name) {
    return name.equals("digits") ? digits : images;
  }

  static DsmSettings of(Scale scale) {
    Task cifar10 =
        isotropic(
            List.of("cifar10", "digits"),
            10_000,
            2_000,
            "flip",
            32,
            4,
            4,
            4,
            8,
            4,
            ImageRecipe.oneCycle(4, 100, 3e-3, WEIGHT_DECAY));
    return switch (scale) {
      case SMOKE ->
          new DsmSettings(
              1,
              List.of("digits"),
              2,
              digits(300, 100, ImageRecipe.oneCycle(8, 20, 1e-2, WEIGHT_DECAY)),
              cifar10);
      case QUICK ->
          new DsmSettings(
              3,
              List.of("digits", "images"),
              4,
              digits(600, 1197, ImageRecipe.oneCycle(30, 50, 5e-3, WEIGHT_DECAY)),
              cifar10);
      case FULL ->
          new DsmSettings(
              1,
              List.of("images"),
              4,
              digits(600, 1197, ImageRecipe.oneCycle(30, 50, 5e-3, WEIGHT_DECAY)),
              imagenet());
    };
  }

  private static Task digits(int train, int test, ImageRecipe recipe) {
    return isotropic(List.of("digits"), train, test, "none", 16, 1, 2, 4, 4, 2, recipe);
  }

  private static Task isotropic(
      List<String> data,
      int train,
      int test,
      String augment,
      int width,
      int patch,
      int blocks,
      int groups,
      int bands,
      int reduction,
      ImageRecipe recipe) {
    return new Task(
        data,
        train,
        test,
        32,
        augment,
        "isotropic",
        width,
        patch,
        blocks,
        2,
        groups,
        bands,
        reduction,
        0,
        "vanilla",
        recipe);
  }

  /** The usual recipe of such networks on ImageNet-1k. */
  private static Task imagenet() {
    ImageRecipe recipe =
        new ImageRecipe(
            300, 1024, 1e-3, 1e-6, 1e-5, 20 / 300.0, "after", WEIGHT_DECAY, "all", 0.1, 0);
    return new Task(
        List.of("imagenet-1k"),
        0,
        0,
        224,
        "imagenet",
        "dsm_s",
        64,
        4,
        4,
        4,
        8,
        8,
        4,
        0.1,
        "mixup:0.8,cutmix:1",
        recipe);
  }
}
