package dev.melange.papers.mambamixer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.image.HorizontalFlip;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Padding;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.RandomShift;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageLoss;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Does selection along channels help? ViM2 with its channel mixers and with others of as many
 * parameters in their place; and with its averaging coefficients frozen.
 */
final class VisionPart {
  private static final int TEST_BATCH = 200;
  private static final int SHIFT = 4;

  private final StudyRun run;
  private final MambaMixerSettings.Vision settings;
  private final PackedImages train;
  private final PackedImages test;
  private final MambaMixerConfig config;
  private final Contest contest = new Contest("accuracy", "%.2f", true);

  VisionPart(StudyRun run, MambaMixerSettings.Vision settings) throws IOException {
    this.run = run;
    this.settings = settings;
    boolean digits = settings.data().equals("digits");
    int split = settings.train();
    train =
        digits
            ? ImageSets.digits(run.data(), 0, split)
            : ImageSets.sample(run.data(), settings.data(), true, split);
    test =
        digits
            ? ImageSets.digits(run.data(), split, split + settings.test())
            : ImageSets.sample(run.data(), settings.data(), false, settings.test());
    config = settings.network(train.channels(), train.height(), train.classes().size());
  }

  /** How many networks are trained. */
  static int trials(MambaMixerSettings.Vision settings) {
    return settings.seeds() * ChannelMixing.values().length;
  }

  /** Trains all, reports, and says what was found; the first finding is the main one. */
  List<Finding> run(boolean main) throws IOException {
    for (ChannelMixing mixing : ChannelMixing.values()) {
      for (int i = 0; i < settings.seeds(); i++) {
        ObjectNode result = run.trial("vision-" + mixing.key(), i, trial -> train(mixing, trial));
        contest.add(mixing.title(), result);
        if (mixing == ChannelMixing.SELECTIVE) {
          check(i, result);
        }
      }
    }
    report();
    return List.of(
        contest.ahead(
            "Selecting along channels helps: the selective channel mixer is ahead of an MLP over the tokens of about as many parameters in its place by more than the spread of the seeds (images of %s)."
                .formatted(settings.data()),
            ChannelMixing.SELECTIVE.title(),
            ChannelMixing.TOKEN_MLP.title(),
            main),
        contest.ahead(
            "Learning the coefficients with which earlier features are averaged helps (images of %s)."
                .formatted(settings.data()),
            ChannelMixing.SELECTIVE.title(),
            ChannelMixing.FROZEN.title(),
            false));
  }

  private void check(int repetition, ObjectNode result) {
    double[] losses = Contest.doubles(result.get("loss_by_epoch"));
    double guessing = Math.log(train.classes().size());
    run.check(
        String.format(
            Locale.ROOT,
            "vision-selective-s%d: the last epoch's training loss %.3f is below that of guessing, %.3f.",
            run.seed() + repetition,
            losses[losses.length - 1],
            guessing),
        losses[losses.length - 1] < guessing);
  }

  private Pipeline plain() {
    // the digits as in the specification of the check: values from -0.3 to 0.7
    return Pipeline.of(
        settings.data().equals("digits")
            ? new Normalize(new float[] {0.3f}, new float[] {1})
            : Normalize.of(train));
  }

  private Pipeline augmented() {
    return settings.augment()
        ? plain().then(new HorizontalFlip(0.5)).with(new RandomShift(SHIFT, Padding.ZERO))
        : plain();
  }

  private ObjectNode train(ChannelMixing mixing, Trial trial) throws IOException {
    try (MambaMixer model = mixing.create(config, new Rng(trial.seed()))) {
      model.to(Engine.get().device());
      Minibatches batches =
          ImageBatches.training(train, augmented(), settings.batch(), trial.seed());
      Minibatches tests = ImageBatches.evaluation(test, plain(), TEST_BATCH);
      long steps = (long) settings.epochs() * batches.batches();
      List<ParameterGroup> groups =
          ParameterGroup.noDecayOnVectors(
              model,
              settings.weight_decay(),
              name -> name.endsWith("_log") || name.endsWith("A_logs"));
      TrainingResult result;
      try (Optimizer adamW = Adam.adamW(groups)) {
        result =
            trial.train(
                Trainer.of(model, new ImageLoss(model, 0))
                    .data(batches)
                    .optimizer(adamW)
                    .schedule(Schedule.cosine(settings.learning_rate(), 0, 0, steps, 0))
                    .epochs(settings.epochs())
                    .metrics(() -> Map.of("accuracy", accuracy(model, tests)))
                    .seed(trial.seed()));
      }
      trial.save(model, "vim2-" + mixing.key(), config);
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("parameters", model.parameterCount());
      TrainingFigures.putEpochs(json, "loss_by_epoch", result);
      json.put("accuracy", result.last().metrics().get("accuracy"));
      return json;
    }
  }

  private static double accuracy(MambaMixer model, Minibatches data) {
    return 100 * ImageEvaluation.of(model, data).accuracy(1);
  }

  private void report() throws IOException {
    run.report()
        .section("Selection along channels")
        .paragraph(
            "The projections of the selective channel mixer run over the tokens, so it also mixes tokens, and knows their places. Networks without channel mixing or with an MLP over the channels lack that, whatever they select: only the MLP over the tokens tells what selection adds.");
    run.result(
        contest.table(
            String.format(
                Locale.ROOT,
                "%s: training images %,d, test images %,d, epochs %d, seeds %d; accuracy in %%",
                settings.data(),
                train.size(),
                test.size(),
                settings.epochs(),
                settings.seeds()),
            "channel mixer"));
    run.report().charts(contest.curves("Test accuracy on " + settings.data() + " (%)"));
    run.compare(
        "top-1 on " + settings.data(),
        "no figure; ImageNet-1k in the abstract",
        contest.describe());
    run.compare(
        "top-1 of ViM2-T, -S and -B on ImageNet-1k",
        "82.7, 83.7 and 83.9 % (20, 43 and 74 M parameters)",
        "not trained: the paper's sizes are not published");
    try (MambaMixer model = ChannelMixing.SELECTIVE.create(config, new Rng(0))) {
      run.load("vision-" + ChannelMixing.SELECTIVE.key() + "-s" + run.seed(), model);
      model.to(Engine.get().device());
      run.report()
          .paragraph(
              "Where the first trained network reads: the mean step size of each scan. A large step takes the token into the state, a small one passes it by.")
          .images(MambaPictures.stepMaps(model, test, plain()))
          .paragraph(
              "The averaging coefficients after training; at first those of index 0 in the second half are 0 and all others 1.")
          .charts(MambaPictures.coefficients(model.stacks().get(0)));
    }
  }
}
