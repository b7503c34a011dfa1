package dev.melange.papers.hardnegativemixing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataSets;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Pipeline;
import dev.melange.nn.Layer;
import dev.melange.nn.ResNet;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.optim.Sgd;
import dev.melange.papers.ImageInput;
import dev.melange.papers.hardnegativemixing.MochiSettings.Arena;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.papers.study.TrialResults;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Images, an encoder and a recipe on which variants of contrastive learning are compared. */
final class MochiArena {
  static final List<String> CURVES =
      List.of("proxy_accuracy", "proxy_accuracy_real", "alignment", "uniformity", "knn");
  private static final int EVALUATION_BATCH = 250;
  private static final int EVALUATIONS = 6;
  private static final double MOMENTUM = 0.9;
  private static final long VIEWS = 9;
  private static final long QUEUE = 10;
  private static final long ENCODER = 11;

  /**
   * What is compared.
   *
   * @param name of the trials
   * @param title in the report
   * @param method {@code moco} or {@code mochi}
   * @param withQuery whether the query is mixed with negatives, too
   * @param oracle whether negatives of the query's class are left out
   */
  record Variant(String name, String title, String method, boolean withQuery, boolean oracle) {}

  static final Variant MOCO = new Variant("moco", "MoCo-v2", "moco", false, false);
  static final Variant MOCHI = new Variant("mochi", "MoCHi", "mochi", true, false);
  static final Variant PAIRS =
      new Variant("mochi-pairs", "MoCHi, pairs of negatives only", "mochi", false, false);
  static final Variant ORACLE = new Variant("oracle", "MoCo-v2 with oracle", "moco", false, true);
  static final Variant MOCHI_ORACLE =
      new Variant("mochi-oracle", "MoCHi with oracle", "mochi", true, true);

  private final Arena settings;
  private final PackedImages train;
  private final PackedImages test;
  private final ImageInput input;
  private final TensorBatch trainTensors; // of the fully connected encoder, else null
  private final TensorBatch testTensors;

  /** Loads the images; their tensors belong to the current scope. */
  MochiArena(Arena settings, DataSets sets) throws IOException {
    this.settings = settings;
    int count = settings.train_images();
    boolean digits = settings.data().equals("digits");
    train =
        digits
            ? ImageSets.digits(sets, 0, count)
            : ImageSets.sample(sets, settings.data(), true, count);
    test =
        digits
            ? ImageSets.digits(sets, count, count + settings.test_images())
            : ImageSets.sample(sets, settings.data(), false, settings.test_images());
    boolean connected = settings.fullyConnected();
    input =
        new ImageInput(
            train.channels(),
            settings.side(),
            1,
            false,
            connected ? Normalize.UNIT : Normalize.of(train));
    trainTensors = connected ? tensors(train) : null;
    testTensors = connected ? tensors(test) : null;
  }

  private TensorBatch tensors(PackedImages images) {
    try (Minibatches.Epoch all =
        ImageBatches.evaluation(images, input.evaluation(), images.size()).epoch(0, 0)) {
      return all.next();
    }
  }

  Arena settings() {
    return settings;
  }

  List<String> classes() {
    return train.classes();
  }

  private Minibatches training(long seed) {
    return settings.fullyConnected()
        ? Minibatches.shuffled(trainTensors.tensors(), settings.batch(), seed)
        : ContrastiveViews.training(
            train, ContrastiveViews.pipeline(input), settings.batch(), seed);
  }

  private Trainer.Preparation views() {
    return settings.fullyConnected() ? DigitViews::of : (batch, rng) -> batch;
  }

  private ContrastiveEvaluation evaluation() {
    Pipeline plain = input.evaluation();
    if (settings.fullyConnected()) {
      return new ContrastiveEvaluation(
          Minibatches.inOrder(trainTensors.tensors(), EVALUATION_BATCH),
          Minibatches.inOrder(testTensors.tensors(), EVALUATION_BATCH),
          Minibatches.inOrder(
              DigitViews.of(testTensors, new Rng(VIEWS)).tensors(), EVALUATION_BATCH),
          classes().size());
    }
    return new ContrastiveEvaluation(
        ImageBatches.evaluation(train, plain, EVALUATION_BATCH),
        ImageBatches.evaluation(test, plain, EVALUATION_BATCH),
        ContrastiveViews.evaluation(test, ContrastiveViews.pipeline(input), EVALUATION_BATCH),
        classes().size());
  }

  private ContrastiveTraining.Config config(Variant variant) {
    return new ContrastiveTraining.Config(
        variant.method(),
        settings.temperature(),
        settings.n_hard(),
        settings.s(),
        variant.withQuery() ? settings.s_prime() : 0,
        variant.oracle(),
        settings.momentum(),
        settings.warm_up());
  }

  /**
   * Trains one variant and measures.
   *
   * @param picture whether a query is to be drawn with its negatives
   */
  ObjectNode run(Trial trial, Variant variant, boolean picture) throws IOException {
    Rng rng = new Rng(trial.seed());
    if (settings.fullyConnected()) {
      var shape =
          new DigitEncoder.Config(
              train.channels() * settings.side() * settings.side(), 256, 128, settings.dim());
      return run(trial, variant, picture, () -> new DigitEncoder(shape, rng.fork(ENCODER)), shape);
    }
    var shape =
        new MocoEncoder.Config(
            "basic",
            settings.layers(),
            settings.base_channels(),
            train.channels(),
            settings.dim(),
            true,
            ResNet.SMALL_IMAGES);
    return run(trial, variant, picture, () -> new MocoEncoder(shape, rng.fork(ENCODER)), shape);
  }

  private <E extends Layer & ContrastiveEncoder> ObjectNode run(
      Trial trial, Variant variant, boolean picture, Supplier<E> encoder, Record shape)
      throws IOException {
    Minibatches batches = training(trial.seed());
    ContrastiveTraining.Config config = config(variant);
    ContrastiveEvaluation evaluation = evaluation();
    try (MocoModel<E> model =
        new MocoModel<>(
            encoder, settings.dim(), settings.queue(), new Rng(trial.seed()).fork(QUEUE))) {
      model.to(Engine.get().device());
      ContrastiveTraining<E> training = new ContrastiveTraining<>(config, model, true);
      training.fillQueue(batches, views(), trial.seed());
      long steps = (long) settings.epochs() * batches.batches();
      try (Sgd sgd =
          Sgd.of(
              ParameterGroup.all(model, settings.weight_decay()),
              Sgd.Config.withMomentum(MOMENTUM))) {
        TrainingResult result =
            trial.train(
                training
                    .trainer(views())
                    .data(batches)
                    .optimizer(sgd)
                    .schedule(Schedule.cosine(settings.learning_rate(), 0, 0, steps, 0))
                    .epochs(settings.epochs())
                    .metrics(() -> metrics(model, evaluation))
                    .evaluateEvery(Math.max(1, settings.epochs() / EVALUATIONS))
                    .seed(trial.seed()));
        if (picture) {
          trial.save(model.query(), "contrastive encoder", shape);
        }
        return measure(trial, model, result, evaluation, picture);
      }
    }
  }

  private <E extends Layer & ContrastiveEncoder> Map<String, Double> metrics(
      MocoModel<E> model, ContrastiveEvaluation evaluation) {
    MocoModel.Counted counted = model.takeCounts();
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("proxy_accuracy", counted.proxyAccuracy());
    metrics.put("proxy_accuracy_real", counted.proxyAccuracyReal());
    metrics.put("false_hard", counted.falseHard());
    metrics.put("false_mixed", counted.falseMixed());
    metrics.putAll(evaluation.figures(model, settings.temperature()));
    return metrics;
  }

  private <E extends Layer & ContrastiveEncoder> ObjectNode measure(
      Trial trial,
      MocoModel<E> model,
      TrainingResult result,
      ContrastiveEvaluation evaluation,
      boolean picture)
      throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    TrainingFigures.putLosses(json, result);
    List<EpochRecord> evaluated =
        result.history().stream().filter(epoch -> !epoch.metrics().isEmpty()).toList();
    json.set(
        "epochs", TrialResults.array(evaluated.stream().mapToDouble(EpochRecord::epoch).toArray()));
    result.last().metrics().forEach(json::put);
    json.put("knn", 100 * result.last().metrics().get("knn"));
    for (String curve : CURVES) {
      json.set(
          curve + "_curve",
          TrialResults.array(
              evaluated.stream().mapToDouble(epoch -> epoch.metrics().get(curve)).toArray()));
    }
    json.put("linear", 100 * evaluation.probe(model.query(), LinearProbe.STANDARD, trial.seed()));
    try (Scope scope = Scope.open()) {
      ContrastiveMetrics metrics = evaluation.metrics(model, settings.temperature());
      json.set("top", TrialResults.array(metrics.topNegativeProbabilities().toDoubles()));
      if (picture) {
        json.set("sphere", sphere(model, evaluation));
      }
    }
    return json;
  }

  private <E extends Layer & ContrastiveEncoder> ObjectNode sphere(
      MocoModel<E> model, ContrastiveEvaluation evaluation) {
    try (Minibatches.Epoch epoch = evaluation.views().epoch(0, 0)) {
      TensorBatch batch = epoch.next().slice(0, 1).to(Engine.get().device());
      E encoder = model.query();
      Tensor query = encoder.project(encoder.features(batch.get(ImageBatches.IMAGE)));
      Tensor positive =
          encoder.project(encoder.features(batch.get(ContrastiveTraining.SECOND_VIEW)));
      return SphereView.of(
          UnitVectors.of(query.detach()),
          UnitVectors.of(positive.detach()),
          model.queue(),
          settings.temperature(),
          new Rng(VIEWS));
    }
  }
}
