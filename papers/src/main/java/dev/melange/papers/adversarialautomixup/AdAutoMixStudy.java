package dev.melange.papers.adversarialautomixup;

import dev.melange.metric.PairedDifference;
import dev.melange.papers.adversarialautomixup.AdAutoMixTrials.Kind;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.VariantResults;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Do mixtures of a generator that works against the classifier teach more than those of one that
 * helps, and than mixup? Student, heads and steps are the same for all; only the mixtures differ.
 */
final class AdAutoMixStudy implements Study {
  @Override
  public String question() {
    return "Does a generator of mixtures that works against the classifier make it more accurate than a helpful one, and than mixup?";
  }

  @Override
  public Record settings(Scale scale) {
    return AdAutoMixSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    AdAutoMixSettings settings = run.settings(AdAutoMixSettings.class);
    Map<String, AdAutoMixSettings.Task> tasks = new LinkedHashMap<>();
    tasks.put("digits", settings.digits());
    tasks.put("photos", settings.photos());
    tasks.values().removeIf(task -> task.epochs() == 0);
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("both tasks have 0 epochs; give one of them more");
    }
    try (Scope scope = Scope.open()) {
      Map<String, AdAutoMixTrials> trials = new LinkedHashMap<>();
      List<StudyRun.Planned> planned = new ArrayList<>();
      for (Map.Entry<String, AdAutoMixSettings.Task> task : tasks.entrySet()) {
        AdAutoMixTrials of =
            new AdAutoMixTrials(settings, AdAutoMixTask.load(run.data(), task.getValue()));
        trials.put(task.getKey(), of);
        for (int i = 0; i < settings.seeds(); i++) {
          for (Kind kind : Kind.values()) {
            boolean save = i == 0 && kind.generates();
            planned.add(
                new StudyRun.Planned(
                    variant(task.getKey(), kind), i, trial -> of.train(trial, kind, save)));
          }
        }
      }
      VariantResults results = VariantResults.of(run, planned);
      List<Finding> findings = new ArrayList<>();
      for (Map.Entry<String, AdAutoMixTrials> one : trials.entrySet()) {
        String head = head(results, one.getKey());
        new AdAutoMixReport(run, settings, one.getValue(), one.getKey(), head, results).write();
        findings.addAll(findings(results, one, head, findings.isEmpty()));
      }
      return findings;
    }
  }

  static String variant(String task, Kind kind) {
    return task + "-" + kind.key();
  }

  /** The head that is better on average over all methods with two: chosen once for all. */
  static String head(VariantResults results, String task) {
    double one = 0;
    double mix = 0;
    for (Kind kind : Kind.values()) {
      one += results.summary(variant(task, kind), AdAutoMixTrials.ONE).value();
      mix += results.summary(variant(task, kind), AdAutoMixTrials.MIX).value();
    }
    return mix >= one ? AdAutoMixTrials.MIX : AdAutoMixTrials.ONE;
  }

  private static List<Finding> findings(
      VariantResults results, Map.Entry<String, AdAutoMixTrials> task, String head, boolean main) {
    String data = task.getValue().task().settings().data();
    List<Finding> findings = new ArrayList<>();
    for (Kind kind : List.of(Kind.TRIPLES, Kind.PAIRS)) {
      List<PairedDifference> gains =
          Arrays.asList(
              difference(results, task.getKey(), kind, Kind.AUTOMIX, head),
              difference(results, task.getKey(), kind, Kind.MIXUP, head));
      List<Verdict> verdicts = gains.stream().map(VariantResults::above).toList();
      findings.add(
          new Finding(
              "On %s, %s is more accurate than AutoMix-style mixing and than mixup."
                  .formatted(data, kind.title()),
              all(verdicts),
              List.of(
                  VariantResults.describe("Accuracy, minus AutoMix-style", gains.get(0)),
                  VariantResults.describe("Accuracy, minus mixup", gains.get(1)),
                  "Holds if both means are above twice their standard errors, fails if one is below minus that."),
              main && kind == Kind.TRIPLES));
    }
    PairedDifference none = difference(results, task.getKey(), Kind.PAIRS, Kind.NONE, head);
    findings.add(
        new Finding(
            "On %s, AdAutoMix with 2 images is more accurate than training without mixing."
                .formatted(data),
            VariantResults.above(none),
            List.of(VariantResults.describe("Accuracy, minus no mixing", none)),
            false));
    return findings;
  }

  private static PairedDifference difference(
      VariantResults results, String task, Kind first, Kind second, String head) {
    return results.difference(variant(task, first), variant(task, second), head);
  }

  /** Holds if all hold, fails if one fails. */
  private static Verdict all(List<Verdict> verdicts) {
    if (verdicts.contains(Verdict.FAILS)) {
      return Verdict.FAILS;
    }
    return verdicts.contains(Verdict.DOES_NOT_SHOW) ? Verdict.DOES_NOT_SHOW : Verdict.HOLDS;
  }
}
