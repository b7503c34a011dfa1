package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.Provenance;
import dev.melange.papers.Catalogue;
import dev.melange.papers.StudySubject;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.RunConfig;
import dev.melange.papers.study.RunFolder;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyOutcome;
import dev.melange.papers.study.StudyRunner;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a paper's study. */
@Command(
    name = "run",
    description =
        "Run a paper's claim as an experiment: the method and its baselines on real data, a verdict"
            + " from the numbers, a report. Ctrl-C saves; --resume goes on.",
    footer = {
      "  melange run metaformer",
      "  melange run metaformer --scale smoke --set epochs=2",
      "  melange run timemixer --data ETTh1=etth1.csv --seed 5",
      "  melange run metaformer --resume               the newest run that has not ended",
      "  melange run --like runs/metaformer/20260102-030405"
    })
final class RunCommand extends Subcommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "KEY",
      description =
          "The paper's key, as 'melange papers' lists it; or mixers, which compares the image"
              + " models of all papers.")
  private String key;

  @Option(
      names = "--scale",
      paramLabel = "smoke|quick|full",
      description =
          "smoke: seconds, only shows that all runs; quick: minutes (default); full: the paper's"
              + " own setting, for a GPU.")
  private String scale;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change a setting of the study; repeatable.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "NAME=PATH",
      description = "Take a data set, or one of its files, from PATH; repeatable.")
  private List<String> data = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the first repetition (default 0).")
  private Long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "Where runs are kept (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "DIR",
      description =
          "Go on with the run in DIR, or with the newest of this paper that has not ended.")
  private String resume;

  @Option(
      names = "--like",
      paramLabel = "PATH",
      description = "Repeat the run of this folder, or the one that wrote these weights.")
  private Path like;

  @Option(
      names = "--events",
      paramLabel = "FILE",
      description = "Append to FILE how the run goes, one JSON object a line.")
  private Path events;

  @Mixin private ComputeOptions compute;

  private final Function<String, StudySubject> studies;

  RunCommand() {
    this(Catalogue::study);
  }

  /** With studies that are not in the catalogue. */
  RunCommand(Function<String, StudySubject> studies) {
    this.studies = studies;
  }

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    try (RunFolder folder = folder(console)) {
      RunConfig config = folder.config();
      StudySubject subject = studies.apply(config.study());
      console.note(subject.study().question());
      console.note(
          "scale %s, seed %d, %s, %d worker%s; run folder %s"
              .formatted(
                  config.scale(),
                  config.seed(),
                  config.plan().device(),
                  config.plan().workers(),
                  config.plan().workers() == 1 ? "" : "s",
                  folder.path()));
      if (config.scale() == Scale.FULL && !config.plan().device().isCuda()) {
        console.warn(
            "full scale is the paper's own setting, meant for a GPU; on this processor it can take"
                + " days (the remaining time is shown; Ctrl-C saves; --scale quick takes minutes)");
      }
      StudyOutcome outcome = run(console, cancellation, subject, folder);
      print(console, config, outcome);
      boolean failed =
          !outcome.failedChecks().isEmpty()
              || (config.scale() != Scale.SMOKE && outcome.main().verdict() == Verdict.FAILS);
      return failed ? ExitCode.FAILED : ExitCode.OK;
    }
  }

  private RunFolder folder(Console console) throws IOException {
    RunRequest request = new RunRequest(studies, key, scale, settings, data, seed, compute);
    if (resume != null) {
      if (like != null) {
        throw new IllegalArgumentException(
            "--resume goes on with a run and --like begins one; give one of them");
      }
      return resumed(console, request);
    }
    if (like != null) {
      return begun(request.configLike(like));
    }
    requireKey();
    return begun(request.config());
  }

  /** A new run; what cannot be had is refused before there is a folder of it. */
  private RunFolder begun(RunConfig config) throws IOException {
    config.dataSets();
    Engine.start(config.plan());
    return RunFolder.create(out, config);
  }

  private RunFolder resumed(Console console, RunRequest request) throws IOException {
    Path path;
    if (resume.isEmpty()) {
      requireKey();
      String study = studies.apply(key).key();
      path =
          RunFolder.newestUnfinished(out, study)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "there is no unfinished run of %s in %s; begin one with: melange run %s"
                              .formatted(key, out, key)));
    } else {
      path = Path.of(resume);
    }
    RunConfig config = RunFolder.readConfig(path);
    request.requireAgrees(config, path);
    if (!config.library().equals(Provenance.libraryVersion())) {
      console.warn(
          "the run was begun with Melange %s, this is %s; its numbers may differ from those of"
                  .formatted(config.library(), Provenance.libraryVersion())
              + " either");
    }
    return RunFolder.open(path);
  }

  private void requireKey() {
    if (key == null) {
      throw new IllegalArgumentException(
          "which study? those that can be run: "
              + String.join(", ", Catalogue.studies().stream().map(StudySubject::key).toList()));
    }
  }

  private StudyOutcome run(
      Console console, Cancellation cancellation, StudySubject subject, RunFolder folder)
      throws IOException {
    try (Cancellation.Section section = cancellation.section();
        StudyProgress progress = new StudyProgress(console, System::nanoTime)) {
      try {
        if (events == null) {
          return StudyRunner.run(subject, folder, progress, cancellation);
        }
        try (StudyEvents told = StudyEvents.open(events, progress, System::nanoTime)) {
          return StudyRunner.run(subject, folder, told, cancellation);
        }
      } catch (CancellationException e) {
        console.warn("interrupted; go on with: " + resumeCommand(subject.key(), folder.path()));
        throw e;
      }
    }
  }

  /** Can be pasted into a shell. */
  private static String resumeCommand(String key, Path folder) {
    String path = folder.toString();
    boolean plain = path.matches("[A-Za-z0-9_./:\\\\-]+");
    return "melange run "
        + key
        + " --resume "
        + (plain ? path : "'" + path.replace("'", "'\\''") + "'");
  }

  private static void print(Console console, RunConfig config, StudyOutcome outcome)
      throws IOException {
    JsonNode result = new ObjectMapper().readTree(outcome.result().toFile());
    console.result(
        () -> {
          ObjectNode json = Json.object();
          json.put("folder", outcome.folder().toString());
          json.put("report", outcome.report().toString());
          json.set("result", result);
          return json;
        },
        () -> printText(console, config, outcome));
  }

  private static void printText(Console console, RunConfig config, StudyOutcome outcome) {
    outcome.tables().forEach(console::table);
    outcome.failedChecks().forEach(check -> console.line(console.red("did not work: ") + check));
    if (config.scale() == Scale.SMOKE) {
      if (outcome.failedChecks().isEmpty()) {
        console.line(
            "Everything ran. At scale smoke the numbers say nothing about the claim; try --scale"
                + " quick.");
      }
    } else {
      for (Finding finding : outcome.findings()) {
        String words = finding.verdict().text() + ": ";
        console.line("");
        console.paragraph(finding.main() ? "" : "  ", words + finding.claim());
        finding.reasons().forEach(reason -> console.paragraph("  - ", reason));
      }
      console.line("");
      console.line(console.bold("Verdict: ") + colored(console, outcome.main().verdict()));
    }
    console.line("Report: " + outcome.report());
  }

  private static String colored(Console console, Verdict verdict) {
    return switch (verdict) {
      case HOLDS -> console.green(verdict.text());
      case DOES_NOT_SHOW -> verdict.text();
      case FAILS -> console.red(verdict.text());
    };
  }
}
