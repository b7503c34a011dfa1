package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.ImageInput;
import dev.melange.papers.Mixing;
import dev.melange.papers.Vision;
import dev.melange.report.Report;
import dev.melange.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains one image model with several ways of mixing its images. */
@Command(
    name = "mix",
    description =
        "Train one image classifier with several ways of mixing its training images, with the same"
            + " images, epochs, batches and seeds, and show accuracy, calibration, robustness to"
            + " simple corruptions (noise, blur, contrast, brightness, occlusion) and time per"
            + " epoch beside one another. Writes report.html, result.json, table.csv, and each"
            + " classifier with its own report. Ctrl-C saves; --resume goes on.",
    footer = {
      "  melange compare mix --data photos/ --policies none,mixup,cutmix,decoupled-cutmix",
      "  melange compare mix --data cifar10 --size 32 --model resnet18_cifar --policies none,puzzlemix,adautomix",
      "  melange compare mix --data photos/ --policies mixup,mixup:until=0.6,mixup+cutmix --seeds 5",
      "  melange compare mix --resume"
    })
final class CompareMixCommand extends Subcommand {
  private static final String COMMAND = "compare-mix";
  private static final String RESULT = "result.json";
  private static final String REPORT = "report.html";

  @Option(
      names = "--policies",
      paramLabel = "A,B,...",
      description =
          "Ways of mixing in the notation of --mix, comma-separated; keys follow their policy:"
              + " none,mixup:alpha=0.8,until=0.6,cutmix.")
  private String policies;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "An image model that 'melange models' lists. Default: poolformer_s12.")
  private String model;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Trainings of each policy, with seeds counting up from --seed. Default: 3.")
  private Integer seeds;

  @Mixin private ImageTrainingOptions options;
  @Mixin private RunFolderOptions folders;
  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    compute.start();
    options.refuseMix("compare mix");
    if (folders.resuming()) {
      Path folder = folders.resumed(COMMAND, RESULT);
      JsonNode config = RunFolderOptions.config(folder);
      MixComparisonSettings had =
          Configs.read(MixComparisonSettings.class, config, folder.toString());
      RunFolderOptions.requireSame(folder, Configs.toJson(had), Configs.toJson(asked(had)));
      console.note("going on with the comparison in " + folder);
      return compare(had, folder, console, cancellation);
    }
    options.requireData();
    if (policies == null) {
      throw new IllegalArgumentException(
          "--policies is missing: at least two of none, %s, each with keys if need be"
              .formatted(
                  Mixing.names().stream()
                      .filter(name -> !name.equals("vanilla"))
                      .collect(Collectors.joining(", "))));
    }
    List<String> given = Mixing.split(policies);
    String name = model == null ? "poolformer_s12" : model;
    Vision.model(name);
    ImageTraining training =
        options
            .settings(name, options.size() == null ? 64 : options.size(), options.channels(), null)
            .withMix(given.get(0));
    return compare(
        new MixComparisonSettings(given, seeds == null ? 3 : seeds, training),
        null,
        console,
        cancellation);
  }

  private MixComparisonSettings asked(MixComparisonSettings had) {
    ImageTraining training = options.over(had.training());
    return new MixComparisonSettings(
        policies == null ? had.policies() : Mixing.split(policies),
        seeds == null ? had.seeds() : seeds,
        model == null ? training : training.withModel(model, training.set()));
  }

  private int compare(
      MixComparisonSettings begun, Path resumedFolder, Console console, Cancellation cancellation)
      throws IOException {
    MixComparisonSettings settings = begun;
    ImageInput input = ImageTrainingRun.input(settings.training());
    try (TrainingPhotos photos = TrainingPhotos.open(settings.training(), input, console)) {
      Path folder = resumedFolder;
      if (folder == null) {
        settings =
            new MixComparisonSettings(
                settings.policies(),
                settings.seeds(),
                options.forImages(settings.training(), photos.train().size()));
        for (ImageComparison.Contender contender : settings.contenders()) {
          // what cannot be made is refused before there is a folder
          ImageTrainingRun.check(contender.settings(), input, photos.classes().size());
        }
        folder = folders.begin(COMMAND);
        AtomicFiles.write(
            folder.resolve(RunFolderOptions.CONFIG),
            Configs.toJson(settings).toPrettyString() + "\n");
      }
      List<ImageComparison.Outcome> outcomes;
      try {
        outcomes =
            new ImageComparison(input, photos, folder, console)
                .withRobustness()
                .run(settings.contenders(), settings.seeds(), cancellation);
      } catch (CancellationException e) {
        console.warn("interrupted; go on with: melange compare mix --resume " + folder);
        throw e;
      }
      finish(settings, photos, folder, outcomes, console);
      return ExitCode.OK;
    }
  }

  private static void finish(
      MixComparisonSettings settings,
      TrainingPhotos photos,
      Path folder,
      List<ImageComparison.Outcome> outcomes,
      Console console)
      throws IOException {
    MixComparison comparison = new MixComparison(outcomes, settings.training().batch());
    Table table = comparison.table("");
    table.save(folder.resolve("table.csv"));
    String budget =
        settings.training().model()
            + ", "
            + ImageComparison.budget(settings.training(), photos, settings.seeds());
    new Report("Ways of mixing images of " + settings.training().data())
        .subtitle(budget)
        .section("Accuracy, calibration, robustness, time")
        .table(table)
        .paragraph(
            "Figures are those of the best epoch on the validation images, as mean and standard deviation over the seeds. Calibration error: expected, 15 bins. Corrupted: the mean over noise of standard deviation 0.1, means of 3 x 3 pixels, half the contrast, values raised by 0.2, and a black square of a quarter of the area. Durations are those of this machine.")
        .charts(comparison.chart())
        .section("Learning")
        .charts(ImageComparison.curves(outcomes))
        .section("Settings")
        .facts(ImageTrainingReport.facts(Configs.toJson(settings.training())))
        .write(folder.resolve(REPORT));
    ObjectNode json = Json.object();
    json.put("folder", folder.toString());
    json.put("report", folder.resolve(REPORT).toString());
    json.set("table", new ObjectMapper().readTree(table.toJson()));
    json.set("policies", ImageComparison.toJson(outcomes));
    AtomicFiles.write(folder.resolve(RESULT), json.toPrettyString() + "\n");
    console.result(
        () -> json,
        () -> {
          console.line(budget);
          console.table(table);
          console.line("report: " + folder.resolve(REPORT));
        });
  }
}
