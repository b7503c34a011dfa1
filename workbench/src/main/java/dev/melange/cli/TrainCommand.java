package dev.melange.cli;

import picocli.CommandLine.Command;

/** Trains models on the user's data. */
@Command(
    name = "train",
    description = "Train a model on your own data.",
    footer = {
      "  melange train image --data photos/",
      "  melange train restore --task denoise --data photos/",
      "  melange train image --help"
    },
    subcommands = {TrainImageCommand.class, TrainRestoreCommand.class})
final class TrainCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) {
    throw new IllegalArgumentException(
        "train what? melange train image trains an image classifier, melange train restore a network"
            + " that restores photographs");
  }
}
