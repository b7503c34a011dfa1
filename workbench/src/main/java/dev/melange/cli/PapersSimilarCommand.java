package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.feed.TexText;
import dev.melange.search.MiniLmEncoder;
import dev.melange.search.PaperSearch;
import dev.melange.search.SimilarPaper;
import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds papers like one. */
@Command(
    name = "similar",
    description = "Find the papers nearest to one by meaning, and the words they share.",
    footer = {
      "  melange papers similar local:metaformer",
      "  melange papers similar 2311.07575 --limit 3 --json"
    })
final class PapersSimilarCommand extends Subcommand {
  @Parameters(paramLabel = "ID", description = "A paper's id, or its key in the catalogue.")
  private String id;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "5",
      description = "At most so many papers (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Override
  protected int run(Console console, Cancellation cancellation)
      throws IOException, InterruptedException {
    if (limit < 1 || limit > 50) {
      throw new IllegalArgumentException("--limit must be 1 to 50, got " + limit);
    }
    try (Database database = PapersStore.open()) {
      PaperEntry paper = PapersStore.find(database, id);
      try (PaperSearch search =
          PaperSearch.open(
              database, Folders.home(System.getenv()).resolve("page"), MiniLmEncoder::load)) {
        search.awaitReady();
        List<SimilarPaper> found = search.similar(paper, limit);
        console.result(() -> json(found), () -> print(console, found));
      }
    }
    return ExitCode.OK;
  }

  private static void print(Console console, List<SimilarPaper> found) {
    if (found.isEmpty()) {
      console.note("no paper is near enough");
      return;
    }
    console.list(
        List.of("cosine", "paper", "shared words", "title"),
        found.stream()
            .map(
                one ->
                    List.of(
                        PapersStore.number(one.cosine()),
                        one.paper().publicId(),
                        String.join(" ", one.shared()),
                        TexText.plain(one.paper().title())))
            .toList());
  }

  private static ArrayNode json(List<SimilarPaper> found) {
    ArrayNode array = Json.array();
    for (SimilarPaper one : found) {
      ObjectNode json =
          array
              .addObject()
              .put("id", one.paper().publicId())
              .put("title", TexText.plain(one.paper().title()))
              .put("cosine", one.cosine());
      one.shared().forEach(json.putArray("shared")::add);
    }
    return array;
  }
}
