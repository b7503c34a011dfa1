package dev.melange.cli;

import picocli.CommandLine.Command;

/** Small networks that restore images patch by patch. */
@Command(
    name = "patches",
    description =
        "Learn from images to remove noise or to enlarge, patch by patch, with a small Hourglass"
            + " MLP; takes a minute. For photographs with detail, see 'melange restore'.",
    synopsisSubcommandLabel = "fit|restore",
    commandListHeading = "%nCommands:%n",
    subcommands = {PatchesFitCommand.class, PatchesRestoreCommand.class},
    footer = {
      "  melange patches fit --data photos/ --task denoise --out clean.safetensors",
      "  melange patches restore --weights clean.safetensors --data noisy.png --out clean.png"
    })
final class PatchesCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) {
    throw new IllegalArgumentException(
        "patches needs 'fit' or 'restore' (see 'melange patches --help')");
  }
}
