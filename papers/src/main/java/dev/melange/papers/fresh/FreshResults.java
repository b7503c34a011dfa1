package dev.melange.papers.fresh;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.Correlation;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * What came of one family of networks.
 *
 * @param settings of the study
 * @param family of the networks
 * @param images names
 * @param trials by image and seed
 */
record FreshResults(
    FreshSettings settings,
    FreshSettings.Family family,
    List<String> images,
    List<List<JsonNode>> trials) {
  private static final int SEEDS_FOR_A_VERDICT = 3;
  private static final double NEAR_THE_BEST = 0.6; // dB
  private static final double ABOVE_THE_USUAL = 1; // dB
  private static final double NEAR_HELD_OUT = 0.5; // dB
  private static final double SHARE_OF_THE_COST = 1.0 / 3;
  private static final int PASSES_OF_A_STEP = 3; // forward, and twice as much backward

  private FreshSelection selection(int image, int seed) {
    JsonNode rows = trials.get(image).get(seed).get("distances");
    return new FreshSelection(
        StreamSupport.stream(rows.spliterator(), false)
            .map(FreshResults::array)
            .toArray(double[][]::new));
  }

  /** The value that FreSh chose. */
  double chosen(int image, int seed) {
    return family.candidates().get(selection(image, seed).choice());
  }

  /** The last PSNR of a candidate on train or held_out pixels. */
  double psnr(int image, int seed, double value, String pixels) {
    JsonNode curve =
        trials.get(image).get(seed).get("candidates").get(family.candidates().indexOf(value));
    JsonNode values = curve.get(pixels);
    return values.get(values.size() - 1).asDouble();
  }

  private double best(int image, int seed, String pixels) {
    return family.candidates().stream()
        .mapToDouble(value -> psnr(image, seed, value, pixels))
        .max()
        .orElseThrow();
  }

  private double meanOverImages(IntToDoubleFunction value) {
    return IntStream.range(0, images.size()).mapToDouble(value).average().orElseThrow();
  }

  /** How far the chosen is above the usual setting, the mean over images. */
  private double gain(int seed, String pixels) {
    return meanOverImages(
        image ->
            psnr(image, seed, chosen(image, seed), pixels)
                - psnr(image, seed, family.standard(), pixels));
  }

  /** How far the chosen is below the best candidate, the mean over images. */
  private double loss(int seed, String pixels) {
    return meanOverImages(
        image -> best(image, seed, pixels) - psnr(image, seed, chosen(image, seed), pixels));
  }

  private double[] bySeed(IntToDoubleFunction value) {
    return IntStream.range(0, settings.seeds()).mapToDouble(value).toArray();
  }

  /** Passes over the image of the choice, as a share of those of training all candidates. */
  double cost() {
    return (double) settings.networks() / (settings.steps() * PASSES_OF_A_STEP);
  }

  /** The same for the choice and the training of what was chosen. */
  double costWithOneTraining() {
    return cost() + 1.0 / family.candidates().size();
  }

  /**
   * The verdicts.
   *
   * @param main whether the first is the study's own criterion
   */
  List<Finding> findings(boolean main) {
    List<Finding> findings = new ArrayList<>();
    findings.add(trained(main));
    findings.add(heldOut());
    findings.add(ranks());
    return findings;
  }

  private Finding trained(boolean main) {
    double[] gains = bySeed(seed -> gain(seed, "train"));
    double[] losses = bySeed(seed -> loss(seed, "train"));
    boolean cheap = cost() < SHARE_OF_THE_COST;
    boolean all =
        Arrays.stream(gains).allMatch(gain -> gain >= ABOVE_THE_USUAL)
            && Arrays.stream(losses).allMatch(loss -> loss <= NEAR_THE_BEST);
    boolean none =
        Arrays.stream(gains).allMatch(gain -> gain < 0)
            || Arrays.stream(losses).allMatch(loss -> loss > 2 * NEAR_THE_BEST)
            || !cheap;
    return new Finding(
        "%s: the setting that FreSh chooses fits within %s dB of the best candidate and at least %s dB better than the usual one, and choosing costs less than a third of training all candidates."
            .formatted(family.name(), NEAR_THE_BEST, (int) ABOVE_THE_USUAL),
        verdict(all && cheap, none),
        List.of(
            "On the pixels trained on, mean over %d images: %s against the usual %s %s, %s below the best candidate."
                .formatted(
                    images.size(),
                    decibels(gains, "%+.2f"),
                    family.key(),
                    family.standard(),
                    decibels(losses, "%.2f")),
            String.format(
                Locale.ROOT,
                "The choice takes %.1f %% of the multiply-accumulates of training all %d candidates.",
                100 * cost(),
                family.candidates().size())),
        main);
  }

  private Finding heldOut() {
    double[] gains = bySeed(seed -> gain(seed, "held_out"));
    double[] losses = bySeed(seed -> loss(seed, "held_out"));
    boolean all =
        Arrays.stream(gains).allMatch(gain -> gain >= 0)
            && Arrays.stream(losses).allMatch(loss -> loss <= NEAR_HELD_OUT);
    boolean none =
        Arrays.stream(gains).allMatch(gain -> gain < 0)
            && Arrays.stream(losses).allMatch(loss -> loss > NEAR_HELD_OUT);
    return new Finding(
        "%s: also on pixels that were held out the choice is comparable to the full search: within %s dB of the best candidate, and not worse than the usual setting."
            .formatted(family.name(), NEAR_HELD_OUT),
        verdict(all, none),
        List.of(
            "On the %.0f %% of the pixels held out: %s against the usual setting, %s below the best candidate."
                .formatted(
                    100 * settings.held_out(), decibels(gains, "%+.2f"), decibels(losses, "%.2f"))),
        false);
  }

  private Finding ranks() {
    double[] correlations =
        bySeed(
            seed ->
                meanOverImages(
                    image -> {
                      double[] nearness =
                          Arrays.stream(selection(image, seed).means()).map(d -> -d).toArray();
                      double[] quality =
                          family.candidates().stream()
                              .mapToDouble(value -> psnr(image, seed, value, "train"))
                              .toArray();
                      return Correlation.spearman(nearness, quality);
                    }));
    return new Finding(
        "%s: the nearer the spectrum before training, the better the fit (rank correlation of at least 0.5)."
            .formatted(family.name()),
        verdict(
            Arrays.stream(correlations).allMatch(r -> r >= 0.5),
            Arrays.stream(correlations).allMatch(r -> r <= 0)),
        List.of(
            "Rank correlation over the candidates, mean over the images: "
                + text(correlations, "%.2f")
                + "."),
        false);
  }

  private Verdict verdict(boolean holds, boolean fails) {
    if (settings.seeds() < SEEDS_FOR_A_VERDICT) {
      return Verdict.DOES_NOT_SHOW;
    }
    return holds ? Verdict.HOLDS : fails ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
  }

  private static String decibels(double[] values, String format) {
    return text(values, format) + " dB";
  }

  private static String text(double[] values, String format) {
    String mean = String.format(Locale.ROOT, format, Summary.of(values).mean());
    if (values.length == 1) {
      return mean;
    }
    return mean
        + Arrays.stream(values)
            .mapToObj(value -> String.format(Locale.ROOT, format, value))
            .toList();
  }

  /** The choice beside the usual and the best setting. */
  Table picks() {
    Table.Builder table =
        Table.titled(
                "%s: PSNR (dB) after %,d steps, mean over %d seeds"
                    .formatted(family.name(), settings.steps(), settings.seeds()))
            .text("image")
            .text("chosen " + family.key() + ", by seed")
            .number("chosen, trained pixels", "%.2f")
            .number("usual (%s)".formatted(family.standard()), "%.2f")
            .number("best candidate", "%.2f")
            .number("chosen, held out", "%.2f")
            .number("usual, held out", "%.2f")
            .number("best, held out", "%.2f");
    for (int i = 0; i < images.size(); i++) {
      int image = i;
      table.row(
          images.get(image),
          String.join(
              ", ",
              IntStream.range(0, settings.seeds())
                  .mapToObj(seed -> String.valueOf(chosen(image, seed)))
                  .toList()),
          mean(seed -> psnr(image, seed, chosen(image, seed), "train")),
          mean(seed -> psnr(image, seed, family.standard(), "train")),
          mean(seed -> best(image, seed, "train")),
          mean(seed -> psnr(image, seed, chosen(image, seed), "held_out")),
          mean(seed -> psnr(image, seed, family.standard(), "held_out")),
          mean(seed -> best(image, seed, "held_out")));
    }
    return table.build();
  }

  private double mean(IntToDoubleFunction bySeed) {
    return Summary.of(bySeed(bySeed)).mean();
  }

  /** Every candidate. */
  Table all() {
    Table.Builder table =
        Table.titled(family.name() + ": all candidates, mean over seeds")
            .text("image")
            .number(family.key(), "%.6g")
            .number("distance", "%.3f", Table.Best.LOWEST)
            .number("PSNR (dB), trained pixels", "%.2f")
            .number("PSNR (dB), held out", "%.2f");
    for (int i = 0; i < images.size(); i++) {
      int image = i;
      for (int k = 0; k < family.candidates().size(); k++) {
        int candidate = k;
        double value = family.candidates().get(k);
        table.row(
            images.get(i),
            value,
            mean(seed -> selection(image, seed).means()[candidate]),
            mean(seed -> psnr(image, seed, value, "train")),
            mean(seed -> psnr(image, seed, value, "held_out")));
      }
    }
    return table.build();
  }

  private double[] values() {
    return family.candidates().stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Distance before training, beside the quality after it. */
  List<Chart> curves(int image) {
    double[] xs = values();
    double[][] distances = new double[settings.seeds()][];
    double[][] quality = new double[settings.seeds()][];
    for (int seed = 0; seed < settings.seeds(); seed++) {
      int s = seed;
      distances[seed] = selection(image, seed).means();
      quality[seed] =
          family.candidates().stream().mapToDouble(v -> psnr(image, s, v, "train")).toArray();
    }
    return List.of(
        Chart.xy(images.get(image) + ": distance of spectra before training")
            .x(family.key())
            .y("Wasserstein distance")
            .seeds("untrained networks", xs, distances)
            .build(),
        Chart.xy(images.get(image) + ": quality after training")
            .x(family.key())
            .y("PSNR on trained pixels (dB)")
            .seeds("trained networks", xs, quality)
            .build());
  }

  /** The spectrum of the image and of untrained networks. */
  Chart spectra(int image) {
    JsonNode trial = trials.get(image).get(0);
    double[] target = array(trial.get("target"));
    double[] xs = IntStream.rangeClosed(1, target.length).mapToDouble(i -> i).toArray();
    var chart =
        Chart.xy(images.get(image) + ": spectra before training, first seed")
            .x("frequency")
            .y("share of the amplitude")
            .logY()
            .line("image", xs, target);
    int chosen = selection(image, 0).choice();
    for (int k :
        IntStream.of(0, chosen, family.candidates().size() - 1).distinct().sorted().toArray()) {
      chart.line(
          family.key() + " " + family.candidates().get(k) + (k == chosen ? " (chosen)" : ""),
          xs,
          array(trial.get("candidates").get(k).get("spectrum")));
    }
    return chart.build();
  }

  /** PSNR by step of the chosen, the usual and the best setting. */
  Chart learning(int image) {
    JsonNode candidates = trials.get(image).get(0).get("candidates");
    double chosen = chosen(image, 0);
    var chart =
        Chart.xy(images.get(image) + ": PSNR during training, first seed")
            .x("step")
            .y("PSNR on trained pixels (dB)");
    for (JsonNode candidate : candidates) {
      double value = candidate.get("value").asDouble();
      String name =
          family.key()
              + " "
              + value
              + (value == chosen ? " (chosen)" : "")
              + (value == family.standard() ? " (usual)" : "");
      if (value == chosen
          || value == family.standard()
          || psnr(image, 0, value, "train") == best(image, 0, "train")) {
        chart.line(name, array(candidate.get("steps")), array(candidate.get("train")));
      }
    }
    return chart.build();
  }

  private static double[] array(JsonNode json) {
    return StreamSupport.stream(json.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
