package dev.melange.cli;

import picocli.CommandLine.Command;

/** Click models for one's own tables. */
@Command(
    name = "ctr",
    description =
        "Learn from a table of clicks (or of anything with a label of two values) and predict the"
            + " probability of a click for other rows.",
    synopsisSubcommandLabel = "fit|predict",
    commandListHeading = "%nCommands:%n",
    subcommands = {CtrFitCommand.class, CtrPredictCommand.class},
    footer = {
      "  melange ctr fit --data clicks.csv --label clicked --out runs/clicks",
      "  melange ctr predict --weights runs/clicks/model.safetensors --data new.csv --out scores.csv"
    })
final class CtrCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) {
    throw new IllegalArgumentException("ctr needs 'fit' or 'predict' (see 'melange ctr --help')");
  }
}
