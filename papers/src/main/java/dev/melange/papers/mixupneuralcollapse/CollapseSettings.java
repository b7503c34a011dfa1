package dev.melange.papers.mixupneuralcollapse;

import dev.melange.component.OneOf;
import dev.melange.papers.study.Scale;

/**
 * Settings of the study.
 *
 * @param small the digits and a fully connected network, all ways of training
 * @param images larger images and a ResNet, some ways of training
 * @param mixtures number of mixed training pairs that are looked at
 * @param seeds repetitions that judge the study's own criteria
 * @param fresh_seeds further repetitions on the small data, which judge the paper's own wording
 */
record CollapseSettings(Arena small, Arena images, int mixtures, int seeds, int fresh_seeds) {
  CollapseSettings {
    if (mixtures < 10 || seeds < 1 || fresh_seeds < 1) {
      throw new IllegalArgumentException(
          "the study needs 10 mixtures, 1 seed and 1 fresh seed at least, got %d, %d and %d"
              .formatted(mixtures, seeds, fresh_seeds));
    }
  }

  /**
   * Data, a network and a recipe.
   *
   * @param data named set of images
   * @param side images are resized to this many pixels
   * @param train_images number of training images, at most
   * @param test_images number of test images, at most
   * @param network {@code mlp}, or {@code resnet} with batch norms
   * @param widths of the MLP's hidden layers; residual blocks per stage of the ResNet
   * @param base_channels width of the ResNet's first stage
   * @param epochs of each training
   * @param batch images per step
   * @param learning_rate of SGD, down to 0 in half a cosine
   * @param momentum of SGD
   * @param weight_decay on all parameters
   * @param alpha shares are drawn from Beta(alpha, alpha), one per batch
   * @param smoothing of label smoothing
   * @param mse_scale factor of the squared error
   */
  record Arena(
      String data,
      int side,
      int train_images,
      int test_images,
      @OneOf({"mlp", "resnet"}) String network,
      int[] widths,
      int base_channels,
      int epochs,
      int batch,
      double learning_rate,
      double momentum,
      double weight_decay,
      double alpha,
      double smoothing,
      double mse_scale) {
    Arena {
      if (epochs < 1 || batch < 1 || !(alpha > 0) || !(mse_scale > 0)) {
        throw new IllegalArgumentException(
            "epochs and batch must be at least 1, alpha and mse_scale above 0, got %d, %d, %s and %s"
                .formatted(epochs, batch, alpha, mse_scale));
      }
      widths = widths.clone();
    }

    boolean isMlp() {
      return network.equals("mlp");
    }
  }

  private static final int[] MLP = {256, 256, 64};

  static CollapseSettings of(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new CollapseSettings(
              digits(400, 200, 12),
              new Arena(
                  "digits",
                  8,
                  400,
                  200,
                  "resnet",
                  new int[] {1, 1},
                  12,
                  6,
                  50,
                  0.1,
                  0.9,
                  1e-3,
                  1,
                  0.1,
                  5),
              200,
              1,
              1);
      case QUICK ->
          new CollapseSettings(
              digits(1200, 360, 200),
              fashion(14, 2000, 1000, new int[] {1, 1, 1}, 16, 40),
              1200,
              3,
              3);
      case FULL ->
          new CollapseSettings(
              digits(1200, 360, 1000),
              fashion(28, 60_000, 10_000, new int[] {2, 2, 2, 2}, 64, 300),
              5000,
              3,
              3);
    };
  }

  private static Arena digits(int train, int test, int epochs) {
    return new Arena(
        "digits", 8, train, test, "mlp", MLP, 1, epochs, 100, 0.1, 0.9, 1e-3, 1, 0.1, 5);
  }

  private static Arena fashion(
      int side, int train, int test, int[] blocks, int channels, int epochs) {
    return new Arena(
        "fashion-mnist",
        side,
        train,
        test,
        "resnet",
        blocks,
        channels,
        epochs,
        100,
        0.1,
        0.9,
        5e-4,
        1,
        0.1,
        5);
  }
}
