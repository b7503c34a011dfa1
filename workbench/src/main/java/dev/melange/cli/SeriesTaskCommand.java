package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.AtomicFiles;
import dev.melange.report.Report;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** A task of {@code melange series}: fits a TimeMixer, applies it, and leaves a report. */
abstract class SeriesTaskCommand extends Subcommand {
  private static final String RESULT = "result.json";
  private static final Set<String> WITH_RESUME =
      Set.of("--resume", "--out", "--json", "--quiet", "--debug");

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description =
          "Passes over the training rows, at most (default 10; anomalies 1, classify 20, m4 50).")
  private Integer epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Windows or sequences per step (default 32; m4: 128).")
  private Integer batch;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of all draws (default 0).")
  private Long seed;

  @Mixin private RunFolderOptions folders;
  @Mixin private ComputeOptions compute;

  /** What a task came to. */
  record Outcome(Report report, ObjectNode json, Runnable text) {}

  /** Passes over the training rows unless others are asked for. */
  abstract int usualEpochs();

  /** Windows or sequences per step unless others are asked for. */
  int usualBatch() {
    return 32;
  }

  /** The series as they were asked for; null if the task reads other files. */
  abstract SeriesInput input() throws IOException;

  /** Rows of a window as asked for; null for what fits. */
  abstract Integer length();

  /** The task's own settings. */
  abstract Map<String, String> settings() throws IOException;

  /** Does the task; its files go to the folder of the fit. */
  abstract Outcome perform(Console console, SeriesTaskRequest request, FitRun fitting)
      throws IOException;

  @Override
  protected final int run(Console console, Cancellation cancellation) throws IOException {
    String command = "series " + spec().name();
    Path folder = folders.resuming() ? resumed(command) : null;
    SeriesTaskRequest request = folder == null ? request() : SeriesTaskRequest.in(folder);
    Engine.start(ComputeOptions.plan(Engine.Plan.defaults(), request.device(), request.threads()));
    try (Cancellation.Section section = cancellation.section()) {
      FitRun fitting =
          new FitRun(console, cancellation, folders, command, "timemixer", folder, request::write);
      try {
        Outcome outcome = perform(console, request, fitting);
        Path out = fitting.folder();
        outcome
            .report()
            .section("Provenance")
            .facts(facts(request))
            .write(out.resolve("report.html"));
        outcome.json().put("folder", out.toString());
        // Last: a folder with a result has ended.
        AtomicFiles.write(out.resolve(RESULT), outcome.json().toPrettyString() + "\n");
        console.result(
            outcome::json,
            () -> {
              outcome.text().run();
              console.line("Report: " + out.resolve("report.html"));
            });
      } catch (CancellationException e) {
        fitting.tellInterrupted();
        throw e;
      }
    }
    return ExitCode.OK;
  }

  private static Map<String, Object> facts(SeriesTaskRequest request) {
    Map<String, Object> facts = new LinkedHashMap<>();
    if (request.input() != null) {
      facts.putAll(request.input().facts());
    }
    facts.putAll(request.more());
    facts.put("epochs, at most", request.epochs());
    facts.put("seed", request.seed());
    return facts;
  }

  private Path resumed(String command) throws IOException {
    for (OptionSpec given : spec().commandLine().getParseResult().matchedOptions()) {
      if (!WITH_RESUME.contains(given.longestName())) {
        throw new IllegalArgumentException(
            "--resume goes on with the settings it began with; leave out " + given.longestName());
      }
    }
    Path folder = folders.resumed(command.replace(' ', '-'), RESULT);
    if (Files.exists(folder.resolve(RESULT))) {
      throw new IllegalArgumentException(
          "the work in %s has ended; its results are there".formatted(folder));
    }
    return folder;
  }

  private SeriesTaskRequest request() throws IOException {
    Engine.Plan plan = Engine.Plan.defaults();
    return new SeriesTaskRequest(
        input(),
        length(),
        epochs == null ? usualEpochs() : epochs,
        batch == null ? usualBatch() : batch,
        seed == null ? 0 : seed,
        compute.threads() == null ? plan.workers() : compute.threads(),
        compute.device() == null ? plan.device().toString() : compute.device(),
        settings());
  }

  /**
   * The series without missing values.
   *
   * @param fill none, linear or ffill
   * @throws DataException if values are missing that are not to be filled
   */
  static TimeSeries filled(TimeSeries series, String fill) {
    if (series.missing() == 0 || !fill.equals("none")) {
      return series.filled(
          fill.equals("linear") ? TimeSeries.Fill.LINEAR : TimeSeries.Fill.FORWARD);
    }
    throw new DataException(
        "%s has %,d missing values %s; fill them with --fill linear or --fill ffill, or learn to fill them: melange series impute"
            .formatted(series.name(), series.missing(), series.missingByColumn()));
  }

  /** A choice among words. */
  static String choice(String option, String given, List<String> known) {
    if (given != null && !known.contains(given)) {
      throw new IllegalArgumentException(
          "unknown %s '%s'; expected %s"
              .formatted(option.substring(2), given, String.join(" or ", known)));
    }
    return given == null ? known.get(0) : given;
  }
}
