package dev.melange.papers.adamixup;

import dev.melange.metric.PairedDifference;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.VariantResults;
import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Is the learned range of mixing weights better than mixup's on few handwritten digits, where mixup
 * can put images where other digits live? All trainings see as many labelled images in about as
 * many steps: with a generator a step has twice the batch, of which half is mixed, and there are
 * twice as many epochs.
 */
final class AdaMixUpStudy implements Study {
  static final String NONE = "none";
  static final String MIXUP = "mixup";
  static final String LEARNED = "adamixup";
  static final String FREE = "adamixup-free";
  static final double[] FIXED = {0.5, 0.6, 0.7, 0.8, 0.9};

  static Map<String, String> titles() {
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put(NONE, "no mixing");
    titles.put(MIXUP, "mixup");
    titles.put(LEARNED, "AdaMixUp");
    titles.put(FREE, "AdaMixUp without discriminator");
    return titles;
  }

  static String fixed(double lam) {
    return String.format(Locale.ROOT, "fixed-%.1f", lam);
  }

  @Override
  public String question() {
    return "With few handwritten digits, does learning the range of mixing weights give fewer errors than mixup?";
  }

  @Override
  public Record settings(Scale scale) {
    return AdaMixUpSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    AdaMixUpSettings settings = run.settings(AdaMixUpSettings.class);
    try (Scope scope = Scope.open()) {
      SmallImages small =
          SmallImages.load(
              run.data(),
              settings.data(),
              settings.side(),
              settings.images(),
              settings.test_images());
      AdaMixUpTrials.Images images =
          new AdaMixUpTrials.Images(
              small.pixels(small.train()),
              small.trainLabels(),
              small.pixels(small.test()),
              small.testLabels(),
              small.classes());
      AdaMixUpTrials trials = new AdaMixUpTrials(settings, images);
      VariantResults results = VariantResults.of(run, planned(settings, trials));
      new AdaMixUpReport(run, settings, images, trials, results).write();
      return findings(results);
    }
  }

  private static List<StudyRun.Planned> planned(AdaMixUpSettings settings, AdaMixUpTrials trials) {
    List<StudyRun.Planned> planned = new ArrayList<>();
    for (int i = 0; i < settings.seeds(); i++) {
      boolean first = i == 0;
      // long trainings first, so that no worker ends long after the others
      planned.add(new StudyRun.Planned(LEARNED, i, trial -> trials.learned(trial, 1, first)));
      planned.add(new StudyRun.Planned(FREE, i, trial -> trials.learned(trial, 0, false)));
    }
    for (int i = 0; i < settings.seeds(); i++) {
      planned.add(new StudyRun.Planned(NONE, i, trial -> trials.alone(trial, null)));
      planned.add(
          new StudyRun.Planned(
              MIXUP,
              i,
              trial ->
                  trials.alone(
                      trial,
                      (n, rng) ->
                          Tensor.of(
                                  IntStream.range(0, n).mapToDouble(k -> rng.beta(1, 1)).toArray(),
                                  n)
                              .to(DType.F32))));
    }
    for (int i = 0; i < settings.curve_seeds(); i++) {
      for (double lam : FIXED) {
        planned.add(
            new StudyRun.Planned(
                fixed(lam), i, trial -> trials.alone(trial, (n, rng) -> Tensor.full(lam, n))));
      }
    }
    return planned;
  }

  private static List<Finding> findings(VariantResults results) {
    String error = "error";
    PairedDifference gain = results.difference(MIXUP, LEARNED, error);
    PairedDifference none = results.difference(NONE, LEARNED, error);
    PairedDifference intrusion = results.difference(MIXUP, NONE, error);
    PairedDifference free = results.difference(FREE, LEARNED, error);
    String rule = "Holds if the mean is above twice its standard error, fails if below minus that.";
    return List.of(
        new Finding(
            "AdaMixUp has fewer test errors than mixup.",
            VariantResults.above(gain),
            List.of(VariantResults.describe("Test error, mixup minus AdaMixUp", gain), rule),
            true),
        new Finding(
            "AdaMixUp has fewer test errors than training without mixing.",
            VariantResults.above(none),
            List.of(VariantResults.describe("Test error, no mixing minus AdaMixUp", none), rule),
            false),
        new Finding(
            "Mixed digits intrude: plain mixup has more test errors than no mixing.",
            VariantResults.above(intrusion),
            List.of(VariantResults.describe("Test error, mixup minus no mixing", intrusion), rule),
            false),
        new Finding(
            "The discriminator is needed: without it AdaMixUp has more test errors.",
            VariantResults.above(free),
            List.of(
                VariantResults.describe(
                    "Test error, AdaMixUp without discriminator minus AdaMixUp", free),
                rule),
            false));
  }
}
