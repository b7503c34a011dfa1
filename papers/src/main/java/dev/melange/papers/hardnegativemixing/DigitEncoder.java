package dev.melange.papers.hardnegativemixing;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The study's encoder of small images: two hidden layers with batch norms give the features, a
 * third one and a linear layer the embeddings.
 */
final class DigitEncoder extends Layer implements ContrastiveEncoder {
  /**
   * Shape of the encoder.
   *
   * @param pixels of an image
   * @param hidden width of the first layer
   * @param features width of the features
   * @param dim width of the embeddings
   */
  record Config(int pixels, int hidden, int features, int dim) {}

  private final Linear first;
  private final BatchNorm firstNorm;
  private final Linear second;
  private final BatchNorm secondNorm;
  private final Linear third;
  private final BatchNorm thirdNorm;
  private final Linear projection;

  DigitEncoder(Config config, Rng rng) {
    first = child("first", new Linear(config.pixels, config.hidden, rng));
    firstNorm = child("first_norm", new BatchNorm(config.hidden));
    second = child("second", new Linear(config.hidden, config.features, rng));
    secondNorm = child("second_norm", new BatchNorm(config.features));
    third = child("fc.0", new Linear(config.features, config.features, rng));
    thirdNorm = child("fc.1", new BatchNorm(config.features));
    projection = child("fc.3", new Linear(config.features, config.dim, rng));
  }

  @Override
  public Tensor features(Tensor image) {
    Tensor x = image.flatten(1, image.dim() - 1);
    x = firstNorm.forward(first.forward(x)).relu();
    return secondNorm.forward(second.forward(x)).relu();
  }

  @Override
  public Tensor project(Tensor features) {
    return projection.forward(thirdNorm.forward(third.forward(features)).relu());
  }
}
