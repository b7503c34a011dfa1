package dev.melange.papers.hardnegativemixing;

import dev.melange.papers.study.Scale;

/**
 * Settings of the study.
 *
 * @param digits digits and a fully connected encoder
 * @param images larger images and a ResNet
 * @param seeds repetitions on the digits
 * @param fresh_seeds further repetitions on the digits, which judge what was chosen after seeing
 *     numbers
 * @param image_seeds repetitions on the larger images
 */
record MochiSettings(Arena digits, Arena images, int seeds, int fresh_seeds, int image_seeds) {
  MochiSettings {
    if (seeds < 1 || fresh_seeds < 1 || image_seeds < 1) {
      throw new IllegalArgumentException(
          "the study needs a seed of each kind, got %d, %d and %d"
              .formatted(seeds, fresh_seeds, image_seeds));
    }
  }

  /**
   * Data and a recipe.
   *
   * @param data named set of images
   * @param side images are made this many pixels large
   * @param train_images number of training images, at most
   * @param test_images number of test images, at most
   * @param layers residual blocks per stage of the ResNet; none: the fully connected encoder
   * @param base_channels width of the ResNet's first stage
   * @param dim width of the embeddings
   * @param queue keys in the queue
   * @param n_hard how many of the hardest negatives are mixed
   * @param s points between two negatives, per query
   * @param s_prime points between the query and a negative, per query
   * @param temperature what similarities are divided by
   * @param momentum share of itself that the key encoder keeps in a step
   * @param warm_up share of the training that is plain MoCo
   * @param epochs of each training
   * @param batch images per step
   * @param learning_rate of SGD, down to 0 in half a cosine
   * @param weight_decay on all parameters
   */
  record Arena(
      String data,
      int side,
      int train_images,
      int test_images,
      int[] layers,
      int base_channels,
      int dim,
      int queue,
      int n_hard,
      int s,
      int s_prime,
      double temperature,
      double momentum,
      double warm_up,
      int epochs,
      int batch,
      double learning_rate,
      double weight_decay) {
    Arena {
      if (epochs < 1 || batch < 1 || queue < batch || n_hard > queue) {
        throw new IllegalArgumentException(
            "epochs and batch must be at least 1, the queue as long as a batch and n_hard, got epochs %d, batch %d, queue %d, n_hard %d"
                .formatted(epochs, batch, queue, n_hard));
      }
      layers = layers.clone();
    }

    boolean fullyConnected() {
      return layers.length == 0;
    }
  }

  static MochiSettings of(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new MochiSettings(
              digits(400, 200, 256, 32, 8),
              new Arena(
                  "digits",
                  8,
                  200,
                  100,
                  new int[] {1, 1},
                  8,
                  16,
                  128,
                  16,
                  16,
                  4,
                  0.2,
                  0.99,
                  0.25,
                  12,
                  50,
                  0.06,
                  5e-4),
              1,
              1,
              1);
      case QUICK ->
          new MochiSettings(
              digits(1200, 597, 1024, 128, 40),
              new Arena(
                  "cifar10",
                  16,
                  3000,
                  1500,
                  new int[] {1, 1, 1},
                  16,
                  64,
                  1024,
                  128,
                  128,
                  32,
                  0.2,
                  0.99,
                  0.2,
                  12,
                  100,
                  0.06,
                  5e-4),
              3,
              3,
              3);
      case FULL ->
          new MochiSettings(
              digits(1200, 597, 1024, 128, 200),
              new Arena(
                  "cifar10",
                  32,
                  50_000,
                  10_000,
                  new int[] {2, 2, 2, 2},
                  64,
                  128,
                  4096,
                  256,
                  256,
                  32,
                  0.2,
                  0.99,
                  0.05,
                  200,
                  256,
                  0.06,
                  5e-4),
              3,
              3,
              3);
    };
  }

  private static Arena digits(int train, int test, int queue, int hard, int epochs) {
    return new Arena(
        "digits",
        8,
        train,
        test,
        new int[0],
        1,
        32,
        queue,
        hard,
        hard,
        hard / 4,
        0.2,
        0.99,
        0.25,
        epochs,
        64,
        0.06,
        5e-4);
  }
}
