package dev.melange.papers.maxformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Spiking networks that differ in their token mixers alone, with twins that do not spike; and what
 * single neurons do to frequencies.
 */
final class MaxFormerStudy implements Study {
  /** Points of accuracy by which one mixer has to be ahead. */
  static final double MARGIN = 0.5;

  private static final int SEEDS_FOR_A_VERDICT = 3;
  private static final double SPATIAL_MARGIN = 1.5;
  private static final int SPATIAL_IMAGES = 64;

  /**
   * All results.
   *
   * @param spiking the trials of each mixer, one per seed
   * @param twins the trial of each network that does not spike
   * @param temporal {@link NeuronChecks#temporal}, one per seed
   * @param spatial {@link NeuronChecks#spatial}, one per seed
   */
  record Results(
      Map<String, List<ObjectNode>> spiking,
      Map<String, ObjectNode> twins,
      List<ObjectNode> temporal,
      List<ObjectNode> spatial) {
    /** Test accuracies in percent, one per seed. */
    double[] accuracies(String mixer) {
      return spiking.get(mixer).stream().mapToDouble(t -> t.get("accuracy").asDouble()).toArray();
    }
  }

  @Override
  public String question() {
    return "Does a spiking transformer that mixes tokens by max-pooling, which passes high frequencies, beat one that mixes by average-pooling, which does not?";
  }

  @Override
  public Record settings(Scale scale) {
    return MaxFormerSettings.at(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    MaxFormerSettings settings = run.settings(MaxFormerSettings.class);
    try (StudyImages images = StudyImages.open(run.data(), settings.images())) {
      Arena arena = new Arena(settings, images);
      Results results = results(run, arena);
      results
          .spiking()
          .forEach((mixer, trials) -> trials.forEach(trial -> checkLearned(run, mixer, trial)));
      new MaxFormerReport(run, arena, results).write();
      return judge(results);
    }
  }

  private static Results results(StudyRun run, Arena arena) throws IOException {
    MaxFormerSettings settings = arena.settings();
    List<StudyRun.Planned> planned = new ArrayList<>();
    for (int i = 0; i < settings.seeds(); i++) {
      for (String mixer : settings.mixers()) {
        planned.add(new StudyRun.Planned(mixer, i, trial -> arena.train(trial, mixer, true)));
      }
    }
    for (String mixer : settings.twins()) {
      planned.add(
          new StudyRun.Planned("relu-" + mixer, 0, trial -> arena.train(trial, mixer, false)));
    }
    run.expect(planned.size() + 2 * settings.seeds());
    List<ObjectNode> trained = run.trials(planned);
    Map<String, List<ObjectNode>> spiking = new LinkedHashMap<>();
    for (String mixer : settings.mixers()) {
      spiking.put(mixer, new ArrayList<>());
    }
    int next = 0;
    for (int i = 0; i < settings.seeds(); i++) {
      for (String mixer : settings.mixers()) {
        spiking.get(mixer).add(trained.get(next++));
      }
    }
    Map<String, ObjectNode> twins = new LinkedHashMap<>();
    for (String mixer : settings.twins()) {
      twins.put(mixer, trained.get(next++));
    }
    List<ObjectNode> temporal = new ArrayList<>();
    List<ObjectNode> spatial = new ArrayList<>();
    for (int i = 0; i < settings.seeds(); i++) {
      temporal.add(
          run.trial(
              "neurons-in-time",
              i,
              trial -> NeuronChecks.temporal(trial.seed(), settings.neurons())));
      spatial.add(
          run.trial(
              "neurons-in-space",
              i,
              trial -> NeuronChecks.spatial(trial.seed(), naturalImages(arena))));
    }
    return new Results(spiking, twins, temporal, spatial);
  }

  /** Test images with values in [0, 1] instead of standardised ones. */
  private static Tensor naturalImages(Arena arena) throws IOException {
    Tensor x = arena.testImages(SPATIAL_IMAGES);
    float[] std = arena.plain().normalize().std();
    float[] mean = arena.plain().normalize().mean();
    return x.mul(Tensor.of(std, std.length, 1, 1)).add(Tensor.of(mean, mean.length, 1, 1));
  }

  private static void checkLearned(StudyRun run, String mixer, JsonNode trial) {
    JsonNode losses = trial.get("loss");
    double first = losses.get(0).asDouble();
    double last = losses.get(losses.size() - 1).asDouble();
    run.check(
        String.format(
            Locale.ROOT,
            "%s: the training loss falls, from %.3f in the first epoch to %.3f in the last.",
            mixer,
            first,
            last),
        last < first || losses.size() == 1);
  }

  /** The verdicts. */
  static List<Finding> judge(Results results) {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        ahead(
            results,
            "max",
            "avg",
            "In a spiking transformer, mixing tokens by max-pooling beats mixing by average-pooling by more than 0.5 points.",
            true));
    findings.add(
        ahead(
            results,
            "dwc3",
            "avg",
            "Depthwise convolution of spikes beats average-pooling by more than 0.5 points.",
            false));
    findings.add(temporal(results.temporal()));
    findings.add(spatial(results.spatial()));
    return findings;
  }

  private static Finding ahead(
      Results results, String first, String second, String claim, boolean main) {
    if (!results.spiking().containsKey(first) || !results.spiking().containsKey(second)) {
      return new Finding(
          claim,
          Verdict.DOES_NOT_SHOW,
          List.of(
              "Needs the mixers %s and %s; this run has %s."
                  .formatted(first, second, results.spiking().keySet())),
          main);
    }
    double[] a = results.accuracies(first);
    double[] b = results.accuracies(second);
    PairedDifference difference = PairedDifference.of(a, b);
    List<String> reasons = new ArrayList<>();
    reasons.add(
        String.format(
            Locale.ROOT,
            "%s %.2f %% against %s %.2f %%: %+.2f points, ahead with %d of %d seeds.",
            first,
            Summary.of(a).mean(),
            second,
            Summary.of(b).mean(),
            difference.mean(),
            difference.wins(),
            a.length));
    Verdict verdict =
        difference.mean() > MARGIN
            ? Verdict.HOLDS
            : difference.mean() < -MARGIN ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
    if (a.length < SEEDS_FOR_A_VERDICT) {
      verdict = Verdict.DOES_NOT_SHOW;
      reasons.add(
          "A verdict needs at least %d seeds, this run had %d."
              .formatted(SEEDS_FOR_A_VERDICT, a.length));
    }
    return new Finding(claim, verdict, reasons, main);
  }

  private static Finding temporal(List<ObjectNode> trials) {
    boolean holds = true;
    List<String> reasons = new ArrayList<>();
    for (double mean : NeuronChecks.MEANS) {
      double leaky = mean(trials, "lif-" + mean, "ratio");
      double integrating = mean(trials, "if-" + mean, "ratio");
      holds &= leaky < 1 && integrating < 1 && leaky > integrating;
      reasons.add(
          String.format(
              Locale.ROOT,
              "Input of mean %s: gain at the highest frequencies over that at the lowest %.2f with leak, %.2f without.",
              mean,
              leaky,
              integrating));
    }
    return new Finding(
        "Spiking neurons are low-pass filters in time, and those with leak keep relatively more of the high frequencies than those without.",
        holds ? Verdict.HOLDS : Verdict.FAILS,
        reasons,
        false);
  }

  private static Finding spatial(List<ObjectNode> trials) {
    double ratio = mean(trials, "max_pooled") / mean(trials, "avg_pooled");
    return new Finding(
        "Max-pooling of spikes keeps more than 1.5 times the share of high spatial frequencies that average-pooling keeps.",
        ratio > SPATIAL_MARGIN ? Verdict.HOLDS : Verdict.FAILS,
        List.of(
            String.format(
                Locale.ROOT,
                "Share of the energy at high frequencies %.3f against %.3f: %.2f times.",
                mean(trials, "max_pooled"),
                mean(trials, "avg_pooled"),
                ratio)),
        false);
  }

  /** The mean over the trials of a number at a place. */
  static double mean(List<ObjectNode> trials, String... path) {
    double sum = 0;
    for (JsonNode trial : trials) {
      JsonNode node = trial;
      for (String key : path) {
        node = node.get(key);
      }
      sum += node.asDouble();
    }
    return sum / trials.size();
  }
}
