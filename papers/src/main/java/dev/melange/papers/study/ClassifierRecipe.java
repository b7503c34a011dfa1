package dev.melange.papers.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.OneOf;
import dev.melange.data.Dataset;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.Pipeline;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.nn.ImageModel;
import dev.melange.optim.Adam;
import dev.melange.optim.Lion;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.optim.Sgd;
import dev.melange.papers.FineTuning;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageLoss;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * How an image classifier of a study is trained, with a choice of what {@link ImageRecipe} holds
 * fixed: the optimiser, mixing, and how fast the body learns.
 *
 * @param optimizer adamw, lion or sgd (with momentum 0.9)
 * @param epochs passes over the images
 * @param batch images per step
 * @param lr highest learning rate
 * @param min_lr last learning rate of a cosine
 * @param warmup_lr first learning rate of the warm-up
 * @param warmup share of the steps in which the learning rate rises
 * @param schedule cosine: half a cosine after the warm-up; cosine-inside: a cosine over all steps
 *     whose beginning the warm-up hides; or constant
 * @param weight_decay of tensors with more than one dimension
 * @param body_lr factor of the learning rate for all but the classifier; 0 trains it alone
 * @param smoothing label smoothing
 * @param mix how batches are mixed, in the notation of {@link MixPolicies#parse}; {@code vanilla}
 *     for not at all
 * @param clip largest norm of the gradient; 0 for no limit
 */
public record ClassifierRecipe(
    @OneOf({"adamw", "lion", "sgd"}) String optimizer,
    int epochs,
    int batch,
    double lr,
    double min_lr,
    double warmup_lr,
    double warmup,
    @OneOf({"cosine", "cosine-inside", "constant"}) String schedule,
    double weight_decay,
    double body_lr,
    double smoothing,
    String mix,
    double clip) {
  private static final int TEST_BATCH = 250;

  /** Checks the values that no other class checks. */
  public ClassifierRecipe {
    if (epochs < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "epochs and batch must be at least 1, got %d and %d".formatted(epochs, batch));
    }
    if (!(lr > 0 && min_lr >= 0 && warmup_lr >= 0 && warmup >= 0 && warmup < 1 && clip >= 0)) {
      throw new IllegalArgumentException(
          "lr must be positive, min_lr, warmup_lr and clip not negative and warmup in [0, 1), got %s, %s, %s, %s and %s"
              .formatted(lr, min_lr, warmup_lr, clip, warmup));
    }
    MixPolicies.parse(mix);
  }

  /**
   * Images and what they go through.
   *
   * @param train training images
   * @param training what training images go through
   * @param change what happens to each whole training batch, before it is mixed
   * @param test test images
   * @param evaluation what test images go through
   */
  public record Data(
      Dataset<LabelledImage> train,
      Pipeline training,
      Trainer.Preparation change,
      Dataset<LabelledImage> test,
      Pipeline evaluation) {
    /** A study's images as they are. */
    public static Data of(StudyImages images) {
      return new Data(
          images.train(),
          images.training(),
          (batch, rng) -> batch,
          images.test(),
          images.evaluation());
    }
  }

  /**
   * AdamW with warm-up over a tenth of the steps, cosine, label smoothing 0.1 and clipping at 5.
   */
  public static ClassifierRecipe small(int epochs, int batch, double lr) {
    return new ClassifierRecipe(
        "adamw", epochs, batch, lr, 0, 0, 0.1, "cosine", 0.05, 1, 0.1, "vanilla", 5);
  }

  /** The same with another factor for all but the classifier. */
  public ClassifierRecipe withBodyRate(double factor) {
    return new ClassifierRecipe(
        optimizer,
        epochs,
        batch,
        lr,
        min_lr,
        warmup_lr,
        warmup,
        schedule,
        weight_decay,
        factor,
        smoothing,
        mix,
        clip);
  }

  /**
   * Trains a classifier, with checkpoints in the trial's folder.
   *
   * @param trial of the study
   * @param name of the training, unique in the trial
   * @param model on the engine's device
   * @param data what it is trained and tested on
   * @return {@code accuracy} of the last epoch in per cent, {@code accuracy_by_epoch}, {@code
   *     loss}, {@code parameters} and {@code steps}
   */
  public ObjectNode train(Trial trial, String name, ImageModel model, Data data)
      throws IOException {
    Minibatches batches = ImageBatches.training(data.train(), data.training(), batch, trial.seed());
    Minibatches plain = ImageBatches.evaluation(data.test(), data.evaluation(), TEST_BATCH);
    MixPolicy policy = MixPolicies.parse(mix);
    MixContext context = MixContext.of(model, data.evaluation().normalize());
    TrainingResult result;
    try (Optimizer used = optimizer(model)) {
      Trainer trainer =
          Trainer.of(model, new ImageLoss(model, smoothing))
              .data(batches)
              .optimizer(used)
              .schedule(schedule((long) epochs * batches.batches()))
              .epochs(epochs)
              .metrics(() -> Map.of("accuracy", 100 * ImageEvaluation.of(model, plain).accuracy(1)))
              .seed(trial.seed())
              .prepare(
                  (given, rng, progress) -> {
                    TensorBatch changed = data.change().apply(given, rng);
                    return mix.equals("vanilla")
                        ? changed
                        : policy.apply(changed, context.at(progress), rng);
                  });
      if (clip > 0) {
        trainer.clipNorm(clip);
      }
      result = trial.train(name, trainer);
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("parameters", model.parameterCount());
    json.put("steps", (long) epochs * batches.batches());
    TrainingFigures.putEpochs(json, "loss", result);
    json.put("accuracy", result.last().metrics().get("accuracy"));
    return json;
  }

  private Optimizer optimizer(ImageModel model) {
    List<ParameterGroup> groups =
        body_lr == 1
            ? ParameterGroup.noDecayOnVectors(model, weight_decay, tensor -> false)
            : new FineTuning(body_lr).groups(model, weight_decay);
    return switch (optimizer) {
      case "lion" -> Lion.of(groups, Lion.Config.DEFAULT);
      case "sgd" -> Sgd.of(groups, Sgd.Config.withMomentum(0.9));
      default -> Adam.adamW(groups);
    };
  }

  private Schedule schedule(long steps) {
    long rise = Math.min(steps - 1, Math.round(warmup * steps));
    return switch (schedule) {
      case "constant" -> Schedule.constant(lr).withWarmup(rise, warmup_lr);
      case "cosine-inside" -> Schedule.cosineInside(lr, rise, warmup_lr, steps, min_lr);
      default -> Schedule.cosine(lr, rise, warmup_lr, steps, min_lr);
    };
  }
}
