package dev.melange.cli;

import picocli.CommandLine.Command;

/** Trains models on images without labels. */
@Command(
    name = "pretrain",
    description =
        "Train a model on images without labels (contrastive learning), as a start for training"
            + " with few labels; and tell how good its features are.",
    footer = {
      "  melange pretrain image --data photos/",
      "  melange pretrain evaluate --weights runs/pretrain-image/.../encoder.safetensors --data"
          + " pets/",
      "  melange train image --init runs/pretrain-image/.../encoder.safetensors --data pets/"
    },
    subcommands = {PretrainImageCommand.class, PretrainEvaluateCommand.class})
final class PretrainCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) {
    throw new IllegalArgumentException(
        "pretrain what? melange pretrain image trains on images, melange pretrain evaluate tells how"
            + " good the features are");
  }
}
