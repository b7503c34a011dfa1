package dev.melange.cli;

import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.PaperStore;
import dev.melange.store.Sort;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the papers of the page's store. */
@Command(
    name = "list",
    description = "List the papers of the page's store, imported ones too.",
    footer = {
      "  melange papers list                      what was listed last",
      "  melange papers list --sort upvotes --limit 5",
      "  melange papers list --sort newest --json"
    })
final class PapersListCommand extends Subcommand {
  @Option(
      names = "--sort",
      paramLabel = "ORDER",
      defaultValue = "publishedAt",
      description =
          "publishedAt (when it was listed), upvotes, trending, newest, or position (as on the"
              + " imported page) (default: ${DEFAULT-VALUE}).")
  private String sort;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "At most so many papers (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    return list(console, order(), limit);
  }

  static int list(Console console, Sort order, int limit) throws IOException {
    requireLimit(limit);
    try (Database database = PapersStore.open()) {
      PaperQuery query = PaperQuery.all(order, limit, 0);
      PaperStore papers = new PaperStore(database);
      List<PaperEntry> entries = papers.list(query);
      long total = papers.count(query);
      console.result(
          () -> PapersStore.json(entries),
          () -> {
            PapersStore.print(console, entries);
            console.note("%d of %,d papers".formatted(entries.size(), total));
          });
    }
    return ExitCode.OK;
  }

  static void requireLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("--limit must be at least 1, got " + limit);
    }
  }

  private Sort order() {
    return Arrays.stream(Sort.values())
        .filter(known -> known.label().equals(sort))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--sort is '%s', expected one of %s"
                        .formatted(
                            sort,
                            Arrays.stream(Sort.values())
                                .map(Sort::label)
                                .collect(Collectors.joining(", ")))));
  }
}
