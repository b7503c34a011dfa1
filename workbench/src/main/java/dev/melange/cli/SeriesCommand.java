package dev.melange.cli;

import picocli.CommandLine.Command;

/** Other tasks than forecasting, for one's own series. */
@Command(
    name = "series",
    description =
        "Fill the gaps of a time series, find the rows that do not fit, tell the class of sequences,"
            + " or forecast many short series as in the M4 competition. To forecast a series: melange"
            + " forecast.",
    synopsisSubcommandLabel = "impute|anomalies|classify|m4",
    commandListHeading = "%nCommands:%n",
    subcommands = {
      SeriesImputeCommand.class,
      SeriesAnomaliesCommand.class,
      SeriesClassifyCommand.class,
      SeriesM4Command.class
    },
    footer = {
      "  melange series impute --data meter.csv --out runs/filled",
      "  melange series anomalies --data today.csv --normal lastyear.csv --percent 0.5",
      "  melange series classify --data gestures.csv --id recording --label gesture",
      "  melange series m4 --data m4/ --group Monthly"
    })
final class SeriesCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) {
    throw new IllegalArgumentException(
        "series needs 'impute', 'anomalies', 'classify' or 'm4' (see 'melange series --help')");
  }
}
