package dev.melange.cli;

import picocli.CommandLine.Command;

/** Uses trained models. */
@Command(
    name = "predict",
    description = "Use a model that you trained.",
    footer = {
      "  melange predict image --weights pets.safetensors photo.jpg",
      "  melange predict image --help"
    },
    subcommands = PredictImageCommand.class)
final class PredictCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) {
    throw new IllegalArgumentException(
        "predict what? melange predict image tells the classes of images");
  }
}
