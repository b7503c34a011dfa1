package dev.melange.cli;

import dev.melange.store.Sort;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the papers that are discussed. */
@Command(
    name = "trending",
    description = {
      "List the papers that trend: listing, votes, comments and results count, each half as much"
          + " after two days."
    },
    footer = {"  melange papers trending --limit 10"})
final class PapersTrendingCommand extends Subcommand {
  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "At most so many papers (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    return PapersListCommand.list(console, Sort.TRENDING, limit);
  }
}
