package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.papers.ImageInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Trains an image model without labels. */
@Command(
    name = "image",
    description =
        "Train an image model on a folder or zip file of images without labels, or on a named data"
            + " set, with MoCo-v2 or MoCHi (hard negative mixing). Writes encoder.safetensors,"
            + " report.html, config.json and metrics.csv. Ctrl-C saves; --resume goes on.",
    footer = {
      "  melange pretrain image --data photos/",
      "  melange pretrain image --model resnet18_cifar --data cifar10 --size 32 --epochs 200",
      "  melange pretrain image --method moco --data photos.zip --queue 8192 --momentum 0.999",
      "  melange pretrain image --resume runs/pretrain-image/20260101-120000",
      "  melange train image --init runs/pretrain-image/.../encoder.safetensors --data pets/"
    })
final class PretrainImageCommand extends Subcommand {
  private static final String COMMAND = "pretrain-image";

  @Mixin private PretrainingOptions options;
  @Mixin private RunFolderOptions folders;
  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    compute.start();
    if (folders.resuming()) {
      Path folder = folders.resumed(COMMAND, PretrainingRun.RESULT);
      JsonNode config = RunFolderOptions.config(folder);
      Pretraining settings = Configs.read(Pretraining.class, config, folder.toString());
      RunFolderOptions.requireSame(
          folder, Configs.toJson(settings), Configs.toJson(options.over(settings)));
      console.note("going on with the training in " + folder);
      ImageInput input = input(settings.modelChannels(), settings.size(), settings.channels());
      try (TrainingPhotos photos = TrainingPhotos.open(settings.photos(), input, console)) {
        return train(new PretrainingRun(settings, input, photos, folder, console), cancellation);
      }
    }
    options.requireData();
    options.requireModel();
    Integer channels = options.channels();
    ImageInput input = input(channels == null ? 3 : channels, options.size(), channels);
    try (TrainingPhotos photos = TrainingPhotos.open(options.photos(), input, console)) {
      Pretraining settings = options.settings(photos.train().size());
      // what cannot be made is refused before there is a folder
      PretrainingRun.requirePossible(settings, photos);
      Path folder = folders.begin(COMMAND);
      RunFolderOptions.write(folder, Configs.toJson(settings));
      return train(new PretrainingRun(settings, input, photos, folder, console), cancellation);
    }
  }

  private static ImageInput input(int channels, int size, Integer given) {
    return ImageInput.of(channels, size, given != null);
  }

  private static int train(PretrainingRun run, Cancellation cancellation) throws IOException {
    ObjectNode result;
    try {
      result = run.train(cancellation);
    } catch (CancellationException e) {
      run.console()
          .warn("interrupted; go on with: melange pretrain image --resume " + run.folder());
      throw e;
    }
    run.console().result(() -> result, () -> run.print(result));
    return ExitCode.OK;
  }
}
