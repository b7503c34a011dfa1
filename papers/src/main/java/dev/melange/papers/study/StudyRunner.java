package dev.melange.papers.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.StudySubject;
import dev.melange.papers.study.Trial.MetricRow;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Runs studies and writes what they came to. */
public final class StudyRunner {
  private StudyRunner() {}

  /**
   * The settings of a study, with some keys changed.
   *
   * @param subject whose study
   * @param scale how large
   * @param overrides key to value as text; see {@link Configs#with(Record, Map, String)}
   * @return all keys
   * @throws IllegalArgumentException for unknown keys or wrong values
   */
  public static ObjectNode settings(
      StudySubject subject, Scale scale, Map<String, String> overrides) {
    return Configs.toJson(
        Configs.with(subject.study().settings(scale), overrides, "the study of " + subject.key()));
  }

  /**
   * Runs a study to its end, or goes on with one that was interrupted.
   *
   * <p>The engine is started with the config's plan; a process has one plan.
   *
   * @param subject whose study
   * @param folder the run's folder, with its config; stays open
   * @param listener is told how it goes
   * @param cancelled asked now and then whether to save and stop
   * @return findings and tables
   * @throws java.util.concurrent.CancellationException if it was stopped; run it again in the same
   *     folder to go on
   */
  public static StudyOutcome run(
      StudySubject subject, RunFolder folder, StudyListener listener, BooleanSupplier cancelled)
      throws IOException {
    if (!subject.key().equals(folder.config().study())) {
      throw new IllegalArgumentException(
          "%s holds a run of %s, not of %s"
              .formatted(folder.path(), folder.config().study(), subject.key()));
    }
    Engine.start(folder.config().plan());
    Report report = new Report(subject.title());
    StudyRun run = new StudyRun(folder, report, listener, cancelled);
    List<Finding> findings = List.copyOf(subject.study().run(run));
    long main = findings.stream().filter(Finding::main).count();
    if (main != 1) {
      throw new IllegalStateException(
          "a study has one main finding, that of %s returned %d".formatted(subject.key(), main));
    }
    StudyOutcome outcome =
        new StudyOutcome(
            folder.path(),
            findings,
            run.tables(),
            run.checks().stream()
                .filter(check -> !check.holds())
                .map(StudyRun.Check::sentence)
                .toList());
    writeMetrics(run);
    writeTiming(run);
    StudyReport.write(subject, run, outcome);
    // Last: a folder with a result is a finished run.
    JsonFiles.write(folder.path().resolve("result.json"), result(run, outcome));
    return outcome;
  }

  private static void writeMetrics(StudyRun run) throws IOException {
    List<MetricRow> rows = new ArrayList<>();
    for (TrialRecord trial : run.trials().values()) {
      rows.addAll(trial.rows());
    }
    AtomicFiles.write(run.folder().resolve("metrics.csv"), TrialRecord.csv(rows));
  }

  private static void writeTiming(StudyRun run) throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode trials = json.putObject("trials");
    double total = 0;
    for (Map.Entry<String, TrialRecord> trial : run.trials().entrySet()) {
      double seconds = trial.getValue().seconds();
      trials.put(trial.getKey(), seconds);
      total += seconds;
    }
    json.put("seconds", total);
    JsonFiles.write(run.folder().resolve("timing.json"), json);
  }

  private static ObjectNode result(StudyRun run, StudyOutcome outcome) throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("study", run.config().study());
    json.put("scale", run.scale().toString());
    json.put("seed", run.seed());
    json.put("verdict", outcome.main().verdict().text());
    ArrayNode findings = json.putArray("findings");
    for (Finding finding : outcome.findings()) {
      ObjectNode node = findings.addObject();
      node.put("claim", finding.claim());
      node.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
      node.put("main", finding.main());
      finding.reasons().forEach(node.putArray("reasons")::add);
    }
    ArrayNode checks = json.putArray("checks");
    run.checks()
        .forEach(
            check -> checks.addObject().put("check", check.sentence()).put("holds", check.holds()));
    ArrayNode comparisons = json.putArray("comparisons");
    run.comparisons()
        .forEach(
            pair ->
                comparisons
                    .addObject()
                    .put("quantity", pair.quantity())
                    .put("paper", pair.paper())
                    .put("here", pair.here()));
    ArrayNode tables = json.putArray("tables");
    for (Table table : outcome.tables()) {
      tables.add(JsonFiles.parse(table.toJson()));
    }
    ObjectNode trials = json.putObject("trials");
    for (Map.Entry<String, TrialRecord> trial : run.trials().entrySet()) {
      trials.set(trial.getKey(), trial.getValue().result());
    }
    return json;
  }
}
