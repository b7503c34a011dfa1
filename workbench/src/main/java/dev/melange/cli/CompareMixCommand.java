package dev.melange.cli;

import dev.melange.component.Configs;
import dev.melange.papers.Mixing;
import dev.melange.papers.Vision;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
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
final class CompareMixCommand extends ImageComparisonCommand<MixComparisonSettings> {
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

  CompareMixCommand() {
    super("mix", MixComparisonSettings.class);
  }

  @Override
  MixComparisonSettings settings(ImageTrainingOptions given, int repetitions) {
    given.refuseMix("compare mix");
    if (policies == null) {
      throw new IllegalArgumentException(
          "--policies is missing: at least two of none, %s, each with keys if need be"
              .formatted(
                  Mixing.names().stream()
                      .filter(name -> !name.equals("vanilla"))
                      .collect(Collectors.joining(", "))));
    }
    List<String> named = Mixing.split(policies);
    String name = model == null ? "poolformer_s12" : model;
    Vision.model(name);
    ImageTraining training =
        given
            .settings(name, given.size() == null ? 64 : given.size(), given.channels(), null)
            .withMix(named.get(0));
    return new MixComparisonSettings(named, repetitions, training);
  }

  @Override
  MixComparisonSettings over(
      MixComparisonSettings had, ImageTrainingOptions given, int repetitions) {
    given.refuseMix("compare mix");
    ImageTraining training = given.over(had.training());
    return new MixComparisonSettings(
        policies == null ? had.policies() : Mixing.split(policies),
        repetitions,
        model == null ? training : training.withModel(model, training.set()));
  }

  @Override
  MixComparisonSettings with(MixComparisonSettings settings, ImageTraining training) {
    return new MixComparisonSettings(settings.policies(), settings.seeds(), training);
  }

  @Override
  ImageComparison measuring(ImageComparison comparison) {
    return comparison.withRobustness();
  }

  @Override
  Shown shown(
      MixComparisonSettings settings,
      TrainingPhotos photos,
      List<ImageComparison.Outcome> outcomes) {
    MixComparison comparison = new MixComparison(outcomes, settings.training().batch());
    return new Shown(
        "Ways of mixing images of " + settings.training().data(),
        settings.training().model()
            + ", "
            + ImageComparison.budget(settings.training(), photos, settings.seeds()),
        "Accuracy, calibration, robustness, time",
        comparison.table(""),
        "Figures are those of the best epoch on the validation images, as mean and standard deviation over the seeds. Calibration error: expected, 15 bins. Corrupted: the mean over noise of standard deviation 0.1, means of 3 x 3 pixels, half the contrast, values raised by 0.2, and a black square of a quarter of the area. Durations are those of this machine.",
        List.of(comparison.chart()),
        ImageTrainingReport.facts(Configs.toJson(settings.training())),
        "policies");
  }
}
