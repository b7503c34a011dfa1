package dev.melange.papers.study;

import dev.melange.nn.Layer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.optim.Sgd;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;

/**
 * How studies of training methods train small networks: stochastic gradient descent with momentum,
 * half a cosine from the first step on, decay of all parameters.
 *
 * @param epochs passes over the data
 * @param learningRate of the first step
 * @param momentum of the gradients
 * @param weightDecay factor of the parameters in their gradients
 * @param evaluations how often the metrics are measured, about
 */
public record SgdTraining(
    int epochs, double learningRate, double momentum, double weightDecay, int evaluations) {
  /**
   * Trains a network in a trial, with its seed.
   *
   * @param network whose parameters are trained, on the engine's device
   * @param trainer knows objective, preparation and metrics
   * @param data for the trainer
   */
  public TrainingResult run(Trial trial, Layer network, Trainer trainer, Minibatches data)
      throws IOException {
    long steps = (long) epochs * data.batches();
    try (Sgd sgd =
        Sgd.of(ParameterGroup.all(network, weightDecay), Sgd.Config.withMomentum(momentum))) {
      return trial.train(
          trainer
              .data(data)
              .optimizer(sgd)
              .schedule(Schedule.cosine(learningRate, 0, 0, steps, 0))
              .epochs(epochs)
              .evaluateEvery(Math.max(1, epochs / evaluations))
              .seed(trial.seed()));
    }
  }
}
