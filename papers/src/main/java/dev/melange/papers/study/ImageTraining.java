package dev.melange.papers.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.OneOf;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.nn.ImageModel;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageLoss;
import dev.melange.tensor.Engine;
import dev.melange.train.EpochRecord;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Map;

/**
 * How a study trains its classifiers: AdamW on the cross entropy.
 *
 * @param epochs passes over the training images
 * @param batch images per step
 * @param lr highest learning rate
 * @param min_lr lowest learning rate of the schedule {@code cosine}
 * @param warmup epochs in which the learning rate of the schedule {@code cosine} rises
 * @param schedule {@code one-cycle} up and down by steps; {@code cosine}: a rise, then half a
 *     cosine, by steps
 * @param weight_decay on all parameters
 * @param smoothing label smoothing
 * @param mix how batches are mixed, in the notation of {@link MixPolicies#parse}; {@code vanilla}
 *     for not at all
 * @param ema share of the old in the moving average of the weights that is evaluated; 0 for the
 *     weights themselves
 */
public record ImageTraining(
    int epochs,
    int batch,
    double lr,
    double min_lr,
    int warmup,
    @OneOf({"one-cycle", "cosine"}) String schedule,
    double weight_decay,
    double smoothing,
    String mix,
    double ema) {
  private static final int TEST_BATCH = 250;

  /** Checks the numbers that no other class checks. */
  public ImageTraining {
    if (epochs < 1 || batch < 1 || warmup < 0 || warmup >= epochs) {
      throw new IllegalArgumentException(
          "epochs and batch must be at least 1 and warmup less than epochs, got %d, %d and %d"
              .formatted(epochs, batch, warmup));
    }
    if (!(lr > 0 && min_lr >= 0 && weight_decay >= 0 && ema >= 0 && ema < 1)) {
      throw new IllegalArgumentException(
          "lr must be positive, min_lr and weight_decay not negative and ema in [0, 1), got %s, %s, %s and %s"
              .formatted(lr, min_lr, weight_decay, ema));
    }
    MixPolicies.parse(mix);
  }

  /** One cycle, without mixing, smoothing and averaging. */
  public static ImageTraining oneCycle(int epochs, int batch, double lr, double weightDecay) {
    return new ImageTraining(epochs, batch, lr, 0, 0, "one-cycle", weightDecay, 0, "vanilla", 0);
  }

  /**
   * Trains a classifier and tests it after each epoch.
   *
   * @param trial from which the order of the images and all draws come
   * @param model new weights; in the end the trained ones
   * @param images what to train and test on
   * @return {@code accuracy} of the last epoch in percent, {@code parameters}, and {@code loss} and
   *     {@code accuracy_by_epoch}
   */
  public ObjectNode train(Trial trial, ImageModel model, StudyImages images) throws IOException {
    model.to(Engine.get().device());
    Minibatches train =
        ImageBatches.training(images.train(), images.training(), batch, trial.seed());
    Minibatches test = ImageBatches.evaluation(images.test(), images.evaluation(), TEST_BATCH);
    TrainingResult result;
    try (Optimizer adam = Adam.adamW(ParameterGroup.all(model, weight_decay))) {
      Trainer trainer =
          Trainer.of(model, new ImageLoss(model, smoothing))
              .data(train)
              .optimizer(adam)
              .schedule(learningRate(train.batches()))
              .epochs(epochs)
              .metrics(() -> Map.of("accuracy", 100 * ImageEvaluation.of(model, test).accuracy(1)))
              .seed(trial.seed());
      if (!mix.equals("vanilla")) {
        MixPolicy policy = MixPolicies.parse(mix);
        MixContext context = MixContext.of(model, images.evaluation().normalize());
        trainer.prepare((plain, rng) -> policy.apply(plain, context, rng));
      }
      if (ema > 0) {
        trainer.ema(ema, true);
      }
      result = trial.train(trainer);
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("accuracy", result.last().metrics().get("accuracy"));
    json.put("parameters", model.parameterCount());
    ArrayNode losses = json.putArray("loss");
    ArrayNode accuracies = json.putArray("accuracy_by_epoch");
    for (EpochRecord epoch : result.history()) {
      losses.add(epoch.loss());
      accuracies.add(epoch.metrics().get("accuracy"));
    }
    return json;
  }

  private Schedule learningRate(long stepsPerEpoch) {
    long total = epochs * stepsPerEpoch;
    return schedule.equals("one-cycle")
        ? Schedule.oneCycle(lr, total)
        : Schedule.cosine(lr, warmup * stepsPerEpoch, 0, total, min_lr);
  }
}
