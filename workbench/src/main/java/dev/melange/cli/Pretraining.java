package dev.melange.cli;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.papers.hardnegativemixing.ContrastiveTraining;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code pretrain image} was asked to do: with the same images it gives the same weights.
 *
 * @param model name of the model
 * @param set changed keys of its configuration
 * @param data folder or zip file of the images, or a named set
 * @param valid folder of the validation images; null to take a share of {@code data}
 * @param valid_share share of the images for validation, unless {@code data} is split already
 * @param size side of the square that the model sees, in pixels
 * @param channels 1 or 3, to which all images are converted; null for 3 and no conversion
 * @param method {@code mochi} or {@code moco}
 * @param dim width of the embeddings
 * @param queue keys in the queue
 * @param n_hard how many of the hardest negatives are mixed
 * @param s points between two negatives, per query
 * @param s_prime points between the query and a negative, per query
 * @param temperature what similarities are divided by
 * @param momentum share of itself that the key encoder keeps in a step
 * @param warm_up share of the training that is plain MoCo
 * @param oracle whether negatives of the query's class are left out
 * @param epochs passes over the images
 * @param batch images per step
 * @param optimizer {@code sgd} with momentum 0.9 and weight decay 1e-4, or {@code adamw} with
 *     weight decay 0.05
 * @param lr highest learning rate
 * @param seed of the split, the first weights, the order, the views and the mixing
 */
record Pretraining(
    String model,
    Map<String, String> set,
    String data,
    @Default("null") String valid,
    double valid_share,
    int size,
    @Default("null") Integer channels,
    @OneOf({"mochi", "moco"}) String method,
    int dim,
    int queue,
    int n_hard,
    int s,
    int s_prime,
    double temperature,
    double momentum,
    double warm_up,
    boolean oracle,
    int epochs,
    int batch,
    @OneOf({"sgd", "adamw"}) String optimizer,
    double lr,
    long seed) {
  /** Checks the values. */
  Pretraining {
    set = new LinkedHashMap<>(set);
    PhotoSource.require(channels, valid_share, size);
    if (epochs < 1 || batch < 1 || dim < 1) {
      throw new IllegalArgumentException(
          "--epochs, --batch and --dim must be at least 1, got %d, %d and %d"
              .formatted(epochs, batch, dim));
    }
    if (queue < batch) {
      throw new IllegalArgumentException(
          "--queue must hold at least one batch of %d keys, got %d".formatted(batch, queue));
    }
    if (n_hard > queue) {
      throw new IllegalArgumentException(
          "--hard is at most the length of the queue, %d, got %d".formatted(queue, n_hard));
    }
    if (!optimizer.equals("sgd") && !optimizer.equals("adamw")) {
      throw new IllegalArgumentException(
          "--optimizer is sgd or adamw, got '%s'".formatted(optimizer));
    }
    if (!(lr > 0 && Double.isFinite(lr))) {
      throw new IllegalArgumentException("--lr must be positive, got " + lr);
    }
    config(method, temperature, n_hard, s, s_prime, oracle, momentum, warm_up);
  }

  /** The objective. */
  ContrastiveTraining.Config objective() {
    return config(method, temperature, n_hard, s, s_prime, oracle, momentum, warm_up);
  }

  private static ContrastiveTraining.Config config(
      String method,
      double temperature,
      int hard,
      int s,
      int sPrime,
      boolean oracle,
      double momentum,
      double warmUp) {
    return new ContrastiveTraining.Config(
        method, temperature, hard, s, sPrime, oracle, momentum, warmUp);
  }

  /** Where the images are. */
  PhotoSource photos() {
    return new PhotoSource(data, valid, valid_share, seed, false);
  }

  /** Channels that the model sees. */
  int modelChannels() {
    return channels == null ? 3 : channels;
  }

  /** A training of about the same memory. */
  ImageTraining asTraining() {
    return new ImageTraining(
        model,
        set,
        data,
        valid,
        valid_share,
        size,
        channels,
        epochs,
        batch,
        lr,
        "vanilla",
        "none",
        0,
        null,
        1,
        seed);
  }
}
