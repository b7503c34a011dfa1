package dev.melange.cli;

import picocli.CommandLine.Command;

/** Compares methods on the user's data. */
@Command(
    name = "compare",
    description = "Train several methods with the same budget on your own data and compare them.",
    footer = {
      "  melange compare image --data photos/ --models poolformer_s12,mixer_s16",
      "  melange compare mix --data photos/ --policies none,mixup,cutmix",
      "  melange compare image --help"
    },
    subcommands = {CompareImageCommand.class, CompareMixCommand.class})
final class CompareCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) {
    throw new IllegalArgumentException(
        "compare what? melange compare image compares image classifiers, melange compare mix ways of mixing their training images");
  }
}
