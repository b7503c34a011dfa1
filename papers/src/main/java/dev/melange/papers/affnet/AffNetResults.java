package dev.melange.papers.affnet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The trials' results and what they say.
 *
 * @param trials by what filters, one per seed
 */
record AffNetResults(Map<Filtering, List<JsonNode>> trials) {
  /** Points of accuracy by which the adaptive filter has to be ahead of no filter. */
  static final double MARGIN = 0.5;

  private static final int SEEDS_FOR_A_VERDICT = 3;

  /** Copies the map. */
  AffNetResults {
    trials = new EnumMap<>(trials);
  }

  /** The accuracies in percent, one per seed. */
  double[] accuracies(Filtering filtering) {
    return trials.get(filtering).stream().mapToDouble(t -> t.get("accuracy").asDouble()).toArray();
  }

  long parameters(Filtering filtering) {
    return trials.get(filtering).get(0).get("parameters").asLong();
  }

  int seeds() {
    return trials.get(Filtering.ADAPTIVE).size();
  }

  /** Against no filter, and against the static one; the first is the main one. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        against(
            Filtering.NONE,
            "A filter made from the image is better than no mixing of tokens, by more than %s points."
                .formatted(MARGIN),
            MARGIN,
            true));
    if (trials.containsKey(Filtering.STATIC)) {
      findings.add(
          against(
              Filtering.STATIC,
              "A filter made from the image is better than a learned one that is the same for all images.",
              0,
              false));
    }
    return findings;
  }

  private Finding against(Filtering other, String claim, double margin, boolean main) {
    if (!trials.containsKey(other)) {
      return new Finding(
          claim,
          Verdict.DOES_NOT_SHOW,
          List.of("This run has no networks with " + other.title() + "."),
          main);
    }
    PairedDifference difference =
        PairedDifference.of(accuracies(Filtering.ADAPTIVE), accuracies(other));
    List<String> reasons = new ArrayList<>();
    reasons.add(
        String.format(
            Locale.ROOT,
            "Adaptive filter (%,d parameters) %.2f %%, %s (%,d) %.2f %%: %+.2f points, ahead with %d of %d seeds.",
            parameters(Filtering.ADAPTIVE),
            Summary.of(accuracies(Filtering.ADAPTIVE)).mean(),
            other.title(),
            parameters(other),
            Summary.of(accuracies(other)).mean(),
            difference.mean(),
            difference.wins(),
            seeds()));
    if (seeds() < SEEDS_FOR_A_VERDICT) {
      reasons.add(
          "A verdict needs at least %d seeds, this run had %d."
              .formatted(SEEDS_FOR_A_VERDICT, seeds()));
      return new Finding(claim, Verdict.DOES_NOT_SHOW, reasons, main);
    }
    return new Finding(claim, verdict(difference, margin), reasons, main);
  }

  /** Without a margin all seeds have to agree. */
  private Verdict verdict(PairedDifference difference, double margin) {
    boolean agree = margin > 0 || difference.wins() == seeds() || difference.wins() == 0;
    if (!agree || Math.abs(difference.mean()) <= margin) {
      return Verdict.DOES_NOT_SHOW;
    }
    return difference.mean() > 0 ? Verdict.HOLDS : Verdict.FAILS;
  }
}
