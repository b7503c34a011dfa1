package dev.melange.papers.adversarialautomixup;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.Calibration;
import dev.melange.metric.Classification;
import dev.melange.papers.study.SgdTraining;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The trainings of the study and what is measured of them. */
final class AdAutoMixTrials {
  static final String ONE = "one_q";
  static final String MIX = "mix_q";
  private static final int EVALUATIONS = 8;
  private static final long PROBE = 31;

  /** How a network is trained. */
  enum Kind {
    NONE("none", "no mixing", 2),
    MIXUP("mixup", "mixup", 2),
    AUTOMIX("automix", "AutoMix-style", 2),
    PAIRS("adautomix-2", "AdAutoMix, 2 images", 2),
    TRIPLES("adautomix-3", "AdAutoMix, 3 images", 3);

    private final String key;
    private final String title;
    private final int samples;

    Kind(String key, String title, int samples) {
      this.key = key;
      this.title = title;
      this.samples = samples;
    }

    String key() {
      return key;
    }

    String title() {
      return title;
    }

    int samples() {
      return samples;
    }

    boolean generates() {
      return this == AUTOMIX || this == PAIRS || this == TRIPLES;
    }
  }

  private final AdAutoMixSettings settings;
  private final AdAutoMixTask task;

  AdAutoMixTrials(AdAutoMixSettings settings, AdAutoMixTask task) {
    this.settings = settings;
    this.task = task;
  }

  AdAutoMixTask task() {
    return task;
  }

  AdAutoMix network(Kind kind, long seed) {
    AdAutoMix model =
        new AdAutoMix(
            new AdAutoMix.Config(
                task.settings().layers(),
                task.settings().base_channels(),
                task.channels(),
                task.classes().size(),
                2,
                false,
                "bilinear",
                kind.samples(),
                settings.teacher(),
                0.03,
                settings.mixup_ratio(),
                settings.beta(),
                1,
                1,
                1,
                true,
                1),
            new Rng(seed));
    model.to(Engine.get().device());
    return model;
  }

  ObjectNode train(Trial trial, Kind kind, boolean save) throws IOException {
    try (AdAutoMix model = network(kind, trial.seed())) {
      Minibatches data = task.training(trial.seed());
      int steps = task.settings().epochs() * data.batches();
      EmaSchedule average =
          new EmaSchedule(settings.teacher(), 0.999999, new double[] {0.1, 1}, "constant", steps);
      MixingStep step = model.step(kind.generates() ? model.adaptive() : null);
      TrainingResult result =
          new SgdTraining(
                  task.settings().epochs(),
                  settings.learning_rate(),
                  settings.momentum(),
                  settings.weight_decay(),
                  EVALUATIONS)
              .run(
                  trial,
                  model,
                  Trainer.of(model, batch -> loss(model, kind, step, batch))
                      .prepare(
                          (batch, rng, progress) ->
                              task.augmented(batch, rng)
                                  .with("draws", Tensor.scalar(rng.nextInt(), DType.I64))
                                  .with("step", Tensor.scalar((double) progress.step(), DType.I64)))
                      .afterStep(progress -> model.updateTeacher(average.momentum(progress.step())))
                      .metrics(() -> metrics(model, kind, step)),
                  data);
      if (save) {
        trial.save(model, "adautomix", model.config());
      }
      return measure(model, kind, result);
    }
  }

  private Tensor loss(AdAutoMix model, Kind kind, MixingStep step, TensorBatch batch) {
    Tensor image = batch.get(ImageBatches.IMAGE);
    Tensor label = batch.get(ImageBatches.LABEL);
    if (kind == Kind.NONE) {
      return Losses.crossEntropy(model.classify(image), label);
    }
    Rng rng = new Rng((long) batch.get("draws").item());
    boolean first = batch.get("step").item() % 2 == 0;
    return step.losses(
            image,
            label,
            AdAutoMixDraws.draw(batch.size(), kind.samples(), settings.alpha(), rng),
            kind != Kind.AUTOMIX && first ? MixingStep.Turn.AGAINST : MixingStep.Turn.WITH)
        .total();
  }

  private Map<String, Double> metrics(AdAutoMix model, Kind kind, MixingStep step) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("accuracy", accuracy(head(model, kind == Kind.NONE ? ONE : MIX)));
    if (kind.generates()) {
      metrics.put("hardness", hardness(model, step));
    }
    return metrics;
  }

  /** Cross entropy of the student for even mixtures of fixed pairs of test images, in nats. */
  private double hardness(AdAutoMix model, MixingStep step) {
    try (Scope scope = Scope.open()) {
      long n = Math.min(200, task.test().size(0));
      Tensor image = task.test().narrow(0, 0, n).to(Engine.get().device());
      Tensor label = task.testLabels().narrow(0, 0, n).to(Engine.get().device());
      AdAutoMixDraws draws = AdAutoMixDraws.draw((int) n, 2, 1, new Rng(PROBE));
      Tensor[] order = MixingStep.order(draws.indexGenerator(), image, 2);
      double[] even = {0.5, 0.5};
      Tensor mixed = step.mixture(image, order, even);
      Tensor logits = model.classifyMixed(mixed);
      Tensor target = MixingStep.target(label, order, even, task.classes().size());
      return Losses.softCrossEntropy(logits, target.to(logits.dtype())).item();
    }
  }

  private static UnaryOperator<Tensor> head(AdAutoMix model, String name) {
    return switch (name) {
      case ONE -> model::classify;
      case MIX -> model::classifyMixed;
      case "one_k" -> model::teach;
      default -> model::teachMixed;
    };
  }

  private double accuracy(UnaryOperator<Tensor> network) {
    return 100 * Classification.accuracy(logits(network), classes(), labels(), 1);
  }

  private int classes() {
    return task.classes().size();
  }

  private long[] labels() {
    return task.testLabels().toLongs();
  }

  private double[] logits(UnaryOperator<Tensor> network) {
    try (Scope scope = Scope.open()) {
      return Inference.run(
              task.testing(), batch -> network.apply(batch.get(ImageBatches.IMAGE)).to(DType.F64))
          .toDoubles();
    }
  }

  private ObjectNode measure(AdAutoMix model, Kind kind, TrainingResult result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    TrainingFigures.putLosses(json, result);
    // without mixing there is one head; what it says counts for both
    List<String> heads = kind == Kind.NONE ? List.of(ONE) : List.of(ONE, MIX, "one_k", "mix_k");
    for (String name : heads) {
      double[] logits = logits(head(model, name));
      json.put(name, 100 * Classification.accuracy(logits, classes(), labels(), 1));
      json.put(
          "ece_" + name,
          100
              * Calibration.of(
                      Classification.softmax(logits, classes()),
                      classes(),
                      labels(),
                      Calibration.DEFAULT_BINS)
                  .expectedError());
    }
    if (kind == Kind.NONE) {
      json.set(MIX, json.get(ONE));
      json.set("ece_" + MIX, json.get("ece_" + ONE));
    }
    ArrayNode epochs = json.putArray("epochs");
    ArrayNode accuracies = json.putArray("accuracy_by_epoch");
    ArrayNode hardness = json.putArray("hardness_by_epoch");
    for (EpochRecord epoch : result.history()) {
      if (!epoch.metrics().isEmpty()) {
        epochs.add(epoch.epoch());
        accuracies.add(epoch.metrics().get("accuracy"));
        if (kind.generates()) {
          hardness.add(epoch.metrics().get("hardness"));
        }
      }
    }
    return json;
  }
}
