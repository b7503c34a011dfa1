package dev.melange.papers.hardnegativemixing;

import dev.melange.nn.Linear;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.optim.Sgd;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.util.Map;

/**
 * A linear classifier on frozen features: how much of the classes they tell. The features are
 * standardised by the training features' means and deviations first.
 *
 * @param epochs passes over the features
 * @param batch features per step
 * @param learning_rate of SGD with momentum 0.9, down to 0 in half a cosine
 */
public record LinearProbe(int epochs, int batch, double learning_rate) {
  private static final double MOMENTUM = 0.9;
  private static final double LEAST_DEVIATION = 1e-6;

  /** Sixty epochs, 128 features per step, learning rate 0.1. */
  public static final LinearProbe STANDARD = new LinearProbe(60, 128, 0.1);

  /** Checks the values. */
  public LinearProbe {
    if (epochs < 1 || batch < 1 || !(learning_rate > 0)) {
      throw new IllegalArgumentException(
          "a probe needs 1 epoch, 1 feature per step and a positive learning rate at least, got %d, %d and %s"
              .formatted(epochs, batch, learning_rate));
    }
  }

  /**
   * Trains on some features and tells the share of others that it classifies rightly.
   *
   * @param features [n, width]
   * @param labels int64 [n]
   * @param test [m, width]
   * @param testLabels int64 [m]
   * @param classes number of classes
   * @param seed of weights and order
   */
  public double accuracy(
      Tensor features, Tensor labels, Tensor test, Tensor testLabels, int classes, long seed)
      throws IOException {
    try (Scope scope = Scope.open();
        Linear layer = new Linear(features.size(1), classes, new Rng(seed))) {
      Tensor mean = features.detach().meanKeep(0);
      Tensor deviation = features.detach().varKeep(0, 0).sqrt().clampMin(LEAST_DEVIATION);
      Tensor train = features.detach().sub(mean).div(deviation);
      layer.to(Engine.get().device());
      try (Sgd sgd = Sgd.of(ParameterGroup.all(layer, 0), Sgd.Config.withMomentum(MOMENTUM))) {
        int step = (int) Math.min(batch, train.size(0));
        Minibatches data =
            Minibatches.shuffled(Map.of("features", train, "label", labels), step, seed);
        long steps = (long) epochs * data.batches();
        Trainer.of(
                layer,
                part -> Losses.crossEntropy(layer.forward(part.get("features")), part.get("label")))
            .data(data)
            .optimizer(sgd)
            .schedule(Schedule.cosine(learning_rate, 0, 0, steps, 0))
            .epochs(epochs)
            .wholeBatch()
            .seed(seed)
            .fit();
      }
      layer.to(Device.CPU);
      return Autograd.noGrad(
              () ->
                  layer
                      .forward(test.detach().sub(mean).div(deviation))
                      .argmax(1)
                      .eq(testLabels)
                      .to(DType.F64)
                      .mean())
          .item();
    }
  }
}
