package dev.melange.papers.ninformer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * The results on one data set and what they say.
 *
 * @param arena the data set
 * @param trials the trials' results by network, one per seed
 */
record Results(Arena arena, Map<Variant, List<JsonNode>> trials) {
  /** Points of accuracy by which NiNformer has to be ahead. */
  static final double MARGIN = 0.5;

  private static final int SEEDS_FOR_A_VERDICT = 3;
  private static final String CHANGED = "accuracy_on_changed_test_images";

  /** Copies the map in the networks' order. */
  Results {
    trials = new EnumMap<>(trials);
  }

  /** The accuracies of a network in per cent, one per seed. */
  double[] accuracies(Variant variant) {
    return numbers(variant, "accuracy");
  }

  private double[] numbers(Variant variant, String key) {
    return trials.get(variant).stream().mapToDouble(json -> json.get(key).asDouble()).toArray();
  }

  /** Number of trainable numbers of a network. */
  long parameters(Variant variant) {
    return trials.get(variant).get(0).get("parameters").asLong();
  }

  /** Number of seeds. */
  int seeds() {
    return trials.get(Variant.NINFORMER).size();
  }

  /** Accuracies and sizes. */
  Table table() {
    boolean augmented = trials.get(Variant.NINFORMER).get(0).has(CHANGED);
    Table.Builder table =
        Table.titled(
                String.format(
                    Locale.ROOT,
                    "%s: training images %,d, test images %,d, epochs %d, seeds %d",
                    arena.name(),
                    arena.train().size(),
                    arena.test().size(),
                    arena.task().epochs(),
                    seeds()))
            .text("network")
            .number("blocks", "%d")
            .number("parameters", "%,d")
            .number("top-1 (%)", "%.2f", Table.Best.HIGHEST);
    if (augmented) {
      table.number("top-1 (%) on test images cropped or mirrored at random", "%.2f");
    }
    for (Variant variant : trials.keySet()) {
      Object[] cells = {
        variant.title(),
        arena.config(variant).num_layers(),
        parameters(variant),
        spread(accuracies(variant)),
        augmented ? spread(numbers(variant, CHANGED)) : null
      };
      table.row(augmented ? cells : Arrays.copyOf(cells, cells.length - 1));
    }
    return table.build();
  }

  private static Object spread(double[] values) {
    Summary summary = Summary.of(values);
    return values.length == 1 ? summary.mean() : new Table.PlusMinus(summary.mean(), summary.sd());
  }

  /** Accuracy by epoch: mean over the seeds with least and greatest. */
  Chart curves() {
    XyChart.Builder chart = Chart.xy("Test accuracy on " + arena.name()).x("epoch").y("top-1 (%)");
    double[] epochs = IntStream.rangeClosed(1, arena.task().epochs()).asDoubleStream().toArray();
    trials.forEach(
        (variant, seeds) -> {
          double[][] bySeed =
              seeds.stream()
                  .map(json -> doubles(json.get("accuracy_by_epoch")))
                  .toArray(double[][]::new);
          chart.seeds(variant.title(), epochs, bySeed);
        });
    return chart.build();
  }

  private static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  /** NiNformer against one other network. */
  Finding against(Variant other) {
    PairedDifference difference =
        PairedDifference.of(accuracies(Variant.NINFORMER), accuracies(other));
    return new Finding(
        "On %s NiNformer is better than %s by more than %s points."
            .formatted(arena.name(), name(other), MARGIN),
        verdict(difference),
        List.of(
            String.format(
                Locale.ROOT,
                "NiNformer %.2f %% against %.2f %%, %+.2f points, ahead with %d of %d seeds, standard deviation of the differences %s.",
                Summary.of(accuracies(Variant.NINFORMER)).mean(),
                Summary.of(accuracies(other)).mean(),
                difference.mean(),
                difference.wins(),
                seeds(),
                seeds() < 2
                    ? "unknown"
                    : String.format(Locale.ROOT, "%.2f points", difference.sd()))),
        false);
  }

  private String name(Variant other) {
    return String.format(
        Locale.ROOT,
        "%s (%d blocks, %,d parameters against its own %d blocks, %,d parameters)",
        other == Variant.VIT ? "the ViT" : "the Mixer",
        arena.config(other).num_layers(),
        parameters(other),
        arena.config(Variant.NINFORMER).num_layers(),
        parameters(Variant.NINFORMER));
  }

  private Verdict verdict(PairedDifference difference) {
    if (seeds() < SEEDS_FOR_A_VERDICT || Math.abs(difference.mean()) <= MARGIN) {
      return Verdict.DOES_NOT_SHOW;
    }
    return difference.mean() > 0 ? Verdict.HOLDS : Verdict.FAILS;
  }

  /** The criterion of the study: ahead of the Mixer of the same depth and of the deeper one. */
  Finding main() {
    List<Variant> mixers = List.of(Variant.MIXER, Variant.DEEP_MIXER);
    List<Verdict> verdicts = mixers.stream().map(mixer -> against(mixer).verdict()).toList();
    Verdict verdict =
        verdicts.contains(Verdict.FAILS)
            ? Verdict.FAILS
            : verdicts.contains(Verdict.DOES_NOT_SHOW) ? Verdict.DOES_NOT_SHOW : Verdict.HOLDS;
    List<String> reasons = new ArrayList<>();
    mixers.forEach(mixer -> reasons.add(mixer.title() + ": " + against(mixer).reasons().get(0)));
    if (seeds() < SEEDS_FOR_A_VERDICT) {
      reasons.add(
          "A verdict needs at least %d seeds, this run had %d."
              .formatted(SEEDS_FOR_A_VERDICT, seeds()));
    }
    return new Finding(
        "Gating a projection with a token-mixing network beats the static MLP-Mixer, both at the same depth and at about the same number of parameters ("
            + arena.name()
            + ").",
        verdict,
        reasons,
        true);
  }
}
