package dev.melange.papers.adversarialautomixup;

import dev.melange.papers.study.Scale;

/**
 * Settings of the study.
 *
 * @param digits the first task
 * @param photos the second task
 * @param learning_rate of SGD, down to 0 in half a cosine
 * @param momentum of SGD
 * @param weight_decay on all trained parameters
 * @param alpha mixing weights are drawn from Beta(alpha, alpha)
 * @param beta part of the cross entropy in the generator's adversarial objective
 * @param mixup_ratio of three images: part of the linear mixture in the clean loss
 * @param teacher share of its weights that the teacher keeps at first
 * @param seeds repetitions
 */
record AdAutoMixSettings(
    Task digits,
    Task photos,
    double learning_rate,
    double momentum,
    double weight_decay,
    double alpha,
    double beta,
    double mixup_ratio,
    double teacher,
    int seeds) {
  AdAutoMixSettings {
    if (seeds < 1) {
      throw new IllegalArgumentException("the study needs 1 seed at least, got " + seeds);
    }
  }

  /**
   * Images and networks of a task.
   *
   * @param data named set of images
   * @param pad pixels that are put around each image before it is resized
   * @param side images are resized to this many pixels
   * @param images number of training images, at most
   * @param test_images number of test images, at most
   * @param layers residual blocks per stage
   * @param base_channels width of the first stage
   * @param flip whether images are mirrored at random
   * @param shift largest random shift in pixels
   * @param epochs of each training; 0 leaves the task out
   * @param batch images per step
   */
  record Task(
      String data,
      int pad,
      int side,
      int images,
      int test_images,
      int[] layers,
      int base_channels,
      boolean flip,
      int shift,
      int epochs,
      int batch) {
    Task {
      if (epochs < 0 || batch < 2 || side < 4) {
        throw new IllegalArgumentException(
            "a task needs no negative epochs, a batch of 2 and a side of 4 at least, got %d, %d and %d"
                .formatted(epochs, batch, side));
      }
    }
  }

  static AdAutoMixSettings of(Scale scale) {
    int[] tiny = {1, 1, 1};
    return switch (scale) {
      case SMOKE ->
          new AdAutoMixSettings(
              new Task("digits", 0, 16, 600, 300, tiny, 8, false, 1, 8, 50),
              new Task("digits", 0, 8, 300, 300, tiny, 8, false, 0, 0, 50),
              0.1,
              0.9,
              5e-4,
              1,
              0.3,
              0.5,
              0.9,
              1);
      case QUICK ->
          new AdAutoMixSettings(
              new Task("mnist", 2, 16, 500, 4000, tiny, 8, false, 1, 40, 100),
              new Task("cifar10", 0, 16, 1500, 4000, tiny, 16, true, 2, 20, 100),
              0.1,
              0.9,
              5e-4,
              1,
              0.3,
              0.5,
              0.99,
              3);
      case FULL ->
          new AdAutoMixSettings(
              new Task("mnist", 2, 16, 500, 10_000, tiny, 8, false, 1, 400, 100),
              new Task(
                  "cifar10", 0, 32, 50_000, 10_000, new int[] {2, 2, 2, 2}, 64, true, 4, 200, 100),
              0.1,
              0.9,
              1e-4,
              1,
              0.3,
              0.5,
              0.999,
              3);
    };
  }
}
