package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.ImageInput;
import dev.melange.papers.ModelChoice;
import dev.melange.papers.ModelComparison;
import dev.melange.report.Report;
import dev.melange.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains several image models with the same budget. */
@Command(
    name = "image",
    description =
        "Train several image classifiers with the same images, epochs, batches and seeds, and show"
            + " accuracy, parameters, computation, memory and speed beside one another. Writes"
            + " report.html with the Pareto charts, result.json, table.csv, and each classifier"
            + " with its own report. Ctrl-C saves; --resume goes on.",
    footer = {
      "  melange compare image --data photos/ --models poolformer_s12,mixer_s16,resnet18_cifar",
      "  melange compare image --data cifar10 --size 32 --models '*_mini' --epochs 5",
      "  melange compare image --data photos.zip --models poolformer_s12,poolformer_s12:mixer=attention",
      "  melange compare image --resume"
    })
final class CompareImageCommand extends Subcommand {
  private static final String COMMAND = "compare-image";
  private static final String RESULT = "result.json";
  private static final String REPORT = "report.html";

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAME",
      description =
          "Image models, comma-separated; * stands for any text. Keys of one model's configuration"
              + " follow its name: NAME:KEY=VALUE.")
  private List<String> models = List.of();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Trainings of each model, with seeds counting up from --seed. Default: 3.")
  private Integer seeds;

  @Mixin private ImageTrainingOptions options;
  @Mixin private RunFolderOptions folders;
  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    compute.start();
    if (folders.resuming()) {
      Path folder = folders.resumed(COMMAND, RESULT);
      JsonNode config = RunFolderOptions.config(folder);
      ImageComparisonSettings had =
          Configs.read(ImageComparisonSettings.class, config, folder.toString());
      RunFolderOptions.requireSame(folder, Configs.toJson(had), Configs.toJson(asked(had)));
      console.note("going on with the comparison in " + folder);
      return compare(had, folder, console, cancellation);
    }
    options.requireData();
    if (models.isEmpty()) {
      throw new IllegalArgumentException(
          "--models is missing: at least two of those that 'melange models' lists");
    }
    List<String> names = named(models);
    ImageTraining training =
        options.settings(
            ModelChoice.parse(names.get(0)).model(),
            options.size() == null ? 64 : options.size(),
            options.channels(),
            null);
    return compare(
        new ImageComparisonSettings(names, seeds == null ? 3 : seeds, training),
        null,
        console,
        cancellation);
  }

  private ImageComparisonSettings asked(ImageComparisonSettings had) {
    return new ImageComparisonSettings(
        models.isEmpty() ? had.models() : named(models),
        seeds == null ? had.seeds() : seeds,
        options.over(had.training()));
  }

  private int compare(
      ImageComparisonSettings begun, Path resumedFolder, Console console, Cancellation cancellation)
      throws IOException {
    ImageComparisonSettings settings = begun;
    ImageInput input = ImageTrainingRun.input(settings.training());
    try (TrainingPhotos photos = TrainingPhotos.open(settings.training(), input, console)) {
      Path folder = resumedFolder;
      if (folder == null) {
        settings =
            new ImageComparisonSettings(
                settings.models(),
                settings.seeds(),
                options.forImages(settings.training(), photos.train().size()));
        for (ImageComparison.Contender contender : contenders(settings)) {
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
                .run(contenders(settings), settings.seeds(), cancellation);
      } catch (CancellationException e) {
        console.warn("interrupted; go on with: melange compare image --resume " + folder);
        throw e;
      }
      finish(settings, photos, folder, outcomes, console);
      return ExitCode.OK;
    }
  }

  /** Names with patterns replaced by what they match, each once. */
  private static List<String> named(List<String> given) {
    return ModelChoice.parseAll(given).stream().map(ModelChoice::text).toList();
  }

  private static List<ImageComparison.Contender> contenders(ImageComparisonSettings settings) {
    List<ImageComparison.Contender> all = new ArrayList<>();
    for (ModelChoice choice : ModelChoice.parseAll(settings.models())) {
      Map<String, String> keys = new LinkedHashMap<>(settings.training().set());
      keys.putAll(choice.keys());
      all.add(
          new ImageComparison.Contender(
              choice.text(), settings.training().withModel(choice.model(), keys)));
    }
    return all;
  }

  private static void finish(
      ImageComparisonSettings settings,
      TrainingPhotos photos,
      Path folder,
      List<ImageComparison.Outcome> outcomes,
      Console console)
      throws IOException {
    ModelComparison comparison =
        new ModelComparison(
            outcomes.stream()
                .map(
                    outcome ->
                        new ModelComparison.Entry(
                            outcome.label(),
                            outcome.accuracies(),
                            ImageSpeed.cost(outcome.results().get(0)),
                            outcome.mean(ImageSpeed::trained),
                            outcome.mean(ImageSpeed::inferred)))
                .toList(),
            settings.training().batch());
    Table table = comparison.table("", true);
    table.save(folder.resolve("table.csv"));
    String budget = ImageComparison.budget(settings.training(), photos, settings.seeds());
    new Report("Image models on " + settings.training().data())
        .subtitle(budget)
        .section("Accuracy and cost")
        .table(table)
        .paragraph(
            "Accuracy is that of the best epoch on the validation images, as mean and standard deviation over the seeds. Memory is an estimate for a training step: weights, gradients, both moments of the optimiser, and all that the forward pass of a batch computes. Speeds are those of this machine.")
        .charts(comparison.charts())
        .section("Learning")
        .charts(ImageComparison.curves(outcomes))
        .section("Settings")
        .facts(facts(settings))
        .write(folder.resolve(REPORT));
    ObjectNode json = Json.object();
    json.put("folder", folder.toString());
    json.put("report", folder.resolve(REPORT).toString());
    json.set("table", new ObjectMapper().readTree(table.toJson()));
    json.set("models", ImageComparison.toJson(outcomes));
    AtomicFiles.write(folder.resolve(RESULT), json.toPrettyString() + "\n");
    console.result(
        () -> json,
        () -> {
          console.line(budget);
          console.table(table);
          console.line("report: " + folder.resolve(REPORT));
        });
  }

  private static Map<String, Object> facts(ImageComparisonSettings settings) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("models", String.join(", ", settings.models()));
    facts.put("seeds", settings.seeds());
    ImageTrainingReport.facts(Configs.toJson(settings.training()))
        .forEach(
            (key, value) -> {
              if (!key.equals("model")) {
                facts.put(key, value);
              }
            });
    return facts;
  }
}
