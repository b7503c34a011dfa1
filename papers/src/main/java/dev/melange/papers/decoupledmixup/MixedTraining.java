package dev.melange.papers.decoupledmixup;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.mix.MixContext;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.decoupledmixup.DecoupledStudy.Settings;
import dev.melange.papers.decoupledmixup.DecoupledStudy.Variant;
import dev.melange.papers.mixuppolicies.ResNetCifar;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.SgdTraining;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.train.EpochRecord;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Map;

/** The supervised training of one variant with one seed, and what is measured afterwards. */
final class MixedTraining {
  private static final int EVALUATION_BATCH = 200;
  private static final int EVALUATIONS = 6;

  private MixedTraining() {}

  static ResNetCifar.Config config(Settings settings, SmallImages images) {
    return new ResNetCifar.Config(
        "basic",
        settings.layers(),
        settings.base_channels(),
        images.channels(),
        images.classes().size(),
        -1);
  }

  static ResNetCifar network(Settings settings, SmallImages images, Rng rng) {
    ResNetCifar model = new ResNetCifar(config(settings, images), rng);
    if (settings.blocks_start_at_one()) {
      model.startBlocksAtOne();
    }
    model.to(Engine.get().device());
    return model;
  }

  static ObjectNode run(
      Trial trial, Settings settings, Variant variant, SmallImages images, boolean first)
      throws IOException {
    Minibatches train = images.training(settings.batch(), trial.seed());
    Minibatches test = images.testing(EVALUATION_BATCH);
    try (ResNetCifar model = network(settings, images, new Rng(trial.seed()))) {
      MixContext context = MixContext.of(model, images.normalize());
      TrainingResult result =
          new SgdTraining(
                  settings.epochs(),
                  settings.learning_rate(),
                  settings.momentum(),
                  settings.weight_decay(),
                  EVALUATIONS)
              .run(
                  trial,
                  model,
                  Trainer.of(model, variant.loss().objective(model))
                      .prepare(
                          (batch, rng) ->
                              variant
                                  .policy()
                                  .apply(
                                      SmallImages.augment(
                                          batch,
                                          settings.shift(),
                                          settings.shift_each(),
                                          rng.fork(0)),
                                      context,
                                      rng.fork(1)))
                      .metrics(
                          () -> Map.of("accuracy", ImageEvaluation.of(model, test).accuracy(1))),
                  train);
      if (first) {
        String name = settings.base_channels() < 64 ? "resnet_tiny_cifar" : "resnet18_cifar";
        trial.save(model, name, model.config());
      }
      return measure(model, result, images, test, first);
    }
  }

  private static ObjectNode measure(
      ResNetCifar model,
      TrainingResult result,
      SmallImages images,
      Minibatches test,
      boolean curves) {
    ImageEvaluation evaluation = ImageEvaluation.of(model, test);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    TrainingFigures.putLosses(json, result);
    TrainingFigures.putTest(json, evaluation);
    json.put("fgsm_error", 100 - 100 * Robustness.accuracy(model, test, images.normalize()));
    MixtureProbe probe = MixtureProbe.of(images);
    json.put("both_found", probe.bothFound(model));
    ArrayNode curve = json.putArray("curve");
    for (EpochRecord epoch : result.history()) {
      if (!epoch.metrics().isEmpty()) {
        curve
            .addObject()
            .put("epoch", epoch.epoch())
            .put("accuracy", 100 * epoch.metrics().get("accuracy"));
      }
    }
    if (curves) {
      json.set("slider", probe.slider(model));
    }
    return json;
  }
}
