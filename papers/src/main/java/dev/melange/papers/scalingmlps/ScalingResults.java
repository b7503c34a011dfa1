package dev.melange.papers.scalingmlps;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What became of the networks of the study.
 *
 * @param settings of the study
 * @param outcomes results of the trials by the network's key, seed by seed; accuracies in per cent
 */
record ScalingResults(ScalingSettings settings, Map<String, List<JsonNode>> outcomes) {
  private static final int SEEDS_FOR_A_VERDICT = 2;
  private static final double MARGIN = 1;

  /** A number of all seeds. */
  double[] numbers(String network, String key) {
    return outcomes.get(network).stream().mapToDouble(r -> r.get(key).asDouble()).toArray();
  }

  /** Test accuracies of all seeds. */
  double[] accuracies(String network) {
    return numbers(network, "accuracy");
  }

  /** A number of every epoch, by seed. */
  double[][] byEpoch(String network, String key) {
    return outcomes.get(network).stream()
        .map(
            result ->
                StreamSupport.stream(result.get(key).spliterator(), false)
                    .mapToDouble(JsonNode::asDouble)
                    .toArray())
        .toArray(double[][]::new);
  }

  /** A number that is the same for all seeds, such as {@code parameters}. */
  double constant(String network, String key) {
    return outcomes.get(network).get(0).get(key).asDouble();
  }

  /** Key of the widest network. */
  String widest() {
    return ScalingVariant.key(settings.widths().get(settings.widths().size() - 1));
  }

  /** The law of error by compute, over the means of the networks from scratch. */
  ScalingLaw law() {
    List<String> networks = settings.variants().stream().map(ScalingVariant::key).toList();
    return ScalingLaw.fit(
        networks.stream().mapToDouble(key -> constant(key, "compute")).toArray(),
        networks.stream().mapToDouble(this::error).toArray());
  }

  /** Mean share of test images that are classified wrongly; at least that of half an image. */
  double error(String network) {
    double least = 0.5 / constant(network, "test_images");
    return Math.max(least, 1 - Summary.of(accuracies(network)).mean() / 100);
  }

  /** The claims, the criterion first. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(scaling());
    standard().ifPresent(findings::add);
    findings.add(
        lead(
            "Augmentation helps: the widest network is better with it by at least a point.",
            accuracies(widest()),
            accuracies(ScalingVariant.PLAIN)));
    if (settings.views() > 0) {
      findings.add(
          lead(
              "Test-time augmentation helps the widest network by at least a point.",
              numbers(widest(), "accuracy_tta"),
              accuracies(widest())));
    }
    if (settings.transfer() != null) {
      findings.add(
          lead(
              "Pre-training helps to learn new classes from few images: fine-tuning beats training from scratch by at least a point.",
              accuracies("finetuned"),
              accuracies("from-scratch")));
      findings.add(
          lead(
              "What was learned before is of use as it is: a linear probe beats training from scratch by at least a point.",
              accuracies("linear-probe"),
              accuracies("from-scratch")));
    }
    return findings;
  }

  private Finding scaling() {
    String narrow = ScalingVariant.key(settings.widths().get(0));
    PairedDifference width = PairedDifference.of(accuracies(widest()), accuracies(narrow));
    PairedDifference data =
        PairedDifference.of(accuracies(widest()), accuracies(ScalingVariant.FEW));
    List<String> reasons = new ArrayList<>();
    reasons.add(
        "Width %d instead of %d: %s"
            .formatted(
                settings.widths().get(settings.widths().size() - 1),
                settings.widths().get(0),
                sentence(accuracies(widest()), accuracies(narrow), width)));
    reasons.add(
        "More images than %,d: %s"
            .formatted(
                settings.few(),
                sentence(accuracies(widest()), accuracies(ScalingVariant.FEW), data)));
    Verdict verdict =
        width.mean() > 0 && data.mean() > 0
            ? Verdict.HOLDS
            : width.mean() <= 0 && data.mean() <= 0 ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
    return finding(
        "An MLP on pixels becomes better with width and with data.", verdict, reasons, true);
  }

  /** Against the widest bottleneck network that has no more parameters than the standard one. */
  private Optional<Finding> standard() {
    double most = constant(ScalingVariant.STANDARD, "parameters");
    String chosen = null;
    for (int width : settings.widths()) {
      String key = ScalingVariant.key(width);
      chosen = constant(key, "parameters") <= most ? key : chosen;
    }
    if (chosen == null) {
      return Optional.empty();
    }
    Finding lead =
        lead(
            "The bottleneck MLP beats the standard MLP with no more parameters by at least a point.",
            accuracies(chosen),
            accuracies(ScalingVariant.STANDARD));
    List<String> reasons = new ArrayList<>(lead.reasons());
    reasons.add(
        String.format(
            Locale.ROOT,
            "%s with %,.0f parameters, the standard MLP with %,.0f. The paper's advantage appears in trainings of hundreds of epochs.",
            chosen,
            constant(chosen, "parameters"),
            most));
    return Optional.of(new Finding(lead.claim(), lead.verdict(), reasons, false));
  }

  private Finding lead(String claim, double[] first, double[] second) {
    PairedDifference lead = PairedDifference.of(first, second);
    boolean agreed = lead.wins() == first.length || lead.wins() == 0;
    Verdict verdict =
        !agreed || Math.abs(lead.mean()) < MARGIN
            ? Verdict.DOES_NOT_SHOW
            : lead.mean() > 0 ? Verdict.HOLDS : Verdict.FAILS;
    List<String> reasons = new ArrayList<>();
    reasons.add(sentence(first, second, lead));
    return finding(claim, verdict, reasons, false);
  }

  private Finding finding(String claim, Verdict verdict, List<String> reasons, boolean main) {
    if (settings.seeds() >= SEEDS_FOR_A_VERDICT) {
      return new Finding(claim, verdict, reasons, main);
    }
    reasons.add(
        "A verdict needs at least %d seeds, this run has %d."
            .formatted(SEEDS_FOR_A_VERDICT, settings.seeds()));
    return new Finding(claim, Verdict.DOES_NOT_SHOW, reasons, main);
  }

  private static String sentence(double[] first, double[] second, PairedDifference lead) {
    return String.format(
        Locale.ROOT,
        "%.2f %% against %.2f %%, %+.2f points, ahead with %d of %d seeds.",
        Summary.of(first).mean(),
        Summary.of(second).mean(),
        lead.mean(),
        lead.wins(),
        first.length);
  }
}
