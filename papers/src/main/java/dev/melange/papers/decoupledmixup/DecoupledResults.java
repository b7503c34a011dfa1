package dev.melange.papers.decoupledmixup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.decoupledmixup.DecoupledStudy.Settings;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Table.PlusMinus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The figures of all trials, and what they say of the claims. */
final class DecoupledResults {
  private static final String ACCURACY = "accuracy";

  private final Settings settings;
  private final Map<String, Map<Integer, ObjectNode>> trials;

  DecoupledResults(Settings settings, Map<String, Map<Integer, ObjectNode>> trials) {
    this.settings = settings;
    this.trials = trials;
  }

  boolean has(String variant) {
    return trials.containsKey(variant);
  }

  /** A variant's results by repetition. */
  Map<Integer, ObjectNode> of(String variant) {
    return trials.get(variant);
  }

  /** The result of a variant's first repetition. */
  ObjectNode first(String variant) {
    return of(variant).values().iterator().next();
  }

  /** A figure of the repetitions {@code from .. to - 1}. */
  double[] values(String variant, String figure, int from, int to) {
    return IntStream.range(from, to)
        .mapToDouble(i -> of(variant).get(i).get(figure).asDouble())
        .toArray();
  }

  /** Mean and standard deviation of a figure over all repetitions. */
  PlusMinus summary(String variant, String figure) {
    Summary summary =
        Summary.of(
            of(variant).values().stream().mapToDouble(r -> r.get(figure).asDouble()).toArray());
    return new PlusMinus(summary.mean(), summary.count() == 1 ? 0 : summary.sd());
  }

  /** A table's cell: mean and standard deviation, or the only value. */
  Object cell(String variant, String figure) {
    PlusMinus summary = summary(variant, figure);
    return of(variant).size() == 1 ? (Object) summary.value() : summary;
  }

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
        difference(DecoupledStudy.DECOUPLED, DecoupledStudy.MIXED, ACCURACY, 0, seeds);
    findings.add(
        new Finding(
            "With %s and nothing else changed, the decoupled loss (eta %s) gives a higher test accuracy than the mixed cross entropy."
                .formatted(settings.mixing(), settings.eta()),
            better(gain),
            List.of(
                describe("Accuracy, decoupled minus mixed cross entropy", gain),
                "Holds if the mean is above 0 and at least two thirds of the seeds are."),
            true));
    PairedDifference fresh =
        difference(DecoupledStudy.DECOUPLED, DecoupledStudy.MIXED, ACCURACY, seeds, all);
    findings.add(
        new Finding(
            "The gain is larger than the noise of the seeds (the same comparison on %d further seeds)."
                .formatted(settings.fresh_seeds()),
            clearlyBetter(fresh),
            List.of(
                describe("Accuracy, decoupled minus mixed cross entropy", fresh),
                "Holds if the mean is above twice its standard error."),
            false));
    PairedDifference dynamic =
        difference(DecoupledStudy.DECOUPLED, DecoupledStudy.PUZZLE, ACCURACY, seeds, all);
    findings.add(
        new Finding(
            "In the paper's words: %s with the decoupled loss matches or beats a policy that optimises each mixed image (PuzzleMix), without its extra computation."
                .formatted(settings.mixing()),
            matches(dynamic),
            List.of(
                describe("Accuracy, decoupled minus PuzzleMix", dynamic),
                "Holds if the mean is not below 0, fails if it is below 0 with every seed. The durations of the trials are in the report."),
            false));
    PairedDifference found =
        difference(DecoupledStudy.DECOUPLED, DecoupledStudy.MIXED, "both_found", 0, all);
    findings.add(
        new Finding(
            "The decoupled loss finds both classes of an even mixture more often.",
            better(found),
            List.of(describe("Percentage of test pairs, decoupled minus mixed", found)),
            false));
    if (has(SemiSupervised.Kind.DMIXMATCH.trial())) {
      PairedDifference semi =
          difference(
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
              List.of(describe("Accuracy, DMixMatch minus FixMatch", semi)),
              false));
    }
    return findings;
  }

  private PairedDifference difference(
      String first, String second, String figure, int from, int to) {
    return PairedDifference.of(values(first, figure, from, to), values(second, figure, from, to));
  }

  private static String describe(String what, PairedDifference difference) {
    List<String> each =
        difference.differences().stream().map(d -> String.format(Locale.ROOT, "%+.2f", d)).toList();
    return String.format(
        Locale.ROOT,
        "%s: mean %+.2f points (%s; %d of %d above 0).",
        what,
        difference.mean(),
        String.join(", ", each),
        difference.wins(),
        each.size());
  }
}
