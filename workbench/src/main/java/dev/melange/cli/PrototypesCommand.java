package dev.melange.cli;

import picocli.CommandLine.Command;

/** Networks that draw, for an image, the prototype of its class. */
@Command(
    name = "prototypes",
    description =
        "Learn to draw, for an image, the prototype of its class, with a small Hourglass MLP; the"
            + " nearest prototype tells the class. For small pictures with simple contents; to"
            + " classify photographs, see 'melange train image'.",
    synopsisSubcommandLabel = "fit|draw",
    commandListHeading = "%nCommands:%n",
    subcommands = {PrototypesFitCommand.class, PrototypesDrawCommand.class},
    footer = {
      "  melange prototypes fit --data symbols/ --out symbols.safetensors --picture learned.png",
      "  melange prototypes draw --weights symbols.safetensors new.png --out drawn.png"
    })
final class PrototypesCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) {
    throw new IllegalArgumentException(
        "prototypes needs 'fit' or 'draw' (see 'melange prototypes --help')");
  }
}
