package dev.melange.papers.adamixup;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.mix.MixLabels;
import dev.melange.mix.Mixup;
import dev.melange.optim.Adam;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.Objective;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The trainings of the study and what is measured of them. */
final class AdaMixUpTrials {
  static final String MODEL = "adamixup_mnist";
  private static final int TEST_BATCH = 500;
  private static final int EVALUATIONS = 10;
  private static final int PROBED = 256;
  private static final long PROBE = 23;
  private static final int BINS = 20;
  // enough for a curve
  private static final long CURVE_IMAGES = 2000;

  private final AdaMixUpSettings settings;
  private final Images images;

  /** Images with values in [0, 1]. */
  record Images(
      Tensor train, Tensor trainLabels, Tensor test, Tensor testLabels, List<String> classes) {}

  /** Weights of mixup, drawn for a batch of n. */
  interface Weights {
    Tensor draw(int n, Rng rng);
  }

  AdaMixUpTrials(AdaMixUpSettings settings, Images images) {
    this.settings = settings;
    this.images = images;
  }

  AdaMixUp.Config config() {
    return new AdaMixUp.Config(
        (int) images.train().size(1),
        new int[] {settings.side(), settings.side()},
        settings.channels(),
        settings.hidden(),
        images.classes().size(),
        100,
        2);
  }

  AdaMixUp network(long seed) {
    AdaMixUp model = new AdaMixUp(config(), false, settings.weight_decay(), new Rng(seed));
    model.to(Engine.get().device());
    return model;
  }

  private Minibatches training(int batch, long seed) {
    return Minibatches.shuffled(
        Map.of(ImageBatches.IMAGE, images.train(), ImageBatches.LABEL, images.trainLabels()),
        batch,
        seed);
  }

  /** Trains the classifier alone; weights null for no mixing. */
  ObjectNode alone(Trial trial, Weights weights) throws IOException {
    int classes = images.classes().size();
    try (AdaMixUp model = network(trial.seed())) {
      Trainer trainer =
          trainer(
              model,
              batch -> model.classifierLoss(batch.get(ImageBatches.IMAGE), batch.get("target")),
              training(settings.batch(), trial.seed()),
              settings.epochs(),
              trial.seed(),
              false);
      trainer.prepare((batch, rng) -> mixed(batch, weights, classes, rng));
      return measure(trial, model, fit(trial, model, trainer), false);
    }
  }

  private static TensorBatch mixed(TensorBatch batch, Weights weights, int classes, Rng rng) {
    Tensor label = batch.get(ImageBatches.LABEL);
    if (weights == null) {
      return batch.with("target", label.oneHot(classes).to(DType.F32));
    }
    Tensor image = batch.get(ImageBatches.IMAGE);
    long[] places = java.util.Arrays.stream(rng.permutation(batch.size())).asLongStream().toArray();
    Tensor index = Tensor.of(places, places.length).to(image.device());
    Tensor lam = weights.draw(batch.size(), rng).to(image.device());
    return batch
        .with(ImageBatches.IMAGE, Mixup.apply(image, Mixup.partner(image, index), lam))
        .with("target", MixLabels.soft(label, label.indexSelect(0, index), lam, classes));
  }

  /** Trains all three parts; weight 0 leaves the discriminator out. */
  ObjectNode learned(Trial trial, double weight, boolean save) throws IOException {
    try (AdaMixUp model = network(trial.seed())) {
      Trainer trainer =
          trainer(
              model,
              batch -> {
                Tensor image = batch.get(ImageBatches.IMAGE);
                Rng rng = new Rng((long) batch.get("draws").item());
                return model
                    .losses(
                        image,
                        batch.get(ImageBatches.LABEL),
                        AdaMixUpDraws.draw(image, 2, rng),
                        weight)
                    .total();
              },
              training(2 * settings.batch(), trial.seed()),
              2 * settings.epochs(),
              trial.seed(),
              true);
      trainer.wholeBatch();
      trainer.prepare((batch, rng) -> batch.with("draws", Tensor.scalar(rng.nextInt(), DType.I64)));
      ObjectNode json = measure(trial, model, fit(trial, model, trainer), true);
      if (save) {
        trial.save(model, MODEL, model.config());
      }
      return json;
    }
  }

  private Trainer trainer(
      AdaMixUp model,
      Objective objective,
      Minibatches data,
      int epochs,
      long seed,
      boolean region) {
    long steps = (long) epochs * data.batches();
    return Trainer.of(model, objective)
        .data(data)
        .epochs(epochs)
        .schedule(
            Schedule.milestones(
                settings.learning_rate(), 0.3, Math.max(1, steps / 3), Math.max(2, 2 * steps / 3)))
        .metrics(() -> metrics(model, region))
        .evaluateEvery(Math.max(1, epochs / EVALUATIONS))
        .seed(seed);
  }

  private TrainingResult fit(Trial trial, AdaMixUp model, Trainer trainer) throws IOException {
    try (Adam adam = Adam.of(ParameterGroup.all(model, 0), Adam.Config.ADAM)) {
      return trial.train(trainer.optimizer(adam));
    }
  }

  private Map<String, Double> metrics(AdaMixUp model, boolean region) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("error", error(model, CURVE_IMAGES));
    if (region) {
      double[] mean = probe(model).region().mean(0).toDoubles();
      metrics.put("region_start", mean[0]);
      metrics.put("region_width", mean[1]);
    }
    return metrics;
  }

  /** Percentage of the first test images that are classified wrongly. */
  private double error(AdaMixUp model, long most) {
    try (Scope scope = Scope.open()) {
      long n = Math.min(most, images.test().size(0));
      Tensor wrong =
          Inference.run(
              Minibatches.inOrder(
                  Map.of(
                      ImageBatches.IMAGE,
                      images.test().narrow(0, 0, n),
                      ImageBatches.LABEL,
                      images.testLabels().narrow(0, 0, n)),
                  TEST_BATCH),
              batch ->
                  model
                      .classify(model.features(batch.get(ImageBatches.IMAGE)))
                      .argmax(1)
                      .ne(batch.get(ImageBatches.LABEL))
                      .to(DType.F32));
      return 100 * wrong.mean().item();
    }
  }

  /**
   * Pairs of test images, mixed by the generator.
   *
   * @param real the first images
   * @param region triples of the intervals, [n, 3]
   * @param image mixtures
   */
  record Probe(Tensor real, Tensor region, Tensor image) {}

  private Probe probe(AdaMixUp model) {
    return Autograd.noGrad(
        () -> {
          long n = Math.min(PROBED, images.test().size(0) / 2);
          Tensor both = images.test().narrow(0, 0, 2 * n).to(Engine.get().device());
          AdaMixUpDraws draws = AdaMixUpDraws.draw(both, 2, new Rng(PROBE));
          Tensor first = both.narrow(0, 0, n);
          PolicyGenerator.Mixture mixture =
              model
                  .policy()
                  .mix(List.of(first, both.narrow(0, n, n)), draws.noise(), draws.u(), null);
          return new Probe(first, mixture.region().select(1, 0), mixture.image());
        });
  }

  private ObjectNode measure(Trial trial, AdaMixUp model, TrainingResult result, boolean region) {
    model.eval();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("seed", trial.seed());
    TrainingFigures.putLosses(json, result);
    json.put("error", error(model, Long.MAX_VALUE));
    json.put("steps", result.steps());
    for (String name : List.of("error", "region_start", "region_width")) {
      if (result.last().metrics().containsKey(name)) {
        ArrayNode curve = json.putArray(name + "_by_epoch");
        for (EpochRecord epoch : result.history()) {
          if (!epoch.metrics().isEmpty()) {
            curve.add(epoch.metrics().get(name));
          }
        }
      }
    }
    ArrayNode epochs = json.putArray("epochs");
    result.history().stream()
        .filter(epoch -> !epoch.metrics().isEmpty())
        .forEach(epoch -> epochs.add((double) epoch.epoch() / result.history().size()));
    if (region) {
      try (Scope scope = Scope.open()) {
        Probe probe = probe(model);
        double[] mean = probe.region().mean(0).toDoubles();
        json.put("region_start", mean[0]);
        json.put("region_width", mean[1]);
        json.set("real", histogram(model, probe.real()));
        json.set("mixed", histogram(model, probe.image()));
      }
    }
    return json;
  }

  /** How often the discriminator's probability of "real" falls into each of twenty bins. */
  private static ArrayNode histogram(AdaMixUp model, Tensor image) {
    double[] real =
        Autograd.noGrad(
            () -> model.intrusion(model.features(image)).softmax(1).select(1, 1).toDoubles());
    double[] counts = new double[BINS];
    for (double p : real) {
      counts[Math.min(BINS - 1, (int) (p * BINS))] += 1.0 / real.length;
    }
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (double count : counts) {
      json.add(count);
    }
    return json;
  }
}
