package dev.melange.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.ImageInput;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A subcommand of {@code compare} that trains image classifiers, which differ in one thing, with
 * the same images and budget: in a folder, resumable, with a table and a report in the end.
 *
 * @param <S> its settings
 */
abstract class ImageComparisonCommand<S extends Record & ComparisonSettings> extends Subcommand {
  private static final String RESULT = "result.json";
  private static final String REPORT = "report.html";
  private static final int SEEDS = 3;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description =
          "Trainings of each, with seeds counting up from --seed. Default: " + SEEDS + ".")
  private Integer seeds;

  @Mixin private ImageTrainingOptions options;
  @Mixin private RunFolderOptions folders;
  @Mixin private ComputeOptions compute;

  private final String kind;
  private final Class<S> type;

  /**
   * For a command {@code compare KIND}.
   *
   * @param type of its settings
   */
  ImageComparisonCommand(String kind, Class<S> type) {
    this.kind = kind;
    this.type = type;
  }

  /**
   * What came of a comparison.
   *
   * @param title of the report
   * @param budget what all had, in a line
   * @param section title of the figures' section
   * @param table the figures
   * @param explanation of the figures
   * @param charts of the figures
   * @param facts the settings
   * @param contenders key of the list of contenders in the result
   */
  record Shown(
      String title,
      String budget,
      String section,
      Table table,
      String explanation,
      List<Chart> charts,
      Map<String, Object> facts,
      String contenders) {}

  /** The settings of a new comparison; its training is as if of one image. */
  abstract S settings(ImageTrainingOptions given, int repetitions);

  /** Earlier settings with what was given now. */
  abstract S over(S had, ImageTrainingOptions given, int repetitions);

  /** The same settings with another training. */
  abstract S with(S settings, ImageTraining training);

  /** The comparison with what else this command measures. */
  abstract ImageComparison measuring(ImageComparison comparison);

  /** What is shown of the outcomes. */
  abstract Shown shown(S settings, TrainingPhotos photos, List<ImageComparison.Outcome> outcomes);

  @Override
  protected final int run(Console console, Cancellation cancellation) throws IOException {
    compute.start();
    if (folders.resuming()) {
      Path folder = folders.resumed(command(), RESULT);
      S had = Configs.read(type, RunFolderOptions.config(folder), folder.toString());
      S asked = over(had, options, seeds == null ? had.seeds() : seeds);
      RunFolderOptions.requireSame(folder, Configs.toJson(had), Configs.toJson(asked));
      console.note("going on with the comparison in " + folder);
      return compare(had, folder, console, cancellation);
    }
    options.requireData();
    return compare(settings(options, seeds == null ? SEEDS : seeds), null, console, cancellation);
  }

  private String command() {
    return "compare-" + kind;
  }

  private int compare(S begun, Path resumedFolder, Console console, Cancellation cancellation)
      throws IOException {
    S settings = begun;
    ImageInput input = ImageTrainingRun.input(settings.training());
    try (TrainingPhotos photos = TrainingPhotos.open(settings.training(), input, console)) {
      Path folder = resumedFolder;
      if (folder == null) {
        settings = with(settings, options.forImages(settings.training(), photos.train().size()));
        for (ImageComparison.Contender contender : settings.contenders()) {
          // what cannot be made is refused before there is a folder
          ImageTrainingRun.check(contender.settings(), input, photos.classes().size());
        }
        folder = folders.begin(command());
        RunFolderOptions.write(folder, Configs.toJson(settings));
      }
      List<ImageComparison.Outcome> outcomes;
      try {
        outcomes =
            measuring(new ImageComparison(input, photos, folder, console))
                .run(settings.contenders(), settings.seeds(), cancellation);
      } catch (CancellationException e) {
        console.warn(
            "interrupted; go on with: melange compare %s --resume %s".formatted(kind, folder));
        throw e;
      }
      finish(shown(settings, photos, outcomes), folder, outcomes, console);
      return ExitCode.OK;
    }
  }

  private static void finish(
      Shown shown, Path folder, List<ImageComparison.Outcome> outcomes, Console console)
      throws IOException {
    Path report = folder.resolve(REPORT);
    shown.table.save(folder.resolve("table.csv"));
    new Report(shown.title)
        .subtitle(shown.budget)
        .section(shown.section)
        .table(shown.table)
        .paragraph(shown.explanation)
        .charts(shown.charts)
        .section("Learning")
        .charts(ImageComparison.curves(outcomes))
        .section("Settings")
        .facts(shown.facts)
        .write(report);
    ObjectNode json = Json.object();
    json.put("folder", folder.toString());
    json.put("report", report.toString());
    json.set("table", new ObjectMapper().readTree(shown.table.toJson()));
    json.set(shown.contenders, ImageComparison.toJson(outcomes));
    AtomicFiles.write(folder.resolve(RESULT), json.toPrettyString() + "\n");
    console.result(
        () -> json,
        () -> {
          console.line(shown.budget);
          console.table(shown.table);
          console.line("report: " + report);
        });
  }
}
