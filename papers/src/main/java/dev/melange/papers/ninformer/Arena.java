package dev.melange.papers.ninformer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataSets;
import dev.melange.data.image.HorizontalFlip;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Padding;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.RandomCrop;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageLoss;
import dev.melange.papers.ninformer.NinFormerSettings.Task;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Map;

/**
 * A data set on which the networks compete, all with the same images, order and recipe.
 *
 * @param name of the data set
 * @param task how the networks are trained
 * @param train training images
 * @param test test images
 */
record Arena(String name, Task task, PackedImages train, PackedImages test) {
  private static final Normalize HALF = new Normalize(new float[] {0.5f}, new float[] {0.5f});
  private static final int BORDERS_PER_SIDE = 8;
  private static final int TEST_BATCH = 200;

  /** Reads the images that the settings ask for. */
  static Arena load(DataSets sets, String name, NinFormerSettings settings) throws IOException {
    if (name.equals("digits")) {
      Task task = settings.digits();
      return new Arena(
          name,
          task,
          ImageSets.digits(sets, 0, task.train()),
          ImageSets.digits(sets, task.train(), task.train() + task.test()));
    }
    Task task = settings.cifar10();
    return new Arena(
        name,
        task,
        ImageSets.sample(sets, name, true, task.train()),
        ImageSets.sample(sets, name, false, task.test()));
  }

  /** The configuration of a network. */
  NinFormerConfig config(Variant variant) {
    return variant.config(
        task,
        task.network(train.channels(), train.height(), train.width(), train.classes().size()));
  }

  /** What a test image goes through. */
  Pipeline plain() {
    return Pipeline.of(HALF);
  }

  /** What a training image goes through. */
  Pipeline augmented() {
    HorizontalFlip flip = new HorizontalFlip(0.5);
    return switch (task.augment()) {
      case "none" -> plain();
      case "flip" -> plain().then(flip);
      default ->
          plain()
              .then(
                  new RandomCrop(
                      train.height(),
                      train.width(),
                      train.height() / BORDERS_PER_SIDE,
                      Padding.ZERO))
              .then(flip);
    };
  }

  /** Trains a network from new weights and says what came of it; accuracies in per cent. */
  ObjectNode run(Variant variant, Trial trial) throws IOException {
    NinFormerConfig config = config(variant);
    try (TokenClassifier<?> model = variant.create(config, new Rng(trial.seed()))) {
      model.to(Engine.get().device());
      Minibatches batches = ImageBatches.training(train, augmented(), task.batch(), trial.seed());
      Minibatches plain = ImageBatches.evaluation(test, plain(), TEST_BATCH);
      TrainingResult result;
      try (Optimizer adamW = Adam.adamW(ParameterGroup.all(model, task.weight_decay()))) {
        result =
            trial.train(
                Trainer.of(model, new ImageLoss(model, 0))
                    .data(batches)
                    .optimizer(adamW)
                    .schedule(schedule(batches))
                    .epochs(task.epochs())
                    .metrics(() -> Map.of("accuracy", accuracy(model, plain)))
                    .seed(trial.seed()));
      }
      trial.save(model, variant.key(), config);
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("parameters", model.parameterCount());
      TrainingFigures.putEpochs(json, "loss_by_epoch", result);
      json.put("accuracy", result.last().metrics().get("accuracy"));
      if (!task.augment().equals("none")) {
        Minibatches changed = ImageBatches.evaluation(test, augmented(), TEST_BATCH);
        json.put("accuracy_on_changed_test_images", accuracy(model, changed));
      }
      return json;
    }
  }

  private Schedule schedule(Minibatches batches) {
    return task.schedule().equals("constant")
        ? Schedule.constant(task.learning_rate())
        : Schedule.oneCycle(task.learning_rate(), (long) task.epochs() * batches.batches());
  }

  private static double accuracy(TokenClassifier<?> model, Minibatches data) {
    return 100 * ImageEvaluation.of(model, data).accuracy(1);
  }
}
