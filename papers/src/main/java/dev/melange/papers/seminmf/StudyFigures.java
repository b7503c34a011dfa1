package dev.melange.papers.seminmf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/** The numbers of the study's trials, and what they say. */
final class StudyFigures {
  /** Semi-NMF may be this much worse than the autoencoder and still be as good. */
  private static final double AS_GOOD = 0.95;

  /** Below this share of the autoencoder's score, in every repetition, the claim fails. */
  private static final double WORSE = 0.8;

  private static final double CLEAR = 0.2; // nats at a divergence of 0.1
  private static final double NOTHING = 0.25; // most that random directions may have of the score

  private final StudySettings settings;
  private final Map<Integer, List<JsonNode>> results;

  StudyFigures(StudySettings settings, Map<Integer, List<JsonNode>> results) {
    this.settings = settings;
    this.results = results;
  }

  /** The scores of a method's features that reach the divergence. */
  private double[] scores(int layer, int repetition, String method, double kl) {
    int target = settings.kls().indexOf(kl);
    DoubleStream.Builder scores = DoubleStream.builder();
    for (JsonNode feature :
        results.get(layer).get(repetition).at("/methods/" + method + "/scores")) {
      if (!feature.get(target).isNull()) {
        scores.add(feature.get(target).asDouble());
      }
    }
    return scores.build().toArray();
  }

  /** Features of a method that do not reach the divergence however far they push. */
  int unreached(int layer, String method, double kl) {
    int all = 0;
    int reached = 0;
    for (int i = 0; i < settings.seeds(); i++) {
      all += results.get(layer).get(i).at("/methods/" + method + "/scores").size();
      reached += scores(layer, i, method, kl).length;
    }
    return all - reached;
  }

  /** The mean score of a method's features, per repetition; NaN where none reaches it. */
  double[] means(int layer, String method, double kl) {
    double[] means = new double[settings.seeds()];
    for (int i = 0; i < means.length; i++) {
      means[i] = DoubleStream.of(scores(layer, i, method, kl)).average().orElse(Double.NaN);
    }
    return means;
  }

  /** The share of a method's features with a score above 0, over all repetitions. */
  double positive(int layer, String method, double kl) {
    long above = 0;
    long all = 0;
    for (int i = 0; i < settings.seeds(); i++) {
      double[] scores = scores(layer, i, method, kl);
      above += DoubleStream.of(scores).filter(score -> score > 0).count();
      all += scores.length;
    }
    return (double) above / all;
  }

  /** A number of a method, per repetition; empty if the method has none. */
  double[] values(int layer, String method, String key) {
    return results.get(layer).stream()
        .map(trial -> trial.at("/methods/" + method + "/" + key))
        .filter(JsonNode::isNumber)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  /** The trials of a layer, one per repetition. */
  List<JsonNode> trials(int layer) {
    return results.get(layer);
  }

  private double mean(int layer, String method, double kl) {
    return Summary.of(means(layer, method, kl)).mean();
  }

  /** The study's own criterion, the paper's wording, and the other layers. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (int layer : settings.layers()) {
      findings.add(own(layer, layer == settings.firstLayer()));
    }
    findings.add(paper(settings.firstLayer()));
    return findings;
  }

  private Finding own(int layer, boolean main) {
    List<String> reasons = new ArrayList<>();
    boolean asGood = true;
    boolean worse = true;
    for (double kl : List.of(0.1, 0.5)) {
      double[] snmf = means(layer, LayerTrial.SNMF, kl);
      double[] sae = means(layer, LayerTrial.SAE, kl);
      double share = Summary.of(snmf).mean() / Summary.of(sae).mean();
      asGood &= share >= AS_GOOD;
      for (int i = 0; i < snmf.length; i++) {
        worse &= snmf[i] < WORSE * sae[i];
      }
      reasons.add(
          text(
              "At KL %s semi-NMF scores %.3f, the autoencoder %.3f: %.2f times as much (needs"
                  + " %.2f).",
              kl, Summary.of(snmf).mean(), Summary.of(sae).mean(), share, AS_GOOD));
    }
    double score = mean(layer, LayerTrial.SNMF, 0.1);
    double random = mean(layer, LayerTrial.RANDOM, 0.1);
    boolean clear = score > CLEAR && random < NOTHING * score;
    reasons.add(
        text(
            "At KL 0.1 random directions score %.3f against %.3f (needs less than a quarter, and a"
                + " score above %.1f).",
            random, score, CLEAR));
    Verdict verdict =
        asGood && clear
            ? Verdict.HOLDS
            : worse || random >= score ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
    return new Finding(
        "Layer %d: steering along semi-NMF features brings out their own concept at least as well as autoencoder features do, and random directions do nothing."
            .formatted(layer),
        verdict,
        reasons,
        main);
  }

  private Finding paper(int layer) {
    List<String> reasons = new ArrayList<>();
    boolean always = true;
    boolean never = true;
    for (double kl : List.of(0.1, 0.5)) {
      for (String other : List.of(LayerTrial.SAE, LayerTrial.DIFF_MEAN)) {
        PairedDifference difference =
            PairedDifference.of(means(layer, LayerTrial.SNMF, kl), means(layer, other, kl));
        always &= difference.differences().stream().allMatch(d -> d > 0);
        never &= difference.differences().stream().allMatch(d -> d < 0);
        reasons.add(
            text(
                "At KL %s semi-NMF minus %s: %+.3f on average, from %+.3f to %+.3f over %d seeds.",
                kl,
                other,
                difference.mean(),
                difference.summary().min(),
                difference.summary().max(),
                settings.seeds()));
      }
    }
    return new Finding(
        "As the paper says it: semi-NMF features steer better than autoencoder features and than"
            + " supervised differences of means.",
        always ? Verdict.HOLDS : never ? Verdict.FAILS : Verdict.DOES_NOT_SHOW,
        reasons,
        false);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
