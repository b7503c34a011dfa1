package dev.melange.papers.study;

import dev.melange.papers.Card;
import dev.melange.papers.Claim;
import dev.melange.papers.Link;
import dev.melange.papers.Paper;
import dev.melange.papers.StudySubject;
import dev.melange.report.Report;
import dev.melange.report.Table;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What every study's report has around the study's own part. */
final class StudyReport {
  private StudyReport() {}

  static void write(StudySubject subject, StudyRun run, StudyOutcome outcome) throws IOException {
    Report report = run.report();
    report.subtitle(subject.study().question());
    verdict(report, run, outcome);
    if (!run.comparisons().isEmpty()) {
      report.section("The paper's figures beside ours").table(comparisons(run));
    }
    if (subject instanceof Paper paper) {
      claims(report, paper.card());
    }
    findings(report, run, outcome);
    provenance(report, run);
    report.write(outcome.report());
  }

  private static void verdict(Report report, StudyRun run, StudyOutcome outcome) {
    if (!outcome.failedChecks().isEmpty()) {
      report.verdict(
          Report.Tone.NEGATIVE, "did not work", String.join(" ", outcome.failedChecks()));
    } else if (run.scale() == Scale.SMOKE) {
      report.verdict(
          Report.Tone.NEUTRAL,
          "smoke run",
          "Everything ran. At this scale the numbers say nothing about the claim.");
    }
    if (run.scale() == Scale.SMOKE) {
      return;
    }
    for (Finding finding : outcome.findings()) {
      report.verdict(
          tone(finding.verdict()),
          finding.verdict().text(),
          finding.claim() + (finding.main() ? " " + String.join(" ", finding.reasons()) : ""));
    }
  }

  private static Report.Tone tone(Verdict verdict) {
    return switch (verdict) {
      case HOLDS -> Report.Tone.POSITIVE;
      case DOES_NOT_SHOW -> Report.Tone.NEUTRAL;
      case FAILS -> Report.Tone.NEGATIVE;
    };
  }

  private static Table comparisons(StudyRun run) {
    Table.Builder table =
        Table.titled("Scale " + run.scale()).text("quantity").text("paper").text("here");
    run.comparisons().forEach(c -> table.row(c.quantity(), c.paper(), c.here()));
    return table.build();
  }

  private static void claims(Report report, Card card) {
    Table.Builder table =
        Table.titled("").text("claim, in our words").text("paper's figure").text("where");
    for (Claim claim : card.claims()) {
      table.row(claim.text(), claim.figure(), claim.source());
    }
    report.section("What the paper claims").paragraph(card.summary()).table(table.build());
    for (Link link : card.links()) {
      report.link(link.label(), link.uri());
    }
  }

  private static void findings(Report report, StudyRun run, StudyOutcome outcome) {
    report.section("How the verdict came about");
    if (run.scale() == Scale.SMOKE) {
      report.paragraph("A smoke run only shows that everything runs and learns.");
    }
    for (Finding finding : outcome.findings()) {
      Table.Builder table =
          Table.titled(finding.verdict().text() + ": " + finding.claim()).text("criterion");
      finding.reasons().forEach(table::row);
      report.table(table.build());
    }
    if (!run.checks().isEmpty()) {
      Table.Builder table = Table.titled("Checks of the run itself").text("check").text("");
      run.checks().forEach(c -> table.row(c.sentence(), c.holds() ? "yes" : "no"));
      report.table(table.build());
    }
  }

  private static void provenance(Report report, StudyRun run) throws IOException {
    RunConfig config = run.config();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("study", config.study() + ", scale " + config.scale());
    facts.put("seed", config.seed());
    config.settings().properties().forEach(e -> facts.put(e.getKey(), e.getValue()));
    report.section("Settings").facts(facts);

    Table.Builder data =
        Table.titled("Data").text("file").text("SHA-256 of its contents").text("place");
    config.data().forEach((name, file) -> data.row(name, file.sha256(), file.place()));
    report.section("Provenance").table(data.build());
    if (!config.parents().isEmpty()) {
      Table.Builder parents = Table.titled("Weights it started from").text("name").text("SHA-256");
      config.parents().forEach(parents::row);
      report.table(parents.build());
    }
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("Melange", config.library());
    machine.put("Java", Runtime.version());
    machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    machine.put("device", config.plan().device());
    machine.put("workers", config.plan().workers());
    machine.put("intra-op threads", config.plan().intraOp());
    machine.put("precision", config.plan().precision().name().toLowerCase(Locale.ROOT));
    report.facts(machine);
    Table durations = durations(run);
    report.details("How long it took", inner -> inner.table(durations));
    report.details("Repeat it", inner -> inner.code(String.join("\n", repeat(run))));
  }

  private static Table durations(StudyRun run) throws IOException {
    Table.Builder table = Table.titled("").text("trial").number("seconds", "%.1f");
    for (Map.Entry<String, TrialRecord> trial : run.trials().entrySet()) {
      table.row(trial.getKey(), trial.getValue().seconds());
    }
    return table.build();
  }

  private static List<String> repeat(StudyRun run) {
    return List.of(
        "melange run " + run.config().study() + " --like " + run.folder(),
        "",
        run.config().toJson().toPrettyString());
  }
}
