package dev.melange.cli;

import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.PaperQuery.Place;
import dev.melange.store.PaperStore;
import dev.melange.store.Sort;
import dev.melange.web.Citations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
  private static final int PAGE = 1_000;

  @Parameters(paramLabel = "ID", description = "Papers' ids, or their keys in the catalogue.")
  private List<String> ids = new ArrayList<>();

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    try (Database database = PapersStore.open()) {
      PaperStore papers = new PaperStore(database);
      List<PaperEntry> entries =
          ids.isEmpty()
              ? all(papers)
              : ids.stream().map(id -> PapersStore.find(database, id)).toList();
      String text = Citations.bibtex(papers, entries).strip();
      console.result(() -> Json.object().put("bibtex", text + "\n"), () -> console.line(text));
    }
    return ExitCode.OK;
  }

  private static List<PaperEntry> all(PaperStore papers) {
    List<PaperEntry> entries = new ArrayList<>();
    Place after = null;
    List<PaperEntry> page;
    do {
      page = papers.list(new PaperQuery(null, List.of(), Sort.NEWEST, PAGE, 0, after));
      entries.addAll(page);
      after = page.isEmpty() ? null : new Place(last(page).published(), last(page).id());
    } while (page.size() == PAGE);
    return entries;
  }

  private static PaperEntry last(List<PaperEntry> page) {
    return page.get(page.size() - 1);
  }
}
