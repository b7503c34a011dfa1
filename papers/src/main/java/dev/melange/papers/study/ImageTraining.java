package dev.melange.papers.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.ImageModel;
import dev.melange.optim.Optimizer;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageLoss;
import dev.melange.tensor.Engine;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Objective;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Map;

/**
 * The training of one classifier in a study, evaluated on the test images after each epoch.
 *
 * @param images what it is trained and tested on
 * @param recipe how
 */
public record ImageTraining(StudyImages images, ImageRecipe recipe) {
  private static final int TEST_BATCH = 250;

  /**
   * Trains with the cross entropy of the recipe's smoothing on plain images.
   *
   * @return {@code accuracy} in per cent, {@code parameters}, and by epoch {@code loss} and {@code
   *     accuracy_by_epoch}
   */
  public ObjectNode run(Trial trial, ImageModel model) throws IOException {
    return run(trial, model, new ImageLoss(model, recipe.smoothing()), null);
  }

  /**
   * Trains with another objective.
   *
   * @param objective of the prepared batches
   * @param preparation mixes each batch, for instance; null for none
   * @return as {@link #run(Trial, ImageModel)}
   */
  public ObjectNode run(
      Trial trial, ImageModel model, Objective objective, Trainer.StagedPreparation preparation)
      throws IOException {
    model.to(Engine.get().device());
    Minibatches train =
        ImageBatches.training(images.train(), images.training(), recipe.batch(), trial.seed());
    Minibatches test = ImageBatches.evaluation(images.test(), images.evaluation(), TEST_BATCH);
    TrainingResult result;
    try (Optimizer optimizer = recipe.optimizer(model)) {
      Trainer trainer =
          Trainer.of(model, objective)
              .data(train)
              .optimizer(optimizer)
              .schedule(recipe.schedule(train.batches()))
              .epochs(recipe.epochs())
              .metrics(() -> Map.of("accuracy", 100 * ImageEvaluation.of(model, test).accuracy(1)))
              .seed(trial.seed());
      if (recipe.clip() > 0) {
        trainer.clipNorm(recipe.clip());
      }
      if (recipe.ema() > 0) {
        trainer.ema(recipe.ema(), true);
      }
      if (preparation != null) {
        trainer.prepare(preparation);
      }
      result = trial.train(trainer);
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("accuracy", result.last().metrics().get("accuracy"));
    json.put("parameters", model.parameterCount());
    TrainingFigures.putEpochs(json, "loss", result);
    return json;
  }
}
