package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.Checkpoints;
import dev.melange.io.Provenance;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageInput;
import dev.melange.papers.Vision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains an image classifier on a folder of images. */
@Command(
    name = "image",
    description =
        "Train an image classifier on a folder or zip file of images, one folder per class"
            + " (CLASS/x.jpg, or train/CLASS/x.jpg and valid/CLASS/x.jpg), or on a named data set."
            + " Writes classifier.safetensors, report.html, config.json and metrics.csv. Ctrl-C"
            + " saves; --resume goes on.",
    footer = {
      "  melange train image --data photos/",
      "  melange train image --model mixer_s16 --data photos.zip --size 64 --mix mixup+cutmix",
      "  melange train image --data photos/ --mix mixup:alpha=0.8,until=0.6",
      "  melange train image --data photos/ --mix asymmetric:lam_x=0.7,lam_y=0.9",
      "  melange train image --data photos/ --mix attentivemix:network=runs/pets/classifier.safetensors",
      "  melange train image --data photos/ --model resnet18_cifar --size 32 --mix adautomix",
      "  melange train image --data scans/ --channels 1 --epochs 50 --out runs/scans",
      "  melange train image --data photos/ --init runs/pets/classifier.safetensors",
      "  melange train image --data photos/ --init runs/pets/classifier.safetensors --body-lr 0.1",
      "  melange train image --resume runs/scans"
    })
final class TrainImageCommand extends Subcommand {
  private static final String COMMAND = "train-image";

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "An image model that 'melange models' lists. Default: that of --init, or"
              + " poolformer_s12.")
  private String model;

  @Option(
      names = {"--init", "--weights"},
      paramLabel = "FILE",
      description =
          "Start from these weights (safetensors, .pt, .pth); classes may differ. Says which were"
              + " used.")
  private Path init;

  @Mixin private ImageTrainingOptions options;
  @Mixin private RunFolderOptions folders;
  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    compute.start();
    if (folders.resuming()) {
      Path folder = folders.resumed(COMMAND, ImageTrainingRun.RESULT);
      JsonNode config = RunFolderOptions.config(folder);
      ImageTraining settings = Configs.read(ImageTraining.class, config, folder.toString());
      RunFolderOptions.requireSame(
          folder, Configs.toJson(settings), Configs.toJson(asked(settings)));
      console.note("going on with the training in " + folder);
      return train(settings, folder, console, cancellation);
    }
    options.requireData();
    return train(settings(), null, console, cancellation);
  }

  /** Trains in a folder, or in a new one with what suits the images if there is none. */
  private int train(
      ImageTraining begun, Path resumedFolder, Console console, Cancellation cancellation)
      throws IOException {
    ImageTraining settings = begun;
    ImageInput input = ImageTrainingRun.input(settings);
    try (TrainingPhotos photos = TrainingPhotos.open(settings, input, console)) {
      Path folder = resumedFolder;
      if (folder == null) {
        settings = options.forImages(settings, photos.train().size());
        // what cannot be made is refused before there is a folder
        ImageTrainingRun.check(settings, input, photos.classes().size());
        folder = folders.begin(COMMAND);
        RunFolderOptions.write(folder, Configs.toJson(settings));
      }
      console.note(
          "%s: %,d training and %,d validation images of %d classes, %d epochs in batches of %d"
              .formatted(
                  settings.model(),
                  photos.train().size(),
                  photos.valid().size(),
                  photos.classes().size(),
                  settings.epochs(),
                  settings.batch()));
      ImageTrainingRun run = new ImageTrainingRun(settings, input, photos, folder, console);
      ObjectNode result;
      try {
        result = run.train("training", cancellation);
      } catch (CancellationException e) {
        console.warn("interrupted; go on with: melange train image --resume " + folder);
        throw e;
      }
      console.result(() -> result, () -> run.print(result));
      return ExitCode.OK;
    }
  }

  /** The options' settings; those that depend on the number of images follow. */
  private ImageTraining settings() throws IOException {
    String name = model;
    Integer side = options.size();
    Integer planes = options.channels();
    if (init != null) {
      if (name == null) {
        name = Checkpoints.provenance(init).map(Provenance::model).orElse(null);
        if (name == null) {
          throw new IllegalArgumentException(
              init + " does not say of which model it is; name it with --model");
        }
      }
      Optional<ImageInput> known = ImageClassifier.input(init);
      side = side == null ? known.map(ImageInput::size).orElse(null) : side;
      planes =
          planes == null
              ? known
                  .filter(i -> i.convert() || i.channels() == 1)
                  .map(ImageInput::channels)
                  .orElse(null)
              : planes;
    }
    String chosen = name == null ? "poolformer_s12" : name;
    Vision.model(chosen);
    return options.settings(
        chosen, side == null ? 64 : side, planes, init == null ? null : init.toString());
  }

  /** What is given besides --resume must be what the training has. */
  private ImageTraining asked(ImageTraining had) {
    ImageTraining asked = options.over(had);
    return (model == null ? asked : asked.withModel(model, asked.set()))
        .withWeights(init == null ? had.weights() : init.toString());
  }
}
