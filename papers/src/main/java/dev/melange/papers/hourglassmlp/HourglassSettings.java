package dev.melange.papers.hourglassmlp;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.papers.study.Scale;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param data the images that are restored: {@code digits}, {@code cifar10}, {@code mnist}, {@code
 *     fashion-mnist}, or a folder with {@code train/CLASS/x.png} and {@code val/CLASS/x.png}
 * @param train number of training images; 0 for all
 * @param test number of test images; 0 for all
 * @param size side of the images of a folder, in pixels; other sets have their own
 * @param grey whether colours become luma
 * @param shrink side of the blocks whose means are the pixels; 1 leaves the images as they are
 * @param seeds repetitions of every network of a pair
 * @param recipe of every training
 * @param sigma strength of the noise, in units of [0, 1]
 * @param factor of the enlargement
 * @param pairs networks of about the same number of trainable parameters
 * @param search the grid whose best points are compared
 * @param generation the drawing of prototypes
 */
record HourglassSettings(
    String data,
    int train,
    int test,
    int size,
    boolean grey,
    int shrink,
    int seeds,
    Recipe recipe,
    double sigma,
    int factor,
    List<Pair> pairs,
    Search search,
    Generation generation) {
  /** Checks the numbers. */
  HourglassSettings {
    pairs = List.copyOf(pairs);
    if (seeds < 1 || train < 0 || test < 0 || size < 1 || shrink < 1 || factor < 2) {
      throw new IllegalArgumentException(
          "seeds, size and shrink must be at least 1, train and test at least 0, factor at least 2; got %d, %d, %d, %d, %d and %d"
              .formatted(seeds, size, shrink, train, test, factor));
    }
    if (pairs.isEmpty() || pairs.stream().map(Pair::name).distinct().count() != pairs.size()) {
      throw new IllegalArgumentException(
          "the study needs pairs with different names, got "
              + pairs.stream().map(Pair::name).toList());
    }
  }

  /**
   * How all networks are trained: AdamW without weight decay, a twentieth of the steps warming up,
   * then a cosine to 0, gradients clipped to norm 1.
   */
  record Recipe(int epochs, int batch, double learning_rate) {
    /** Checks the numbers. */
    Recipe {
      if (epochs < 1 || batch < 1 || !(learning_rate > 0)) {
        throw new IllegalArgumentException(
            "epochs, batch and learning_rate must be positive, got %d, %d and %s"
                .formatted(epochs, batch, learning_rate));
      }
    }

    /** With another number of epochs. */
    Recipe withEpochs(int count) {
      return new Recipe(count, batch, learning_rate);
    }
  }

  /**
   * Widths and number of blocks.
   *
   * @param skip width of the skip connection; of a conventional network the size of its input
   * @param inner width inside a block
   * @param depth number of blocks
   */
  record Shape(int skip, int inner, int depth) {
    @Override
    public String toString() {
      return "%d/%d x %d".formatted(skip, inner, depth);
    }
  }

  /**
   * Two networks for one task.
   *
   * @param name of the pair
   * @param task what they restore
   * @param conventional the narrow-wide-narrow one
   * @param hourglass the wide-narrow-wide one
   * @param trained whether an Hourglass with a trained lift is compared, too
   * @param enlarged a conventional network that sees the enlarged input, so that its skip
   *     connection is as wide as the output; null for none
   */
  record Pair(
      String name,
      @OneOf({"denoise", "super_resolution"}) String task,
      Shape conventional,
      Shape hourglass,
      boolean trained,
      @Default("null") Shape enlarged) {}

  /**
   * The grid of the search.
   *
   * @param task what is restored
   * @param epochs of every training
   * @param skips widths of the Hourglass networks' skip connections
   * @param inners widths of their blocks
   * @param depths their numbers of blocks
   * @param conventional_inners widths of the conventional networks' blocks
   * @param conventional_depths their numbers of blocks
   */
  record Search(
      @OneOf({"denoise", "super_resolution"}) String task,
      int epochs,
      List<Integer> skips,
      List<Integer> inners,
      List<Integer> depths,
      List<Integer> conventional_inners,
      List<Integer> conventional_depths) {
    /** Number of networks. */
    int size() {
      return skips.size() * inners.size() * depths.size()
          + conventional_inners.size() * conventional_depths.size();
    }
  }

  /**
   * The drawing of prototypes.
   *
   * @param data {@code digits}, {@code mnist}, {@code fashion-mnist} or {@code cifar10}
   * @param train number of training images; 0 for all
   * @param test number of test images; 0 for all
   * @param epochs of both trainings
   * @param prototype the mean image of a class, or its first one
   * @param conventional the narrow-wide-narrow network
   * @param hourglass the wide-narrow-wide one
   */
  record Generation(
      @OneOf({"digits", "mnist", "fashion-mnist", "cifar10"}) String data,
      int train,
      int test,
      int epochs,
      @OneOf({"mean", "sample"}) String prototype,
      Shape conventional,
      Shape hourglass) {}

  /** The settings of a scale. */
  static HourglassSettings of(Scale scale) {
    return switch (scale) {
      case SMOKE -> smoke();
      case QUICK -> quick();
      case FULL -> full();
    };
  }

  private static HourglassSettings smoke() {
    return new HourglassSettings(
        "digits",
        600,
        200,
        8,
        false,
        1,
        1,
        new Recipe(4, 50, 3e-3),
        0.25,
        2,
        List.of(
            new Pair("denoise", "denoise", new Shape(64, 64, 1), new Shape(128, 16, 1), true, null),
            new Pair(
                "enlarge",
                "super_resolution",
                new Shape(16, 128, 1),
                new Shape(96, 8, 1),
                false,
                new Shape(64, 16, 1))),
        new Search(
            "denoise", 2, List.of(96, 160), List.of(8), List.of(1), List.of(48, 96), List.of(1)),
        new Generation("digits", 600, 200, 6, "mean", new Shape(64, 64, 1), new Shape(128, 16, 1)));
  }

  private static HourglassSettings quick() {
    return new HourglassSettings(
        "cifar10",
        10_000,
        2_000,
        32,
        true,
        2,
        3,
        new Recipe(12, 128, 1e-3),
        0.25,
        2,
        greyPairs(),
        new Search(
            "denoise",
            4,
            List.of(512, 1024),
            List.of(16, 48),
            List.of(2, 6),
            List.of(128, 512),
            List.of(1, 3)),
        new Generation(
            "fashion-mnist",
            10_000,
            2_000,
            4,
            "mean",
            new Shape(784, 512, 1),
            new Shape(1024, 64, 4)));
  }

  /** The pairs of the specification: grey images of 16x16 pixels. */
  private static List<Pair> greyPairs() {
    return List.of(
        new Pair("denoise", "denoise", new Shape(256, 512, 3), new Shape(1024, 48, 6), true, null),
        new Pair(
            "denoise-small", "denoise", new Shape(256, 512, 1), new Shape(512, 48, 4), false, null),
        new Pair(
            "enlarge",
            "super_resolution",
            new Shape(64, 1536, 3),
            new Shape(1024, 40, 4),
            false,
            new Shape(256, 512, 2)));
  }

  /**
   * ImageNet at 32x32 pixels: vectors of 3072 numbers, and a grid of a hundred networks a shape.
   */
  private static HourglassSettings full() {
    return new HourglassSettings(
        "imagenet-32",
        0,
        0,
        32,
        false,
        1,
        3,
        new Recipe(12, 128, 1e-3),
        0.25,
        2,
        List.of(
            new Pair(
                "denoise",
                "denoise",
                new Shape(3072, 2048, 3),
                new Shape(6144, 320, 6),
                true,
                null),
            new Pair(
                "enlarge",
                "super_resolution",
                new Shape(768, 6144, 3),
                new Shape(4096, 256, 8),
                false,
                new Shape(3072, 1024, 3))),
        new Search(
            "denoise",
            12,
            List.of(3584, 4096, 5120, 6144, 8192),
            List.of(64, 128, 256, 512),
            List.of(1, 2, 4, 8, 16),
            List.of(3584, 4096, 4608, 5120, 6144, 7168, 8192, 9216, 10240, 12288),
            List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
        new Generation(
            "mnist", 0, 0, 12, "mean", new Shape(784, 1024, 3), new Shape(2048, 128, 6)));
  }
}
