package dev.melange.papers.stripmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.nn.ImageModel;
import dev.melange.papers.ModelCost;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.ImageResults;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of the networks of the study.
 *
 * @param outcomes results of the trials, seed by seed; accuracies in per cent
 */
record StripResults(Map<Contestant, List<JsonNode>> outcomes) {
  private static final double MARGIN = 2;
  private static final double SMALL_MARGIN = 1;
  private static final int SEEDS_FOR_A_VERDICT = 2;
  private static final double MATCH = 0.1;

  /** Test accuracies by seed. */
  double[] accuracies(Contestant contestant) {
    return outcomes.get(contestant).stream()
        .mapToDouble(r -> r.get("accuracy").asDouble())
        .toArray();
  }

  /** Number of trainable numbers. */
  long parameters(Contestant contestant) {
    return outcomes.get(contestant).get(0).get("parameters").asLong();
  }

  /** The networks in general terms, with what each costs. */
  ImageResults networks(StripSettings settings, StudyImages images) {
    return new ImageResults(
        images.name(),
        outcomes.entrySet().stream()
            .map(
                entry ->
                    new ImageResults.Network(
                        entry.getKey().key(),
                        entry.getKey().title(),
                        macs(entry.getKey(), settings, images),
                        entry.getValue()))
            .toList());
  }

  private static long macs(Contestant contestant, StripSettings settings, StudyImages images) {
    Record config = StripStudy.config(contestant, settings, images);
    try (ImageModel model = Contestant.create(config, new Rng(0))) {
      return ModelCost.of(model, images.channels(), images.size(), images.size()).macs();
    }
  }

  /** The claims, the criterion first. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(against(Contestant.MIXER_WIDE, MARGIN, true));
    if (outcomes.containsKey(Contestant.MIXER_SMALL)) {
      findings.add(against(Contestant.MIXER_SMALL, MARGIN, false));
    }
    findings.add(against(Contestant.STRIP_1, SMALL_MARGIN, false));
    return findings;
  }

  private Finding against(Contestant other, double margin, boolean main) {
    String claim =
        switch (other) {
          case MIXER_WIDE ->
              "On few images Strip-MLP beats an MLP-Mixer of about as many parameters by at least %.0f points."
                  .formatted(margin);
          case MIXER_SMALL ->
              "On few images Strip-MLP beats a smaller MLP-Mixer by at least %.0f points."
                  .formatted(margin);
          default ->
              "Strips that see their neighbours are better than strips that do not, by at least a point.";
        };
    if (!outcomes.containsKey(Contestant.STRIP_3) || !outcomes.containsKey(other)) {
      return new Finding(
          claim,
          Verdict.DOES_NOT_SHOW,
          List.of(
              "This needs the variants strip-3 and %s; the run has %s."
                  .formatted(
                      other.key(), outcomes.keySet().stream().map(Contestant::key).toList())),
          main);
    }
    PairedDifference lead = PairedDifference.of(accuracies(Contestant.STRIP_3), accuracies(other));
    int seeds = outcomes.get(other).size();
    List<String> reasons = new ArrayList<>();
    reasons.add(
        String.format(
            Locale.ROOT,
            "%.2f %% against %.2f %%: %+.2f points, ahead with %d of %d seeds.",
            Summary.of(accuracies(Contestant.STRIP_3)).mean(),
            Summary.of(accuracies(other)).mean(),
            lead.mean(),
            lead.wins(),
            seeds));
    reasons.add(sizes(other));
    if (other == Contestant.STRIP_1) {
      reasons.add(
          "In a network of this kind the depthwise filters of 7 x 7 and 3 x 7 pixels connect neighbouring strips, too; a small difference is to be expected.");
    }
    if (seeds < SEEDS_FOR_A_VERDICT) {
      reasons.add(
          "A verdict needs at least %d seeds, this run has %d."
              .formatted(SEEDS_FOR_A_VERDICT, seeds));
      return new Finding(claim, Verdict.DOES_NOT_SHOW, reasons, main);
    }
    boolean decided = other != Contestant.STRIP_1 || Math.abs(2 * lead.wins() - seeds) == seeds;
    Verdict verdict =
        !decided || Math.abs(lead.mean()) < margin
            ? Verdict.DOES_NOT_SHOW
            : lead.mean() > 0 ? Verdict.HOLDS : Verdict.FAILS;
    return new Finding(claim, verdict, reasons, main);
  }

  private String sizes(Contestant other) {
    long own = parameters(Contestant.STRIP_3);
    long theirs = parameters(other);
    boolean matched = Math.abs((double) own / theirs - 1) <= MATCH;
    return String.format(
        Locale.ROOT,
        "%,d parameters against %,d%s.",
        own,
        theirs,
        other == Contestant.MIXER_WIDE && !matched
            ? ": they do not match, so the sizes may explain a part of the difference"
            : "");
  }
}
