package dev.melange.papers.decoupledmixup;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.Classification;
import dev.melange.mix.Mixup;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.optim.Sgd;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.decoupledmixup.DecoupledStudy.Settings;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The semi-supervised part of the study: few labels, the other images without. */
final class SemiSupervised {
  private static final int RATIO = 7;
  private static final double LEARNING_RATE = 0.03;
  private static final double WEIGHT_DECAY = 1e-3;

  private SemiSupervised() {}

  /** What is trained. */
  enum Kind {
    LABELS("semi-labels", "the labels alone", 0, 0, 0),
    FIXMATCH("semi-fixmatch", "FixMatch (no mixing)", 3, 0, 0),
    DMIXMATCH("semi-dmixmatch", "DMixMatch", 3, 2, 4);

    private final String trial;
    private final String title;
    private final double unlabelled;
    private final double mixLl;
    private final double mixLu;

    Kind(String trial, String title, double unlabelled, double mixLl, double mixLu) {
      this.trial = trial;
      this.title = title;
      this.unlabelled = unlabelled;
      this.mixLl = mixLl;
      this.mixLu = mixLu;
    }

    String trial() {
      return trial;
    }

    String title() {
      return title;
    }
  }

  /** The same number of images of each class, as far as there are; and the others. */
  record Split(Tensor image, Tensor label, Tensor unlabelled) {
    static Split of(SmallImages images, int labels) {
      long[] classes = images.trainLabels().toLongs();
      int each = Math.max(1, labels / images.classes().size());
      int[] taken = new int[images.classes().size()];
      List<Integer> with = new ArrayList<>();
      List<Integer> without = new ArrayList<>();
      for (int i = 0; i < classes.length; i++) {
        boolean label = taken[(int) classes[i]] < each;
        taken[(int) classes[i]]++;
        (label ? with : without).add(i);
      }
      Tensor known = index(with);
      return new Split(
          images.train().indexSelect(0, known),
          images.trainLabels().indexSelect(0, known),
          images.train().indexSelect(0, index(without)));
    }

    private static Tensor index(List<Integer> values) {
      return Tensor.of(values.stream().mapToInt(Integer::intValue).toArray(), values.size());
    }
  }

  static ObjectNode run(Trial trial, Settings settings, Kind kind, SmallImages images)
      throws IOException {
    Split split = Split.of(images, settings.semi_labels());
    Minibatches labelled =
        Minibatches.shuffled(
            Map.of("image", split.image(), "label", split.label()),
            settings.semi_batch(),
            trial.seed());
    Rng rng = new Rng(trial.seed());
    long total = settings.semi_steps();
    DMixMatchTraining.Settings how =
        new DMixMatchTraining.Settings(
            new DMixMatch.Config(
                settings.semi_cutoff(),
                settings.semi_cutoff(),
                true,
                kind.unlabelled,
                kind.mixLl,
                kind.mixLu,
                1,
                1),
            new Mixup(1),
            RATIO,
            settings.semi_decay(),
            settings.shift());
    try (DMixMatchModel model =
        new DMixMatchModel(
            MixedTraining.network(settings, images, rng.fork(0)),
            MixedTraining.network(settings, images, rng.fork(0)),
            rng.fork(1))) {
      model.to(Engine.get().device());
      try (Sgd sgd =
          Sgd.of(
              ParameterGroup.noDecayOnVectors(model, WEIGHT_DECAY, name -> false),
              Sgd.Config.withMomentum(settings.momentum()))) {
        DMixMatchTraining steps = new DMixMatchTraining(model, split.unlabelled(), how, total);
        Minibatches test = images.testing(200);
        TrainingResult result =
            trial.train(
                Trainer.of(model, steps::loss)
                    .data(labelled)
                    .prepare(steps::prepare)
                    .optimizer(sgd)
                    .schedule(Schedule.cosine(LEARNING_RATE, 0, 0, total, 0.2 * LEARNING_RATE))
                    .steps(total)
                    .seed(trial.seed()));
        return measure(model, result, test);
      }
    }
  }

  private static ObjectNode measure(DMixMatchModel model, TrainingResult result, Minibatches test) {
    ImageEvaluation averaged = ImageEvaluation.of(model.teacher(), test);
    double[] second =
        Inference.run(
                test, batch -> model.mixedHead(model.teacher().forwardFeatures(batch.get("image"))))
            .toDoubles();
    return JsonNodeFactory.instance
        .objectNode()
        .put("first_loss", result.history().get(0).loss())
        .put("loss", result.last().loss())
        .put("accuracy", 100 * averaged.accuracy(1))
        .put("student", 100 * ImageEvaluation.of(model.student(), test).accuracy(1))
        .put(
            "mix_head",
            100 * Classification.accuracy(second, averaged.classes(), averaged.labels(), 1));
  }
}
