package dev.melange.papers.mixupfeaturelearning;

import dev.melange.papers.mixupfeaturelearning.FeatureLearningSettings.Theory;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrialResults;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Does mixup learn rare features that standard training misses? On the paper's data model, where
 * the features are known, and with the same three questions on real images.
 */
final class FeatureLearningStudy implements Study {
  static final String STANDARD = "standard";
  static final String MIXUP = "mixup";
  static final String ASYMMETRIC = "asymmetric";
  static final String WEAK_STANDARD = "weak-standard";
  static final String WEAK_MIXUP = "weak-mixup";

  /**
   * A way of training the theory's network.
   *
   * @param name of the trials
   * @param title in the report
   * @param alpha strength of the feature noise
   * @param config of the training
   */
  record Way(String name, String title, double alpha, FeatureLearning.Config config) {}

  /** The name of the way that stops mixing at a step. */
  static String stopped(int step) {
    return "stop-" + step;
  }

  static Map<String, Way> ways(Theory settings) {
    List<Way> all = new ArrayList<>();
    double strong = settings.alpha();
    double lam = settings.lam();
    all.add(new Way(STANDARD, "standard", strong, config(settings, STANDARD, -1, lam)));
    all.add(new Way(MIXUP, "mixup, both shares " + lam, strong, config(settings, MIXUP, -1, lam)));
    all.add(
        new Way(
            ASYMMETRIC,
            "mixup, inputs %s, labels %s".formatted(lam, settings.lam_y()),
            strong,
            config(settings, MIXUP, -1, settings.lam_y())));
    for (int stop : settings.stops()) {
      all.add(
          new Way(
              stopped(stop),
              "mixup for %,d of %,d steps".formatted(stop, settings.steps()),
              strong,
              config(settings, MIXUP, stop, lam)));
    }
    double weak = settings.alpha_weak();
    all.add(
        new Way(
            WEAK_STANDARD,
            "standard, feature noise " + weak,
            weak,
            config(settings, STANDARD, -1, lam)));
    all.add(
        new Way(
            WEAK_MIXUP, "mixup, feature noise " + weak, weak, config(settings, MIXUP, -1, lam)));
    Map<String, Way> byName = new LinkedHashMap<>();
    all.forEach(way -> byName.put(way.name(), way));
    return byName;
  }

  private static FeatureLearning.Config config(
      Theory settings, String mode, int stop, double labelShare) {
    return new FeatureLearning.Config(
        2, mode, settings.steps(), stop, settings.eta(), settings.lam(), labelShare);
  }

  @Override
  public String question() {
    return "Does mixup learn rare features that standard training misses, also with other shares for labels than for inputs, and also if it is stopped early?";
  }

  @Override
  public Record settings(Scale scale) {
    return FeatureLearningSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    FeatureLearningSettings settings = run.settings(FeatureLearningSettings.class);
    try (Scope scope = Scope.open()) {
      var real = settings.images();
      SmallImages images =
          SmallImages.load(
              run.data(), real.data(), real.side(), real.train_images(), real.test_images());
      List<StudyRun.Planned> planned = theory(settings);
      for (ImageTrial.Variant variant : ImageTrial.variants(real).values()) {
        for (int i = 0; i < real.seeds(); i++) {
          boolean first = i == 0;
          planned.add(
              new StudyRun.Planned(
                  variant.name(), i, trial -> ImageTrial.run(trial, real, variant, images, first)));
        }
      }
      run.expect(planned.size());
      TrialResults trials = TrialResults.run(run, planned);
      new FeatureLearningReport(run, settings, images, trials).write();
      return new FeatureLearningFindings(settings, trials).all();
    }
  }

  private static List<StudyRun.Planned> theory(FeatureLearningSettings settings) {
    List<StudyRun.Planned> planned = new ArrayList<>();
    for (Way way : ways(settings.theory()).values()) {
      for (int i = 0; i < settings.seeds() + settings.fresh_seeds(); i++) {
        planned.add(
            new StudyRun.Planned(
                way.name(),
                i,
                trial ->
                    new TheoryTrial(settings.theory(), way.alpha(), trial.seed())
                        .run(trial, way.config())));
      }
    }
    return planned;
  }
}
