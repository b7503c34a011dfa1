package dev.melange.papers.adamixup;

import dev.melange.papers.study.Scale;

/**
 * Settings of the study.
 *
 * @param data named set of images
 * @param side images are resized to this many pixels, a multiple of 4
 * @param images number of training images
 * @param test_images number of test images, at most
 * @param channels of the convolutions
 * @param hidden width of the hidden layer
 * @param epochs of the trainings without generator; those with one have twice as many
 * @param batch labelled images per step; with a generator twice as many, of which half are mixed
 * @param learning_rate of Adam, times 0.3 after one third and two thirds of the steps
 * @param weight_decay factor of half the sum of the squared parameters
 * @param seeds repetitions
 * @param curve_seeds repetitions of mixup with fixed weights; 0 leaves them out
 */
record AdaMixUpSettings(
    String data,
    int side,
    int images,
    int test_images,
    int channels,
    int hidden,
    int epochs,
    int batch,
    double learning_rate,
    double weight_decay,
    int seeds,
    int curve_seeds) {
  AdaMixUpSettings {
    if (epochs < 1 || batch < 1 || seeds < 1 || curve_seeds < 0) {
      throw new IllegalArgumentException(
          "the study needs 1 epoch, a batch of 1 and 1 seed at least and no negative curve_seeds, got %d, %d, %d and %d"
              .formatted(epochs, batch, seeds, curve_seeds));
    }
    if (images < 2 * batch) {
      throw new IllegalArgumentException(
          "with a generator a step takes 2 * batch images, but there are only %d for batch %d"
              .formatted(images, batch));
    }
  }

  static AdaMixUpSettings of(Scale scale) {
    return switch (scale) {
      case SMOKE -> new AdaMixUpSettings("digits", 8, 600, 300, 8, 32, 6, 20, 3e-3, 1e-4, 1, 1);
      case QUICK ->
          new AdaMixUpSettings("mnist", 28, 500, 10_000, 32, 512, 30, 64, 1e-3, 1e-4, 3, 1);
      case FULL ->
          new AdaMixUpSettings("mnist", 28, 60_000, 10_000, 32, 512, 400, 64, 1e-3, 1e-4, 5, 3);
    };
  }
}
