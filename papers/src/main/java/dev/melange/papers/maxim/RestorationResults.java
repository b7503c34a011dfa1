package dev.melange.papers.maxim;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;

/**
 * What came of the trainings.
 *
 * @param settings of the study
 * @param maxim of the network, by seed
 * @param conv of the network without multi-axis blocks and cross gating, by seed
 */
record RestorationResults(MaximSettings settings, List<JsonNode> maxim, List<JsonNode> conv) {
  private static final int SEEDS_FOR_A_VERDICT = 3;
  private static final double MARGIN = 0.1;
  private static final double LEAST_GAIN = 5;
  private static final double CLOSE = 1;

  private static double[] numbers(List<JsonNode> trials, String key) {
    return trials.stream().mapToDouble(json -> json.get(key).asDouble()).toArray();
  }

  private static double mean(List<JsonNode> trials, String key) {
    return Summary.of(numbers(trials, key)).mean();
  }

  private List<JsonNode> of(MaximSettings.Variant variant) {
    return variant.key().equals("maxim") ? maxim : conv;
  }

  /** PSNR, SSIM and sizes. */
  Table table() {
    Table.Builder table =
        Table.titled(
                "%s, %d seeds, %,d steps; mean over the test images"
                    .formatted(settings.data(), maxim.size(), settings.training().steps()))
            .text("network")
            .number("parameters", "%,d")
            .number("multiply-accumulates by pixel", "%,.0f")
            .number("PSNR (dB)", "%.2f", Table.Best.HIGHEST)
            .number("SSIM", "%.4f", Table.Best.HIGHEST)
            .number("gain over the input (dB)", "%.2f");
    for (MaximSettings.Variant variant : settings.variants()) {
      List<JsonNode> trials = of(variant);
      double[] gains = new double[trials.size()];
      for (int i = 0; i < gains.length; i++) {
        gains[i] = gain(trials.get(i));
      }
      table.row(
          variant.title(),
          trials.get(0).get("parameters").asLong(),
          trials.get(0).get("macs_by_pixel").asDouble(),
          spread(numbers(trials, "psnr")),
          spread(numbers(trials, "ssim")),
          spread(gains));
    }
    return table.build();
  }

  private static double gain(JsonNode trial) {
    return trial.get("psnr").asDouble() - trial.get("psnr_before").asDouble();
  }

  private static Object spread(double[] values) {
    Summary summary = Summary.of(values);
    return values.length == 1 ? summary.mean() : new Table.PlusMinus(summary.mean(), summary.sd());
  }

  /** PSNR by step. */
  Chart curves() {
    XyChart.Builder chart = Chart.xy("PSNR on the test images").x("step").y("PSNR (dB)");
    for (MaximSettings.Variant variant : settings.variants()) {
      List<JsonNode> trials = of(variant);
      chart.seeds(
          variant.title(),
          array(trials.get(0).get("steps")),
          trials.stream().map(json -> array(json.get("psnr_by_step"))).toArray(double[][]::new));
    }
    return chart.build();
  }

  private static double[] array(JsonNode json) {
    return StreamSupport.stream(json.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  /** In a line, for the comparison with the paper. */
  String inWords() {
    return String.format(
        Locale.ROOT,
        "%s: input %.2f, MAXIM %.2f, without %.2f",
        settings.data(),
        mean(maxim, "psnr_before"),
        mean(maxim, "psnr"),
        mean(conv, "psnr"));
  }

  /** The paper's claim on restoring. */
  Finding better(Scale scale) {
    PairedDifference difference =
        PairedDifference.of(numbers(maxim, "psnr"), numbers(conv, "psnr"));
    boolean all = difference.wins() == maxim.size();
    Verdict verdict;
    if (maxim.size() < SEEDS_FOR_A_VERDICT) {
      verdict = Verdict.DOES_NOT_SHOW;
    } else if (difference.mean() > MARGIN && all) {
      verdict = Verdict.HOLDS;
    } else if (difference.mean() < -MARGIN && difference.wins() == 0 && scale == Scale.FULL) {
      verdict = Verdict.FAILS;
    } else {
      // small images and short trainings are not what the paper's claim is about
      verdict = Verdict.DOES_NOT_SHOW;
    }
    return new Finding(
        "Multi-axis blocks and cross gating restore better than the same U-Net without them, by more than %s dB with every seed."
            .formatted(MARGIN),
        verdict,
        List.of(
            String.format(
                Locale.ROOT,
                "MAXIM (%,d parameters) %.2f dB against %.2f dB without (%,d parameters): %+.2f dB, ahead with %d of %d seeds; the input has %.2f dB.",
                maxim.get(0).get("parameters").asLong(),
                mean(maxim, "psnr"),
                mean(conv, "psnr"),
                conv.get(0).get("parameters").asLong(),
                difference.mean(),
                difference.wins(),
                maxim.size(),
                mean(maxim, "psnr_before")),
            maxim.size() < SEEDS_FOR_A_VERDICT
                ? "A verdict needs at least %d seeds, this run had %d."
                    .formatted(SEEDS_FOR_A_VERDICT, maxim.size())
                : "Below the paper's own scale a network that is behind does not refute the claim."),
        false);
  }

  /** What must be true of both networks at small scale; set after first numbers were known. */
  Finding bothWork() {
    double least =
        Math.min(
            maxim.stream().mapToDouble(RestorationResults::gain).min().orElseThrow(),
            conv.stream().mapToDouble(RestorationResults::gain).min().orElseThrow());
    double apart = Math.abs(mean(maxim, "psnr") - mean(conv, "psnr"));
    return new Finding(
        "Both networks gain at least %s dB over the input with every seed and are within %s dB of each other (a criterion set after first numbers were known, not the paper's)."
            .formatted(LEAST_GAIN, CLOSE),
        least >= LEAST_GAIN && apart <= CLOSE ? Verdict.HOLDS : Verdict.FAILS,
        List.of(
            String.format(Locale.ROOT, "Least gain %.2f dB, means %.2f dB apart.", least, apart)),
        false);
  }
}
