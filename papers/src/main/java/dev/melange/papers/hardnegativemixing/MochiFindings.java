package dev.melange.papers.hardnegativemixing;

import dev.melange.metric.PairedDifference;
import dev.melange.papers.hardnegativemixing.MochiArena.Variant;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.TrialResults;
import dev.melange.papers.study.Verdict;
import java.util.List;

/** What the figures say of the claims. */
final class MochiFindings {
  private static final String RULE =
      "Holds if the means are above twice their standard errors over at least three seeds, fails if they are as clearly below.";

  private final MochiSettings settings;
  private final TrialResults trials;
  private final int seeds;
  private final int all;

  MochiFindings(MochiSettings settings, TrialResults trials) {
    this.settings = settings;
    this.trials = trials;
    seeds = settings.seeds();
    all = seeds + settings.fresh_seeds();
  }

  List<Finding> all() {
    return List.of(
        better(
            "On the digits, MoCHi gives better features than MoCo-v2 with the same budget, by nearest neighbours and by a linear classifier.",
            MochiStudy.DIGITS,
            MochiArena.MOCHI,
            all,
            true),
        better(
            "The same on larger images with a ResNet (%s).".formatted(settings.images().data()),
            MochiStudy.IMAGES,
            MochiArena.MOCHI,
            settings.image_seeds(),
            false),
        better(
            "Without false negatives (oracle) the features are better than MoCo-v2's, on the digits.",
            MochiStudy.DIGITS,
            MochiArena.ORACLE,
            all,
            false),
        one(
            "The task that is trained is harder with mixed negatives: fewer queries find their key.",
            MochiStudy.DIGITS,
            MochiArena.MOCO,
            MochiArena.MOCHI,
            "proxy_accuracy",
            0,
            all,
            "%+.4f",
            "Share of queries nearer to their key than to all negatives, MoCo-v2 less MoCHi"),
        one(
            "MoCHi draws images of a class closer together (chosen as a criterion after numbers of other seeds had been seen).",
            MochiStudy.DIGITS,
            MochiArena.MOCO,
            MochiArena.MOCHI,
            "class_alignment",
            seeds,
            all,
            "%+.3f",
            "Mean squared distance within a class, MoCo-v2 less MoCHi"),
        one(
            "MoCHi makes the embeddings more uniform (lower is more uniform).",
            MochiStudy.DIGITS,
            MochiArena.MOCO,
            MochiArena.MOCHI,
            "uniformity",
            seeds,
            all,
            "%+.3f",
            "Uniformity, MoCo-v2 less MoCHi"),
        one(
            "The oracle lets more queries find their key (chosen as a criterion after numbers of other seeds had been seen).",
            MochiStudy.DIGITS,
            MochiArena.ORACLE,
            MochiArena.MOCO,
            "proxy_accuracy_real",
            seeds,
            all,
            "%+.4f",
            "Share of queries nearer to their key than to all real negatives, oracle less MoCo-v2"));
  }

  private Finding better(String claim, String prefix, Variant variant, int to, boolean main) {
    PairedDifference linear = difference(prefix, variant, MochiArena.MOCO, "linear", 0, to);
    PairedDifference knn = difference(prefix, variant, MochiArena.MOCO, "knn", 0, to);
    Verdict first = TrialResults.clearlyAbove(linear);
    Verdict second = TrialResults.clearlyAbove(knn);
    return new Finding(
        claim,
        first == second ? first : Verdict.DOES_NOT_SHOW,
        List.of(
            TrialResults.describe(
                "Accuracy of a linear classifier, %s less MoCo-v2, in points"
                    .formatted(variant.title()),
                linear,
                "%+.2f"),
            TrialResults.describe("Accuracy of nearest neighbours", knn, "%+.2f"),
            RULE),
        main);
  }

  private Finding one(
      String claim,
      String prefix,
      Variant first,
      Variant second,
      String figure,
      int from,
      int to,
      String format,
      String what) {
    PairedDifference difference = difference(prefix, first, second, figure, from, to);
    return new Finding(
        claim,
        TrialResults.clearlyAbove(difference),
        List.of(TrialResults.describe(what, difference, format), RULE),
        false);
  }

  private PairedDifference difference(
      String prefix, Variant first, Variant second, String figure, int from, int to) {
    return trials.difference(prefix + first.name(), prefix + second.name(), figure, from, to);
  }
}
