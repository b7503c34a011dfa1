package dev.melange.papers.mixupneuralcollapse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.mix.ManifoldMix;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixLoss;
import dev.melange.mix.MixLosses;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.Mixup;
import dev.melange.mix.Vanilla;
import dev.melange.nn.ImageModel;
import dev.melange.papers.LastLayer;
import dev.melange.papers.mixupneuralcollapse.CollapseSettings.Arena;
import dev.melange.papers.mixuppolicies.ResNetCifar;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.SgdTraining;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.papers.study.TrialResults;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A classifier trained in one way with one seed, and the geometry of its features. */
final class CollapseTrial {
  static final List<String> METRICS =
      List.of("nc1", "equinorm", "equiangle", "nc3", "nc4", "train_error", "test_error");
  private static final int EVALUATIONS = 15;
  private static final int VIEWED = 480;
  private static final long MIXTURES = 77;
  private static final long VIEW = 78;
  private static final int[] VIEWED_CLASSES = {0, 1, 2};

  /** How the classifier is trained. */
  enum Way {
    /** Cross entropy, no mixing. */
    PLAIN("plain", "cross entropy"),
    /** Cross entropy of smoothed labels. */
    SMOOTHING("smoothing", "label smoothing"),
    /** Mixup with cross entropy. */
    MIXUP("mixup", "mixup"),
    /** Mixup of hidden layers. */
    MANIFOLD("manifold", "manifold mixup"),
    /** Mixup with the squared error. */
    SQUARED("mixup-mse", "mixup, squared error");

    private final String key;
    private final String title;

    Way(String key, String title) {
      this.key = key;
      this.title = title;
    }

    String key() {
      return key;
    }

    String title() {
      return title;
    }

    MixPolicy policy(Arena arena) {
      return switch (this) {
        case PLAIN, SMOOTHING -> new Vanilla();
        case MIXUP, SQUARED -> new Mixup(arena.alpha());
        case MANIFOLD -> new ManifoldMix(arena.alpha());
      };
    }

    MixLoss loss(Arena arena) {
      return switch (this) {
        case PLAIN, MIXUP, MANIFOLD -> MixLosses.CROSS_ENTROPY;
        case SMOOTHING ->
            (logits, batch) -> Losses.crossEntropy(logits, batch.label(), arena.smoothing());
        case SQUARED ->
            (logits, batch) ->
                Losses.mse(logits, batch.target((int) logits.size(1)).to(logits.dtype()))
                    .mul(arena.mse_scale());
      };
    }
  }

  private final Arena arena;
  private final SmallImages images;
  private final int mixtures;

  CollapseTrial(Arena arena, SmallImages images, int mixtures) {
    this.arena = arena;
    this.images = images;
    this.mixtures = mixtures;
  }

  private ImageModel network(Rng rng) {
    int classes = images.classes().size();
    ImageModel model;
    if (arena.isMlp()) {
      int pixels = images.channels() * arena.side() * arena.side();
      model = new FeatureMlp(new FeatureMlp.Config(pixels, arena.widths(), classes), rng);
    } else {
      ResNetCifar resnet =
          new ResNetCifar(
              new ResNetCifar.Config(
                  "basic", arena.widths(), arena.base_channels(), images.channels(), classes, -1),
              rng);
      resnet.startBlocksAtOne();
      model = resnet;
    }
    model.to(Engine.get().device());
    return model;
  }

  /** Features and last layer of the network as it is now. */
  private FeatureClassifier classifier(ImageModel model) {
    boolean mlp = arena.isMlp();
    return new FeatureClassifier(
        x -> mlp ? model.forwardFeatures(x) : model.forwardFeatures(x).mean(2, 3),
        LastLayer.of(model));
  }

  /**
   * Trains and measures.
   *
   * @param view whether the features are to be drawn
   */
  ObjectNode run(Trial trial, Way way, boolean view) throws IOException {
    Minibatches train = images.training(arena.batch(), trial.seed());
    MixPolicy policy = way.policy(arena);
    try (ImageModel model = network(new Rng(trial.seed()))) {
      TrainingResult result =
          new SgdTraining(
                  arena.epochs(),
                  arena.learning_rate(),
                  arena.momentum(),
                  arena.weight_decay(),
                  EVALUATIONS)
              .run(
                  trial,
                  model,
                  Trainer.of(model, way.loss(arena).objective(model))
                      .prepare((batch, rng) -> policy.apply(batch, MixContext.NONE, rng))
                      .wholeBatch()
                      .metrics(() -> metrics(model)),
                  train);
      return measure(model, result, view);
    }
  }

  /** Neural collapse and errors as they are now. */
  private Map<String, Double> metrics(ImageModel model) {
    try (Scope scope = Scope.open()) {
      FeatureClassifier classifier = classifier(model);
      Tensor train = classifier.of(images.train());
      Tensor test = classifier.of(images.test());
      CollapseMetrics collapse = classifier.collapse(train, images.trainLabels());
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("nc1", collapse.nc1().item());
      metrics.put("equinorm", collapse.equinormMeans().item());
      metrics.put("equiangle", collapse.equiangleMeans().item());
      metrics.put("nc3", collapse.nc3().item());
      metrics.put("nc4", collapse.nc4().item());
      metrics.put("train_error", 1 - classifier.accuracy(train, images.trainLabels()));
      metrics.put("test_error", 1 - classifier.accuracy(test, images.testLabels()));
      return metrics;
    }
  }

  private ObjectNode measure(ImageModel model, TrainingResult result, boolean view) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    TrainingFigures.putLosses(json, result);
    List<EpochRecord> evaluated =
        result.history().stream().filter(epoch -> !epoch.metrics().isEmpty()).toList();
    json.set(
        "epochs", TrialResults.array(evaluated.stream().mapToDouble(EpochRecord::epoch).toArray()));
    for (String metric : METRICS) {
      double[] values =
          evaluated.stream().mapToDouble(epoch -> epoch.metrics().get(metric)).toArray();
      json.set(metric + "_curve", TrialResults.array(values));
      json.put(metric, values[values.length - 1]);
    }
    try (Scope scope = Scope.open()) {
      geometry(classifier(model), json, view);
    }
    return json;
  }

  private void geometry(FeatureClassifier classifier, ObjectNode json, boolean view) {
    Tensor test = classifier.of(images.test());
    CalibrationReport calibration = classifier.calibration(test, images.testLabels());
    json.put("accuracy", 100 * classifier.accuracy(test, images.testLabels()));
    json.put("ece", 100 * calibration.calibration().expectedError());
    json.put("brier", calibration.brier());
    json.put("nll", calibration.nll());
    json.set("reliability", ReliabilityDiagram.json(calibration.calibration()));
    long[] labels = images.trainLabels().toLongs();
    Tensor means =
        classifier.collapse(classifier.of(images.train()), images.trainLabels()).classMeans();
    int[] all = java.util.stream.IntStream.range(0, classifier.classes()).toArray();
    // the same mixtures for all ways and seeds
    Mixtures pairs = Mixtures.draw(labels, all, mixtures, new Rng(MIXTURES));
    Tensor mixed = classifier.of(pairs.images(images.train()));
    put(json, "", pairs.geometry(true, mixed, classifier, means));
    put(json, "raw_", pairs.geometry(false, mixed, classifier, means));
    UfmFit fit = new UfmFit(classifier.last().weight(), means);
    UfmFit.Errors errors = fit.errors(pairs, mixed);
    json.put("ufm_reg", fit.reg());
    json.put("ufm_error", errors.ufm());
    json.put("line_error", errors.line());
    if (view) {
      json.set(
          "plane",
          PlaneView.of(
              classifier, images.train(), labels, means, VIEWED_CLASSES, VIEWED, new Rng(VIEW)));
    }
  }

  private static void put(ObjectNode json, String prefix, MixupGeometry geometry) {
    json.put(prefix + "same_alignment", geometry.sameAlignment().item());
    json.put(prefix + "same_interp_dev", geometry.sameInterpDev().item());
    json.put(prefix + "diff_interp_dev", geometry.diffInterpDev().item());
    json.put(prefix + "diff_plane_share", geometry.diffPlaneShare().item());
    json.put(prefix + "diff_boundary_cos", geometry.diffBoundaryCos().item());
  }
}
