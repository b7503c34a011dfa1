package dev.melange.cli;

import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.PaperStore;
import dev.melange.store.Sort;
import dev.melange.web.Citations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes papers as BibTeX. */
@Command(
    name = "bib",
    description = "Write papers of the page's store as BibTeX; all of them without an id.",
    footer = {
      "  melange papers bib local:metaformer 2311.07575 >papers.bib",
      "  melange papers bib >all.bib"
    })
final class PapersBibCommand extends Subcommand {
  @Parameters(paramLabel = "ID", description = "Papers' ids, or their keys in the catalogue.")
  private List<String> ids = new ArrayList<>();

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    try (Database database = PapersStore.open()) {
      List<PaperEntry> papers =
          ids.isEmpty()
              ? new PaperStore(database).list(PaperQuery.all(Sort.NEWEST, 100_000, 0))
              : ids.stream().map(id -> PapersStore.find(database, id)).toList();
      String text =
          papers.stream()
              .map(paper -> Citations.bibtex(paper).strip())
              .collect(Collectors.joining("\n\n"));
      console.result(() -> Json.object().put("bibtex", text + "\n"), () -> console.line(text));
    }
    return ExitCode.OK;
  }
}
