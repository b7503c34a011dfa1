package dev.melange.papers.mixupfeaturelearning;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.mixupfeaturelearning.FeatureLearningSettings.Images;
import dev.melange.papers.mixuppolicies.ResNetCifar;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.SgdTraining;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.papers.study.TrialResults;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A ResNet trained on real images, with images and labels mixed in one way, with one seed. */
final class ImageTrial {
  private static final int EVALUATION_BATCH = 200;
  private static final int EVALUATIONS = 6;
  private static final String TARGET = "target";

  /** How the shares of images and labels of a batch are drawn. */
  enum Shares {
    /** No mixing. */
    NONE,
    /** Ordinary mixup: the same share. */
    EQUAL,
    /** Independent shares on the same side of one half. */
    SAME_SIDE,
    /** Independent shares. */
    INDEPENDENT,
    /** Images only: the label stays. */
    IMAGES_ONLY
  }

  /**
   * A way of training.
   *
   * @param name of the trials
   * @param title in the report
   * @param shares while images are mixed
   * @param stop epochs of mixing; the rest is standard training
   */
  record Variant(String name, String title, Shares shares, int stop) {}

  static final String STANDARD = "images-standard";
  static final String MIXUP = "images-mixup";
  static final String SAME_SIDE = "images-same-side";

  private ImageTrial() {}

  /** The name of the variant that stops mixing after some epochs. */
  static String stopped(int epochs) {
    return "images-stop-" + epochs;
  }

  static Map<String, Variant> variants(Images settings) {
    int all = settings.epochs();
    Map<String, Variant> variants = new LinkedHashMap<>();
    for (Variant variant :
        List.of(
            new Variant(STANDARD, "standard", Shares.NONE, 0),
            new Variant(MIXUP, "mixup", Shares.EQUAL, all),
            new Variant(SAME_SIDE, "independent shares, same side", Shares.SAME_SIDE, all),
            new Variant("images-independent", "independent shares", Shares.INDEPENDENT, all),
            new Variant("images-only", "images only, own label", Shares.IMAGES_ONLY, all))) {
      variants.put(variant.name(), variant);
    }
    for (int stop : settings.stops()) {
      Variant early =
          new Variant(
              stopped(stop), "mixup for %d of %d epochs".formatted(stop, all), Shares.EQUAL, stop);
      variants.put(early.name(), early);
    }
    return variants;
  }

  /**
   * Mixes a batch.
   *
   * @param batch with {@code image} and {@code label}
   * @return with {@code image} and {@code target} [N, classes]
   */
  static TensorBatch mix(TensorBatch batch, Shares shares, double alpha, int classes, Rng rng) {
    Tensor image = batch.get(ImageBatches.IMAGE);
    Tensor label = batch.get(ImageBatches.LABEL);
    if (shares == Shares.NONE) {
      return batch.with(TARGET, label.oneHot(classes).to(image.dtype()));
    }
    double x = rng.beta(alpha, alpha);
    double y =
        switch (shares) {
          case EQUAL -> x;
          case IMAGES_ONLY -> 1;
          default -> rng.beta(alpha, alpha);
        };
    long[] partners = Arrays.stream(rng.permutation(batch.size())).asLongStream().toArray();
    AsymmetricMixup.Result mixed =
        AsymmetricMixup.mix(
            new AsymmetricMixup.Config(classes, shares == Shares.SAME_SIDE),
            image,
            label,
            Tensor.of(partners).to(image.device()),
            Tensor.scalar(x, DType.F32).to(image.device()),
            Tensor.scalar(y, DType.F32).to(image.device()));
    return batch.with(ImageBatches.IMAGE, mixed.image()).with(TARGET, mixed.target());
  }

  static ObjectNode run(
      Trial trial, Images settings, Variant variant, SmallImages images, boolean first)
      throws IOException {
    int classes = images.classes().size();
    Minibatches train = images.training(settings.batch(), trial.seed());
    Minibatches test = images.testing(EVALUATION_BATCH);
    ResNetCifar.Config config =
        new ResNetCifar.Config(
            "basic", settings.layers(), settings.base_channels(), images.channels(), classes, -1);
    try (ResNetCifar model = new ResNetCifar(config, new Rng(trial.seed()))) {
      model.startBlocksAtOne();
      model.to(Engine.get().device());
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
                  Trainer.of(
                          model,
                          batch ->
                              Losses.softCrossEntropy(
                                  model.forward(batch.get(ImageBatches.IMAGE)), batch.get(TARGET)))
                      .prepare(
                          (batch, rng, progress) ->
                              mix(
                                  SmallImages.augment(batch, settings.shift(), false, rng.fork(0)),
                                  progress.step() < (long) variant.stop() * train.batches()
                                      ? variant.shares()
                                      : Shares.NONE,
                                  settings.alpha(),
                                  classes,
                                  rng.fork(1)))
                      .metrics(
                          () -> Map.of("accuracy", ImageEvaluation.of(model, test).accuracy(1))),
                  train);
      if (first) {
        String name = settings.base_channels() < 64 ? "resnet_tiny_cifar" : "resnet18_cifar";
        trial.save(model, name, config);
      }
      return measure(model, result, test);
    }
  }

  private static ObjectNode measure(ResNetCifar model, TrainingResult result, Minibatches test) {
    ImageEvaluation evaluation = ImageEvaluation.of(model, test);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    TrainingFigures.putLosses(json, result);
    TrainingFigures.putTest(json, evaluation);
    List<EpochRecord> evaluated =
        result.history().stream().filter(epoch -> !epoch.metrics().isEmpty()).toList();
    json.set(
        "epochs", TrialResults.array(evaluated.stream().mapToDouble(EpochRecord::epoch).toArray()));
    json.set(
        "accuracies",
        TrialResults.array(
            evaluated.stream().mapToDouble(e -> 100 * e.metrics().get("accuracy")).toArray()));
    return json;
  }
}
