package dev.melange.papers.decoupledmixup;

import dev.melange.metric.PairedDifference;
import dev.melange.papers.decoupledmixup.DecoupledStudy.Settings;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.TrialResults;
import dev.melange.papers.study.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * What the trials say of the claims.
 *
 * @param settings of the study
 * @param trials their figures
 */
record DecoupledResults(Settings settings, TrialResults trials) {
  private static final String ACCURACY = "accuracy";

  /** The study's own criterion: a positive mean, and most seeds on its side. */
  static Verdict better(PairedDifference difference) {
    int seeds = difference.differences().size();
    int needed = (2 * seeds + 2) / 3;
    if (difference.mean() > 0 && difference.wins() >= needed) {
      return Verdict.HOLDS;
    }
    long losses = difference.differences().stream().filter(d -> d < 0).count();
    return difference.mean() < 0 && losses >= needed ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
  }

  /** Whether a mean differs from 0 by more than twice its standard error. */
  static Verdict clearlyBetter(PairedDifference difference) {
    double error = difference.summary().standardError();
    if (Double.isNaN(error)) {
      return Verdict.DOES_NOT_SHOW;
    }
    if (difference.mean() > 2 * error) {
      return Verdict.HOLDS;
    }
    return difference.mean() < -2 * error ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
  }

  /** Whether the first matches or beats the second: not below on average; or below in all runs. */
  static Verdict matches(PairedDifference difference) {
    if (difference.mean() >= 0) {
      return Verdict.HOLDS;
    }
    boolean below = difference.differences().stream().allMatch(d -> d < 0);
    return below ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
  }

  List<Finding> findings() {
    int seeds = settings.seeds();
    int all = seeds + settings.fresh_seeds();
    List<Finding> findings = new ArrayList<>();
    PairedDifference gain =
        trials.difference(DecoupledStudy.DECOUPLED, DecoupledStudy.MIXED, ACCURACY, 0, seeds);
    findings.add(
        new Finding(
            "With %s and nothing else changed, the decoupled loss (eta %s) gives a higher test accuracy than the mixed cross entropy."
                .formatted(settings.mixing(), settings.eta()),
            better(gain),
            List.of(
                TrialResults.describe(
                    "Accuracy in points, decoupled minus mixed cross entropy", gain, "%+.2f"),
                "Holds if the mean is above 0 and at least two thirds of the seeds are."),
            true));
    PairedDifference fresh =
        trials.difference(DecoupledStudy.DECOUPLED, DecoupledStudy.MIXED, ACCURACY, seeds, all);
    findings.add(
        new Finding(
            "The gain is larger than the noise of the seeds (the same comparison on %d further seeds)."
                .formatted(settings.fresh_seeds()),
            clearlyBetter(fresh),
            List.of(
                TrialResults.describe(
                    "Accuracy in points, decoupled minus mixed cross entropy", fresh, "%+.2f"),
                "Holds if the mean is above twice its standard error."),
            false));
    PairedDifference dynamic =
        trials.difference(DecoupledStudy.DECOUPLED, DecoupledStudy.PUZZLE, ACCURACY, seeds, all);
    findings.add(
        new Finding(
            "In the paper's words: %s with the decoupled loss matches or beats a policy that optimises each mixed image (PuzzleMix), without its extra computation."
                .formatted(settings.mixing()),
            matches(dynamic),
            List.of(
                TrialResults.describe(
                    "Accuracy in points, decoupled minus PuzzleMix", dynamic, "%+.2f"),
                "Holds if the mean is not below 0, fails if it is below 0 with every seed. The durations of the trials are in the report."),
            false));
    PairedDifference found =
        trials.difference(DecoupledStudy.DECOUPLED, DecoupledStudy.MIXED, "both_found", 0, all);
    findings.add(
        new Finding(
            "The decoupled loss finds both classes of an even mixture more often.",
            better(found),
            List.of(
                TrialResults.describe(
                    "Percentage points of test pairs, decoupled minus mixed", found, "%+.2f")),
            false));
    if (trials.has(SemiSupervised.Kind.DMIXMATCH.trial())) {
      PairedDifference semi =
          trials.difference(
              SemiSupervised.Kind.DMIXMATCH.trial(),
              SemiSupervised.Kind.FIXMATCH.trial(),
              ACCURACY,
              0,
              settings.semi_seeds());
      findings.add(
          new Finding(
              "With %d labels, DMixMatch is more accurate than FixMatch without mixing."
                  .formatted(settings.semi_labels()),
              better(semi),
              List.of(
                  TrialResults.describe(
                      "Accuracy in points, DMixMatch minus FixMatch", semi, "%+.2f")),
              false));
    }
    return findings;
  }
}
