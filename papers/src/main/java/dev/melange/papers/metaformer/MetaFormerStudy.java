package dev.melange.papers.metaformer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.Summary;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageLoss;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Does the token mixer matter, or the skeleton around it? One skeleton is trained with several
 * mixers, and with pooling but without its residual connections or its channel MLPs; all with the
 * same data, budget and seeds.
 */
final class MetaFormerStudy implements Study {
  /** What became of a variant: test accuracies in percent, one per seed. */
  record Outcome(Mixer mixer, double[] accuracies, List<ObjectNode> trials) {
    double mean() {
      return Summary.of(accuracies).mean();
    }
  }

  @Override
  public String question() {
    return "Inside the MetaFormer skeleton, does the token mixer matter much - and does anything"
        + " work without the skeleton?";
  }

  @Override
  public Record settings(Scale scale) {
    return MetaFormerSettings.at(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    MetaFormerSettings settings = run.settings(MetaFormerSettings.class);
    try (StudyImages images = StudyImages.open(run.data(), settings.images())) {
      run.expect(settings.variants().size() * settings.seeds());
      List<Outcome> outcomes = new ArrayList<>();
      for (String variant : settings.variants()) {
        Mixer mixer = Mixer.of(variant);
        PoolFormerConfig config =
            mixer.of(
                settings.skeleton(images.channels(), images.size(), images.classes().size()),
                images.size());
        List<ObjectNode> trials = new ArrayList<>();
        for (int i = 0; i < settings.seeds(); i++) {
          boolean keep = i == 0;
          trials.add(run.trial(variant, i, trial -> train(trial, settings, images, config, keep)));
        }
        outcomes.add(
            new Outcome(
                mixer,
                trials.stream().mapToDouble(t -> t.get("accuracy").asDouble()).toArray(),
                trials));
        check(run, mixer, trials);
      }
      new MetaFormerReport(run, settings, images, outcomes).write();
      return judge(outcomes);
    }
  }

  private static void check(StudyRun run, Mixer mixer, List<ObjectNode> trials) {
    if (!mixer.isWhole()) {
      return; // a damaged skeleton need not learn
    }
    for (ObjectNode trial : trials) {
      double first = trial.get("loss").get(0).asDouble();
      double last = trial.get("loss").get(trial.get("loss").size() - 1).asDouble();
      run.check(
          "%s: the training loss falls, from %s in the first epoch to %s in the last."
              .formatted(mixer, number(first, 3), number(last, 3)),
          last < first || trial.get("loss").size() == 1);
    }
  }

  private static ObjectNode train(
      Trial trial,
      MetaFormerSettings settings,
      StudyImages images,
      PoolFormerConfig config,
      boolean keep)
      throws IOException {
    PoolFormer model = new PoolFormer(config, new Rng(trial.seed()));
    try {
      model.to(Engine.get().device());
      Minibatches train =
          ImageBatches.training(images.train(), images.training(), settings.batch(), trial.seed());
      Minibatches test = ImageBatches.evaluation(images.test(), images.evaluation(), 250);
      int epochs = settings.epochs(images.train().size());
      MixPolicy mix = MixPolicies.parse(settings.mix());
      MixContext context = MixContext.of(model, images.evaluation().normalize());
      TrainingResult result;
      try (Optimizer adam =
          Adam.adamW(
              ParameterGroup.noDecayOnVectors(model, settings.weight_decay(), name -> false))) {
        Trainer trainer =
            Trainer.of(model, new ImageLoss(model, settings.smoothing()))
                .data(train)
                .optimizer(adam)
                .schedule(settings.schedule(epochs, train.batches()))
                .epochs(epochs + settings.cooldown())
                .metrics(
                    () -> Map.of("accuracy", 100 * ImageEvaluation.of(model, test).accuracy(1)))
                .seed(trial.seed());
        if (settings.clip() > 0) {
          trainer.clipNorm(settings.clip());
        }
        if (!settings.mix().equals("vanilla")) {
          trainer.prepare((batch, rng, progress) -> mix.apply(batch, context.at(progress), rng));
        }
        result = trial.train(trainer);
      }
      if (keep) {
        trial.save(model, "metaformer-" + settings.network(), config);
      }
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("accuracy", result.last().metrics().get("accuracy"));
      json.put("parameters", model.parameterCount());
      TrainingFigures.putEpochs(json, "loss", result);
      return json;
    } finally {
      model.close();
    }
  }

  /** The verdicts; figures that the chosen variants do not give leave a claim undecided. */
  static List<Finding> judge(List<Outcome> outcomes) {
    Map<Mixer, Outcome> by = new LinkedHashMap<>();
    outcomes.forEach(outcome -> by.put(outcome.mixer(), outcome));
    List<Finding> findings = new ArrayList<>();
    findings.add(skeleton(by));
    findings.add(poolingOverIdentity(by));
    return findings;
  }

  private static Finding skeleton(Map<Mixer, Outcome> by) {
    String claim =
        "Inside the MetaFormer skeleton the token mixer matters little; without the skeleton"
            + " nothing works.";
    List<Mixer> needed =
        List.of(
            Mixer.POOLING,
            Mixer.IDENTITY,
            Mixer.RANDOM,
            Mixer.ATTENTION,
            Mixer.NO_RESIDUAL,
            Mixer.NO_CHANNEL_MLP);
    if (!by.keySet().containsAll(needed)) {
      return new Finding(
          claim,
          Verdict.DOES_NOT_SHOW,
          List.of(
              "The criteria need the variants " + needed + "; this run has " + by.keySet() + "."),
          true);
    }
    double pooling = by.get(Mixer.POOLING).mean();
    double identity = by.get(Mixer.IDENTITY).mean();
    double attention = by.get(Mixer.ATTENTION).mean();
    double mixers = (pooling + identity + by.get(Mixer.RANDOM).mean() + attention) / 4;
    List<String> reasons = new ArrayList<>();
    boolean holds = true;
    boolean fails = false;
    holds &= near(reasons, "(a)", Mixer.POOLING, pooling, attention, 6);
    holds &= near(reasons, "(b)", Mixer.IDENTITY, identity, attention, 8);
    double spread = attention - Math.min(pooling, identity);
    for (Mixer ablation : List.of(Mixer.NO_RESIDUAL, Mixer.NO_CHANNEL_MLP)) {
      double lost = mixers - by.get(ablation).mean();
      holds &= lost >= 5;
      fails |= lost <= -1 || spread - lost >= 5;
      reasons.add(
          "(c) %s reaches %s %%, %s points below the mean of the four mixers (%s %%); asked are at least 5: %s."
              .formatted(
                  ablation,
                  number(by.get(ablation).mean(), 1),
                  number(lost, 1),
                  number(mixers, 1),
                  lost >= 5 ? "met" : "not met"));
    }
    reasons.add(
        "It would fail if an ablation were better than the mixers by a point, or cost five points"
            + " less than the choice of the mixer does (%s points).".formatted(number(spread, 1)));
    return new Finding(
        claim,
        holds ? Verdict.HOLDS : fails ? Verdict.FAILS : Verdict.DOES_NOT_SHOW,
        reasons,
        true);
  }

  private static boolean near(
      List<String> reasons,
      String letter,
      Mixer mixer,
      double accuracy,
      double attention,
      double most) {
    boolean met = attention - accuracy <= most;
    reasons.add(
        "%s %s reaches %s %%, attention in the last two stages %s %%: %s points behind; allowed are %s: %s."
            .formatted(
                letter,
                mixer,
                number(accuracy, 1),
                number(attention, 1),
                number(attention - accuracy, 1),
                number(most, 0),
                met ? "met" : "not met"));
    return met;
  }

  private static Finding poolingOverIdentity(Map<Mixer, Outcome> by) {
    String claim = "Pooling is better than no mixing at all (on ImageNet 77.2 against 74.3 %).";
    Outcome pooling = by.get(Mixer.POOLING);
    Outcome identity = by.get(Mixer.IDENTITY);
    if (pooling == null || identity == null) {
      return new Finding(
          claim,
          Verdict.DOES_NOT_SHOW,
          List.of("This run lacks the variant pooling or identity."),
          false);
    }
    int ahead = 0;
    int behind = 0;
    int seeds = pooling.accuracies().length;
    for (int i = 0; i < seeds; i++) {
      double lead = pooling.accuracies()[i] - identity.accuracies()[i];
      ahead += lead >= 1 ? 1 : 0;
      behind += lead <= -1 ? 1 : 0;
    }
    Verdict verdict =
        ahead == seeds ? Verdict.HOLDS : behind == seeds ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
    return new Finding(
        claim,
        verdict,
        List.of(
            "Pooling is %s points ahead in the mean; by at least one point ahead with %d, behind with %d of %d seeds. In small networks the strided convolutions between the stages mix neighbours already."
                .formatted(number(pooling.mean() - identity.mean(), 1), ahead, behind, seeds)),
        false);
  }

  static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
