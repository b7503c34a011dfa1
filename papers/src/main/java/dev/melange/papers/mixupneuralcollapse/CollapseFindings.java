package dev.melange.papers.mixupneuralcollapse;

import dev.melange.metric.PairedDifference;
import dev.melange.papers.mixupneuralcollapse.CollapseTrial.Way;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.TrialResults;
import dev.melange.papers.study.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the figures say of the paper's claims. */
final class CollapseFindings {
  private static final double ALIGNED = 0.9;
  private static final double BENT = 0.1;
  private static final double STRAIGHT = 1e-9;

  private final TrialResults trials;
  private final int seeds;
  private final int all;

  CollapseFindings(CollapseSettings settings, TrialResults trials) {
    this.trials = trials;
    seeds = settings.seeds();
    all = seeds + settings.fresh_seeds();
  }

  List<Finding> all() {
    Finding aligned = aligned("", 0, seeds, "In the directions that the classifier sees, ");
    Finding bent = bent(CollapseStudy.SMALL, "", 0, seeds, "On the digits, ");
    Finding collapse = collapse();
    return List.of(
        together(aligned, bent, collapse),
        aligned,
        bent,
        collapse,
        aligned(
            "raw_", seeds, all, "In the paper's words, over all directions and further seeds, "),
        bent(
            CollapseStudy.SMALL,
            "raw_",
            seeds,
            all,
            "In the paper's words, over all directions and further seeds, "),
        bent(CollapseStudy.IMAGES, "", 0, seeds, "On larger images with a ResNet, "),
        calibrated(),
        exact(),
        predicted(CollapseStudy.SMALL, all, "On the digits, "),
        predicted(CollapseStudy.IMAGES, seeds, "On larger images with a ResNet, "));
  }

  private double[] values(String prefix, Way way, String figure, int from, int to) {
    return trials.values(prefix + way.key(), figure, from, to);
  }

  /** Holds if a criterion does with every seed, fails if it does with none. */
  private static Verdict always(int count, IntPredicate criterion) {
    long held = IntStream.range(0, count).filter(criterion).count();
    if (count < 3) {
      return Verdict.DOES_NOT_SHOW;
    }
    return held == count ? Verdict.HOLDS : held == 0 ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
  }

  private static Finding together(Finding... parts) {
    boolean holds = Arrays.stream(parts).allMatch(part -> part.verdict() == Verdict.HOLDS);
    boolean fails = Arrays.stream(parts).allMatch(part -> part.verdict() == Verdict.FAILS);
    return new Finding(
        "Mixup gives the features of mixed images the configuration that the paper describes: aligned within a class, bent between classes, with unmixed features that collapse no further than without mixup.",
        holds ? Verdict.HOLDS : fails ? Verdict.FAILS : Verdict.DOES_NOT_SHOW,
        Arrays.stream(parts).map(part -> part.verdict().text() + ": " + part.claim()).toList(),
        true);
  }

  private Finding aligned(String kind, int from, int to, String where) {
    double[] mixup = values(CollapseStudy.SMALL, Way.MIXUP, kind + "same_alignment", from, to);
    double[] plain = values(CollapseStudy.SMALL, Way.PLAIN, kind + "same_alignment", from, to);
    return new Finding(
        where + "features of mixtures within a class line up with that class's classifier row.",
        always(mixup.length, i -> mixup[i] > ALIGNED),
        List.of(
            "Mean cosine: mixup %s, cross entropy without mixing %s."
                .formatted(list(mixup), list(plain)),
            "Holds if it is above %s with every one of at least three seeds.".formatted(ALIGNED)),
        false);
  }

  private Finding bent(String prefix, String kind, int from, int to, String where) {
    double[] different = values(prefix, Way.MIXUP, kind + "diff_interp_dev", from, to);
    double[] same = values(prefix, Way.MIXUP, kind + "same_interp_dev", from, to);
    double[] squared = values(prefix, Way.SQUARED, kind + "diff_interp_dev", from, to);
    return new Finding(
        where
            + "features of mixtures of two classes leave the straight line between the class means more than those within a class, and more than with the squared error.",
        always(different.length, i -> different[i] > same[i] && different[i] > squared[i]),
        List.of(
            "Distance from the line, relative to the class means' length: two classes %s, one class %s; with the squared error two classes %s."
                .formatted(list(different), list(same), list(squared)),
            "Holds if the first is the greatest with every one of at least three seeds."),
        false);
  }

  private Finding collapse() {
    PairedDifference difference =
        trials.difference(
            CollapseStudy.SMALL + Way.MIXUP.key(),
            CollapseStudy.SMALL + Way.PLAIN.key(),
            "nc1",
            0,
            seeds);
    return new Finding(
        "Unmixed features collapse no further with mixup than without (NC1 is not smaller): the collapse moves to mixtures.",
        TrialResults.noWorse(difference, 0),
        List.of(
            TrialResults.describe("NC1, mixup less cross entropy", difference, "%+.3f"),
            "Holds if the mean less twice its standard error is not below 0, fails if the mean plus that is."),
        false);
  }

  private Finding calibrated() {
    PairedDifference difference =
        trials.difference(
            CollapseStudy.SMALL + Way.PLAIN.key(),
            CollapseStudy.SMALL + Way.MIXUP.key(),
            "ece",
            seeds,
            all);
    PairedDifference larger =
        trials.difference(
            CollapseStudy.IMAGES + Way.PLAIN.key(),
            CollapseStudy.IMAGES + Way.MIXUP.key(),
            "ece",
            0,
            seeds);
    Verdict small = TrialResults.clearlyAbove(difference);
    Verdict images = TrialResults.clearlyAbove(larger);
    return new Finding(
        "In the paper's words: networks trained with mixup are better calibrated.",
        small == images ? small : Verdict.DOES_NOT_SHOW,
        List.of(
            TrialResults.describe(
                "Calibration error on the digits in points, cross entropy less mixup",
                difference,
                "%+.2f"),
            TrialResults.describe("The same on larger images with a ResNet", larger, "%+.2f"),
            "Holds if both means are above twice their standard errors. A small network trained on few images may be under-confident under mixup, where one that memorises them is over-confident without."),
        false);
  }

  /** The closed form itself, with a regulariser that lets the features be long. */
  private static Finding exact() {
    double ce = UfmFit.bend(10, 1, 0.01, "ce");
    double mse = UfmFit.bend(10, 1, 0.01, "mse");
    return new Finding(
        "In the unconstrained features model, the optimal features of two classes' mixtures bend with the cross entropy and are straight with the squared error.",
        ce > BENT && mse < STRAIGHT
            ? Verdict.HOLDS
            : ce < STRAIGHT ? Verdict.FAILS : Verdict.DOES_NOT_SHOW,
        List.of(
            String.format(
                Locale.ROOT,
                "Greatest distance from the line, relative to the length of an end (10 classes, scale 1, regulariser 0.01): cross entropy %.3f, squared error %.1e.",
                ce,
                mse),
            "Computed in closed form, without training. Holds if they are above %s and below %s."
                .formatted(BENT, STRAIGHT)),
        false);
  }

  private Finding predicted(String prefix, int to, String where) {
    double[] ufm = values(prefix, Way.MIXUP, "ufm_error", 0, to);
    double[] line = values(prefix, Way.MIXUP, "line_error", 0, to);
    double[] squaredUfm = values(prefix, Way.SQUARED, "ufm_error", 0, to);
    double[] squaredLine = values(prefix, Way.SQUARED, "line_error", 0, to);
    return new Finding(
        where
            + "the model's optimum with cross entropy predicts the features of mixup better than straight lines between the class means, and with the squared error it does not.",
        always(ufm.length, i -> ufm[i] < line[i] && squaredLine[i] < squaredUfm[i]),
        List.of(
            "Error relative to the features' length, mixup: model %s, lines %s."
                .formatted(list(ufm), list(line)),
            "Mixup with the squared error: model %s, lines %s."
                .formatted(list(squaredUfm), list(squaredLine)),
            "The model has one fitted number, the lines have the network's own class means. Holds if the model is nearer with every one of at least three seeds under mixup, and the lines are with the squared error."),
        false);
  }

  private static String list(double[] values) {
    return Arrays.stream(values)
        .mapToObj(value -> String.format(Locale.ROOT, "%.3f", value))
        .collect(Collectors.joining(", "));
  }
}
