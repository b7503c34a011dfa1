package dev.melange.papers.mixupfeaturelearning;

import dev.melange.papers.study.Scale;

/**
 * Settings of the study.
 *
 * @param theory the paper's data model and two-layer network
 * @param images real images and a ResNet
 * @param seeds repetitions that judge the study's own criteria
 * @param fresh_seeds further repetitions, which judge the paper's own wording
 */
record FeatureLearningSettings(Theory theory, Images images, int seeds, int fresh_seeds) {
  FeatureLearningSettings {
    if (seeds < 1 || fresh_seeds < 1) {
      throw new IllegalArgumentException(
          "the study needs 1 seed and 1 fresh seed at least, got %d and %d"
              .formatted(seeds, fresh_seeds));
    }
  }

  /**
   * The data model, and gradient descent on it.
   *
   * @param samples training samples n, half of each class
   * @param rare_per_class how many of each class have the rare feature
   * @param test_samples test samples, half of them rare
   * @param patches P per sample
   * @param dim d of a patch
   * @param filters m per class
   * @param alpha strength of the feature noise
   * @param alpha_weak a weaker feature noise, for comparison
   * @param sigma of the Gaussian noise
   * @param eta step size
   * @param steps of gradient descent
   * @param permutations random pairings per step; 0 mixes all pairs
   * @param lam share of a sample in its mixture
   * @param lam_y share of its label in asymmetric mixup
   * @param stops steps at which mixup is stopped
   */
  record Theory(
      int samples,
      int rare_per_class,
      int test_samples,
      int patches,
      int dim,
      int filters,
      double alpha,
      double alpha_weak,
      double sigma,
      double eta,
      int steps,
      int permutations,
      double lam,
      double lam_y,
      int[] stops) {
    Theory {
      if (samples < 2 || samples % 2 != 0 || rare_per_class < 0 || 2 * rare_per_class > samples) {
        throw new IllegalArgumentException(
            "the data need an even number of samples and at most half of them rare, got samples %d and rare_per_class %d"
                .formatted(samples, rare_per_class));
      }
      if (test_samples < 4 || test_samples % 4 != 0 || steps < 10 || permutations < 0) {
        throw new IllegalArgumentException(
            "test_samples must be a multiple of 4, steps at least 10 and permutations not negative, got %d, %d and %d"
                .formatted(test_samples, steps, permutations));
      }
      for (int stop : stops) {
        if (stop < 0 || stop >= steps) {
          throw new IllegalArgumentException(
              "stops are steps from 0 to %d, got %d".formatted(steps - 1, stop));
        }
      }
      if (stops.length == 0) {
        throw new IllegalArgumentException("stops needs at least one step");
      }
      stops = stops.clone();
    }

    /** The stop that judges the claim: the last one. */
    int stop() {
      return stops[stops.length - 1];
    }
  }

  /**
   * Training on real images.
   *
   * @param data named set of images
   * @param side images are resized to this many pixels
   * @param train_images number of training images, at most
   * @param test_images number of test images, at most
   * @param layers residual blocks per stage of the ResNet
   * @param base_channels width of its first stage
   * @param epochs of each training
   * @param batch images per step
   * @param learning_rate of SGD, down to 0 in half a cosine
   * @param momentum of SGD
   * @param weight_decay on all parameters
   * @param shift largest random shift in pixels
   * @param alpha shares are drawn from Beta(alpha, alpha)
   * @param stops epochs after which mixup is stopped
   * @param seeds repetitions
   */
  record Images(
      String data,
      int side,
      int train_images,
      int test_images,
      int[] layers,
      int base_channels,
      int epochs,
      int batch,
      double learning_rate,
      double momentum,
      double weight_decay,
      int shift,
      double alpha,
      int[] stops,
      int seeds) {
    Images {
      if (epochs < 1 || seeds < 1 || !(alpha > 0)) {
        throw new IllegalArgumentException(
            "epochs and seeds must be at least 1 and alpha above 0, got %d, %d and %s"
                .formatted(epochs, seeds, alpha));
      }
      for (int stop : stops) {
        if (stop < 1 || stop >= epochs) {
          throw new IllegalArgumentException(
              "stops are epochs from 1 to %d, got %d".formatted(epochs - 1, stop));
        }
      }
      stops = stops.clone();
    }
  }

  static FeatureLearningSettings of(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new FeatureLearningSettings(
              new Theory(
                  40, 3, 100, 3, 50, 3, 0.5, 0.35, 0.2, 0.5, 200, 2, 0.7, 0.9, new int[] {150}),
              new Images(
                  "digits",
                  8,
                  800,
                  300,
                  new int[] {1, 1},
                  12,
                  6,
                  50,
                  0.1,
                  0.9,
                  1e-4,
                  1,
                  1,
                  new int[] {4},
                  1),
              1,
              1);
      case QUICK ->
          new FeatureLearningSettings(
              theory(2, 200, 400, 600, 800, 1000),
              new Images(
                  "cifar10",
                  16,
                  4000,
                  4000,
                  new int[] {1, 1, 1},
                  16,
                  30,
                  100,
                  0.1,
                  0.9,
                  5e-4,
                  2,
                  1,
                  new int[] {20},
                  3),
              3,
              3);
      case FULL ->
          new FeatureLearningSettings(
              theory(0, 100, 200, 400, 600, 800, 1000),
              new Images(
                  "cifar10",
                  32,
                  50_000,
                  10_000,
                  new int[] {2, 2, 2, 2},
                  64,
                  200,
                  128,
                  0.1,
                  0.9,
                  1e-4,
                  4,
                  1,
                  new int[] {25, 50, 75, 100, 125, 150},
                  3),
              3,
              3);
    };
  }

  private static Theory theory(int permutations, int... stops) {
    return new Theory(
        100, 3, 1000, 5, 500, 5, 0.5, 0.35, 0.063, 0.5, 1200, permutations, 0.7, 0.9, stops);
  }
}
