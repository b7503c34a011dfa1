package dev.melange.papers.study;

import dev.melange.report.Table;
import java.nio.file.Path;
import java.util.List;

/**
 * How a run of a study ended.
 *
 * @param folder the run's folder
 * @param findings the judged claims
 * @param tables the tables of results
 * @param failedChecks what every run must show and this one did not; empty if all is well
 */
public record StudyOutcome(
    Path folder, List<Finding> findings, List<Table> tables, List<String> failedChecks) {
  /** Copies the lists. */
  public StudyOutcome {
    findings = List.copyOf(findings);
    tables = List.copyOf(tables);
    failedChecks = List.copyOf(failedChecks);
  }

  /** The study's own finding. */
  public Finding main() {
    return findings.stream().filter(Finding::main).findFirst().orElseThrow();
  }

  /** Findings, tables and the trials' results as JSON; the same bytes from the same config. */
  public Path result() {
    return folder.resolve("result.json");
  }

  /** The report. */
  public Path report() {
    return folder.resolve("report.html");
  }
}
