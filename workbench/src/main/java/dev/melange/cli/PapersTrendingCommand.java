package dev.melange.cli;

import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.Ranking;
import dev.melange.store.Sort;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the papers that are discussed. */
@Command(
    name = "trending",
    description = {
      "List the papers that trend: listing, votes, comments and results count, each half as much"
          + " after two days."
    },
    footer = {"  melange papers trending --limit 10", "  melange papers trending --by week"})
final class PapersTrendingCommand extends Subcommand {
  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "At most so many papers (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--by",
      paramLabel = "RANKING",
      description =
          "Instead: hot (votes and age), or day, week, month, all (most votes in that time).")
  private String by;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (by == null) {
      return PapersListCommand.list(console, Sort.TRENDING, limit);
    }
    PapersListCommand.requireLimit(limit);
    Ranking ranking = Ranking.of(by);
    try (Database database = PapersStore.open()) {
      List<PaperEntry> entries =
          new PaperStore(database)
              .withIds(ranking.ids(database, Clock.systemUTC().instant(), limit, 0));
      console.result(() -> PapersStore.json(entries), () -> PapersStore.print(console, entries));
    }
    return ExitCode.OK;
  }
}
