package dev.melange.cli;

import dev.melange.component.Configs;
import dev.melange.papers.ModelChoice;
import dev.melange.papers.ModelComparison;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
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
final class CompareImageCommand extends ImageComparisonCommand<ImageComparisonSettings> {
  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAME",
      description =
          "Image models, comma-separated; * stands for any text. Keys of one model's configuration"
              + " follow its name: NAME:KEY=VALUE.")
  private List<String> models = List.of();

  CompareImageCommand() {
    super("image", ImageComparisonSettings.class);
  }

  @Override
  ImageComparisonSettings settings(ImageTrainingOptions given, int repetitions) {
    if (models.isEmpty()) {
      throw new IllegalArgumentException(
          "--models is missing: at least two of those that 'melange models' lists");
    }
    List<String> names = named(models);
    ImageTraining training =
        given.settings(
            ModelChoice.parse(names.get(0)).model(),
            given.size() == null ? 64 : given.size(),
            given.channels(),
            null);
    return new ImageComparisonSettings(names, repetitions, training);
  }

  @Override
  ImageComparisonSettings over(
      ImageComparisonSettings had, ImageTrainingOptions given, int repetitions) {
    return new ImageComparisonSettings(
        models.isEmpty() ? had.models() : named(models), repetitions, given.over(had.training()));
  }

  @Override
  ImageComparisonSettings with(ImageComparisonSettings settings, ImageTraining training) {
    return new ImageComparisonSettings(settings.models(), settings.seeds(), training);
  }

  @Override
  ImageComparison measuring(ImageComparison comparison) {
    return comparison;
  }

  /** Names with patterns replaced by what they match, each once. */
  private static List<String> named(List<String> given) {
    return ModelChoice.parseAll(given).stream().map(ModelChoice::text).toList();
  }

  @Override
  Shown shown(
      ImageComparisonSettings settings,
      TrainingPhotos photos,
      List<ImageComparison.Outcome> outcomes) {
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
    return new Shown(
        "Image models on " + settings.training().data(),
        ImageComparison.budget(settings.training(), photos, settings.seeds()),
        "Accuracy and cost",
        comparison.table("", true),
        "Accuracy is that of the best epoch on the validation images, as mean and standard deviation over the seeds. Memory is an estimate for a training step: weights, gradients, both moments of the optimiser, and all that the forward pass of a batch computes. Speeds are those of this machine.",
        comparison.charts(),
        facts(settings),
        "models");
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
