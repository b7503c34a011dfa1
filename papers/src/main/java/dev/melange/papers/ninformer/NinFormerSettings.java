package dev.melange.papers.ninformer;

import dev.melange.component.OneOf;
import dev.melange.papers.study.Scale;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param seeds repetitions of every network on every data set
 * @param data the data sets; the last one decides the verdict
 * @param digits the task on the small handwritten digits
 * @param cifar10 the task on CIFAR-10
 */
record NinFormerSettings(
    int seeds, @OneOf({"digits", "cifar10"}) List<String> data, Task digits, Task cifar10) {
  /** Checks the numbers. */
  NinFormerSettings {
    data = List.copyOf(data);
    if (seeds < 1 || data.isEmpty() || data.stream().distinct().count() != data.size()) {
      throw new IllegalArgumentException(
          "the study needs at least one seed and each data set at most once, got %d seeds and data %s"
              .formatted(seeds, data));
    }
  }

  /**
   * How the networks are trained on one data set.
   *
   * @param train number of training images
   * @param test number of test images
   * @param patch_size side of the patches in pixels
   * @param dim features of a token
   * @param hidden hidden width of all feed-forward networks
   * @param layers blocks of NiNformer, of the Mixer of the same depth and of the ViT
   * @param deep_mixer_layers blocks of the Mixer with about as many parameters as NiNformer
   * @param vit whether a ViT of the same depth is trained, too
   * @param dropout rate in all feed-forward networks
   * @param epochs epochs of training
   * @param batch images per step
   * @param learning_rate of AdamW, or its peak
   * @param weight_decay of AdamW, on all parameters; with 0 it is Adam
   * @param schedule one cycle up and down, or constant
   * @param augment nothing, mirroring, or mirroring after a crop with a border of an eighth of the
   *     side
   */
  record Task(
      int train,
      int test,
      int patch_size,
      int dim,
      int hidden,
      int layers,
      int deep_mixer_layers,
      boolean vit,
      double dropout,
      int epochs,
      int batch,
      double learning_rate,
      double weight_decay,
      @OneOf({"one-cycle", "constant"}) String schedule,
      @OneOf({"none", "flip", "crop-flip"}) String augment) {
    /** Checks the numbers that no other class checks. */
    Task {
      if (train < batch || test < 1 || epochs < 1) {
        throw new IllegalArgumentException(
            "a task needs a batch of training images, a test image and an epoch, got train %d, batch %d, test %d, epochs %d"
                .formatted(train, batch, test, epochs));
      }
    }

    /** The configuration of NiNformer for images of a size. */
    NinFormerConfig network(int channels, int height, int width, int classes) {
      return new NinFormerConfig(
          height, width, patch_size, channels, classes, dim, hidden, layers, dropout);
    }
  }

  /** The settings of a scale. */
  static NinFormerSettings of(Scale scale) {
    Task digits =
        new Task(600, 1197, 2, 24, 48, 2, 4, false, 0, 30, 50, 3e-3, 0.05, "one-cycle", "none");
    Task few =
        new Task(200, 100, 2, 16, 16, 2, 4, false, 0, 6, 20, 1e-2, 0.05, "one-cycle", "none");
    Task photos =
        new Task(
            10_000, 2_000, 4, 64, 128, 4, 7, false, 0, 4, 100, 2e-3, 0.05, "one-cycle", "flip");
    return switch (scale) {
      case SMOKE -> new NinFormerSettings(1, List.of("digits"), few, photos);
      case QUICK -> new NinFormerSettings(3, List.of("digits", "cifar10"), digits, photos);
      case FULL -> new NinFormerSettings(3, List.of("cifar10"), digits, official());
    };
  }

  /** The official script, on all images. */
  private static Task official() {
    return new Task(
        50_000, 10_000, 4, 256, 512, 4, 8, true, 0.5, 100, 128, 1e-3, 0, "constant", "crop-flip");
  }
}
