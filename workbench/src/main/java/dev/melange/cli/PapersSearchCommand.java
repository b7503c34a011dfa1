package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.feed.TexText;
import dev.melange.papers.Cards;
import dev.melange.search.MiniLmEncoder;
import dev.melange.search.PaperSearch;
import dev.melange.search.SearchRequest;
import dev.melange.search.SearchRequest.Mode;
import dev.melange.search.SearchResults;
import dev.melange.search.SearchResults.Hit;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.Importer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Searches the page's store by words and meaning. */
@Command(
    name = "search",
    description = {
      "Find papers in the page's store by words and by meaning.",
      "The query may hold \"phrases\", -exclusions, OR, brackets, and fields: title: abstract:"
          + " author: org: cat: id: year:2021..2023 before: after: has:code votes:>5 sort:newest."
    },
    footer = {
      "  melange papers search token mixing without attention",
      "  melange papers search 'title:mixup year:2023..' --limit 5 --json",
      "  melange papers search MLP feature mixing --mode lexical"
    })
final class PapersSearchCommand extends Subcommand {
  @Parameters(arity = "1..*", paramLabel = "QUERY", description = "What is sought.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10",
      description = "At most so many papers (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--mode",
      defaultValue = "hybrid",
      description = "lexical, semantic or hybrid (default: ${DEFAULT-VALUE}).")
  private String mode;

  @Override
  protected int run(Console console, Cancellation cancellation)
      throws IOException, InterruptedException {
    SearchRequest request = new SearchRequest(String.join(" ", words), mode(), limit, 0, null);
    Path home = Folders.home(System.getenv());
    try (Database database = Database.open(DatabaseConfig.of(home, System.getenv()))) {
      new Importer(database, new CatalogueLinks(Cards.all()), Clock.systemUTC(), ZoneOffset.UTC)
          .importCards(Cards.all());
      PaperSearch.EncoderSource encoder =
          request.mode() == Mode.LEXICAL ? () -> null : MiniLmEncoder::load;
      try (PaperSearch search = PaperSearch.open(database, home.resolve("page"), encoder)) {
        search.awaitReady();
        SearchResults found = search.find(request);
        console.result(() -> json(found), () -> print(console, found));
      }
    }
    return ExitCode.OK;
  }

  private Mode mode() {
    for (Mode known : Mode.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(mode)) {
        return known;
      }
    }
    throw new IllegalArgumentException(
        "--mode is '%s', expected lexical, semantic or hybrid".formatted(mode));
  }

  private static void print(Console console, SearchResults found) {
    found
        .corrections()
        .forEach((word, used) -> console.note("showing results for " + used + ", not " + word));
    found.suggestions().forEach((word, meant) -> console.note("did you mean " + meant + "?"));
    found.notices().forEach(console::note);
    if (found.hits().isEmpty()) {
      console.note("no paper matches");
      return;
    }
    console.list(
        List.of("score", "paper", "published", "title"),
        found.hits().stream()
            .map(
                hit ->
                    List.of(
                        String.format(Locale.ROOT, "%.4f", hit.score()),
                        hit.paper().publicId(),
                        hit.paper().published().toString(),
                        TexText.plain(hit.paper().title())))
            .toList());
    console.note(found.total() + " found");
  }

  private static ObjectNode json(SearchResults found) {
    ObjectNode json = Json.object().put("total", found.total());
    ArrayNode notices = json.putArray("notices");
    found.notices().forEach(notices::add);
    ObjectNode corrections = json.putObject("corrections");
    found.corrections().forEach(corrections::put);
    ArrayNode papers = json.putArray("papers");
    for (Hit hit : found.hits()) {
      papers
          .addObject()
          .put("id", hit.paper().publicId())
          .put("key", hit.paper().catalogueKey())
          .put("title", TexText.plain(hit.paper().title()))
          .put("published", hit.paper().published().toString())
          .put("votes", hit.paper().votes())
          .put("score", hit.score());
    }
    return json;
  }
}
