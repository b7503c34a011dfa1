package dev.melange.papers.hourglassmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.hourglassmlp.HourglassSettings.Pair;
import dev.melange.papers.hourglassmlp.RestorationTrial.Kind;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * The networks of a pair after training.
 *
 * @param pair what was compared
 * @param entries the networks with their trials' results, one per seed
 */
record PairResults(Pair pair, Map<Kind, Entry> entries) {
  /** By how many dB Hourglass has to be ahead. */
  static final double MARGIN = 0.03;

  /** How far a random lift may be behind a trained one, in dB. */
  static final double TOLERANCE = 0.1;

  private static final int SEEDS_FOR_A_VERDICT = 3;

  /** Copies the map in the networks' order. */
  PairResults {
    entries = new EnumMap<>(entries);
  }

  /**
   * A network with its trials' results.
   *
   * @param network what was trained
   * @param trials one per seed
   */
  record Entry(RestorationTrial network, List<JsonNode> trials) {
    /** Test PSNR in dB, one per seed. */
    double[] psnr() {
      return trials.stream().mapToDouble(json -> json.get("psnr").asDouble()).toArray();
    }

    /** Their mean. */
    double mean() {
      return Summary.of(psnr()).mean();
    }

    /** A number that is the same for all seeds. */
    long number(String key) {
      return trials.get(0).get(key).asLong();
    }

    /** PSNR by seed and epoch. */
    double[][] curves() {
      return trials.stream()
          .map(
              json ->
                  StreamSupport.stream(json.get("psnr_by_epoch").spliterator(), false)
                      .mapToDouble(JsonNode::asDouble)
                      .toArray())
          .toArray(double[][]::new);
    }
  }

  /** The network of a kind. */
  Entry entry(Kind kind) {
    return entries.get(kind);
  }

  /** Number of seeds. */
  int seeds() {
    return entry(Kind.FIXED).trials().size();
  }

  private PairedDifference difference(Kind other) {
    return PairedDifference.of(entry(Kind.FIXED).psnr(), entry(other).psnr());
  }

  /** Whether Hourglass under a random lift is ahead of the conventional network. */
  Verdict verdict() {
    return verdict(Kind.CONVENTIONAL);
  }

  private Verdict verdict(Kind other) {
    double ahead = difference(other).mean();
    if (seeds() < SEEDS_FOR_A_VERDICT || Math.abs(ahead) < MARGIN) {
      return Verdict.DOES_NOT_SHOW;
    }
    return ahead > 0 ? Verdict.HOLDS : Verdict.FAILS;
  }

  /** The numbers behind {@link #verdict()}. */
  String reason() {
    return reason(Kind.CONVENTIONAL);
  }

  private String reason(Kind other) {
    PairedDifference difference = difference(other);
    return String.format(
        Locale.ROOT,
        "%s: Hourglass %.2f dB with %,d trainable parameters, %s %.2f dB with %,d; %+.3f dB, ahead with %d of %d seeds.",
        pair.name(),
        entry(Kind.FIXED).mean(),
        entry(Kind.FIXED).number("trainable"),
        other.title(),
        entry(other).mean(),
        entry(other).number("trainable"),
        difference.mean(),
        difference.wins(),
        seeds());
  }

  /** What else the pair says. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    if (entries.containsKey(Kind.TRAINED)) {
      findings.add(lift());
    }
    if (entries.containsKey(Kind.ENLARGED)) {
      findings.add(
          new Finding(
              "Hourglass also restores better than a conventional network that sees the enlarged image, whose skip connection is as wide as its output ("
                  + pair.name()
                  + ").",
              verdict(Kind.ENLARGED),
              List.of(reason(Kind.ENLARGED)),
              false));
    }
    return findings;
  }

  private Finding lift() {
    double behind = -difference(Kind.TRAINED).mean();
    Verdict verdict =
        seeds() < SEEDS_FOR_A_VERDICT
            ? Verdict.DOES_NOT_SHOW
            : behind <= TOLERANCE ? Verdict.HOLDS : Verdict.FAILS;
    return new Finding(
        "A random lift that is never trained is as good as a trained one, to "
            + TOLERANCE
            + " dB ("
            + pair.name()
            + ").",
        verdict,
        List.of(reason(Kind.TRAINED)),
        false);
  }

  /** The criterion of the study: Hourglass is ahead in every pair. */
  static Finding main(List<PairResults> pairs) {
    List<Verdict> verdicts = pairs.stream().map(PairResults::verdict).toList();
    Verdict verdict =
        verdicts.contains(Verdict.FAILS)
            ? Verdict.FAILS
            : verdicts.contains(Verdict.DOES_NOT_SHOW) ? Verdict.DOES_NOT_SHOW : Verdict.HOLDS;
    List<String> reasons = new ArrayList<>(pairs.stream().map(PairResults::reason).toList());
    int seeds = pairs.get(0).seeds();
    if (seeds < SEEDS_FOR_A_VERDICT) {
      reasons.add(
          "A verdict needs at least %d seeds, this run had %d."
              .formatted(SEEDS_FOR_A_VERDICT, seeds));
    }
    return new Finding(
        "With about as many trainable parameters, residual MLPs with a wide skip connection and narrow blocks restore images better than conventional ones, by at least "
            + MARGIN
            + " dB in every pair.",
        verdict,
        reasons,
        true);
  }
}
