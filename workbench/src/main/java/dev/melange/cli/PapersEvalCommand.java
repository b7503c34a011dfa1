package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.search.MiniLmEncoder;
import dev.melange.search.PaperSearch;
import dev.melange.search.SearchQuality;
import dev.melange.search.SearchQuality.Agreement;
import dev.melange.search.SearchQuality.Gain;
import dev.melange.search.SearchQuality.Judged;
import dev.melange.search.SearchRequest.Mode;
import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.PaperStore;
import dev.melange.store.Sort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the search. */
@Command(
    name = "eval",
    description = {
      "Measure the search: on judged queries (nDCG@10 by words, by meaning, by both), or, with"
          + " --query, how far its rankings agree with the order of an imported page or of a file.",
      "Judged queries are a JSON file"
          + " {\"queries\": [{\"query\": \"...\", \"judgements\": {\"ID\": 3, ...}}]}: 3 for what was"
          + " asked for, 2 for what is close to it, 1 for what touches it."
    },
    footer = {
      "  melange papers eval                                    the 30 judged queries that come along",
      "  melange papers eval --judged mine.json --json",
      "  melange papers eval --query \"MLP feature mixing\"       against the imported page's order",
      "  melange papers eval --query mixup --truth ids.txt      ids, one a line, best first"
    })
final class PapersEvalCommand extends Subcommand {
  private static final long MAX_BYTES = 10 << 20;

  @Option(
      names = "--query",
      paramLabel = "QUERY",
      description = "What the order of --truth answers, such as \"MLP feature mixing\".")
  private String query;

  @Option(
      names = "--truth",
      paramLabel = "position|FILE",
      defaultValue = "position",
      description =
          "With --query: position, the order of the page that was imported last, or a file with"
              + " papers' ids, one a line, best first (default: ${DEFAULT-VALUE}).")
  private String truth;

  @Option(
      names = "--judged",
      paramLabel = "FILE",
      description = "Judged queries instead of those that come along.")
  private Path judged;

  @Override
  protected int run(Console console, Cancellation cancellation)
      throws IOException, InterruptedException {
    if (query != null && judged != null) {
      throw new IllegalArgumentException("give --query or --judged, not both");
    }
    if (query == null && !truth.equals("position")) {
      throw new IllegalArgumentException("--truth needs --query: what does the order answer?");
    }
    List<Judged> queries = judged == null ? SearchQuality.bundled() : judged(judged);
    Path folder = Folders.home(System.getenv()).resolve("page");
    try (Database database = PapersStore.open()) {
      List<PaperEntry> order = query == null ? List.of() : order(database);
      try (PaperSearch search = PaperSearch.open(database, folder, MiniLmEncoder::load)) {
        search.awaitReady();
        SearchQuality quality = new SearchQuality(search);
        if (query != null) {
          List<Agreement> rows = quality.against(query, order);
          console.result(() -> json(rows, order.size()), () -> print(console, rows, order.size()));
        } else {
          List<Gain> gains = quality.measure(queries, known(database));
          console.result(() -> json(gains), () -> print(console, gains));
        }
      }
    }
    return ExitCode.OK;
  }

  private static byte[] read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IllegalArgumentException(
          "%s has %,d bytes, at most %,d are read".formatted(file, Files.size(file), MAX_BYTES));
    }
    return Files.readAllBytes(file);
  }

  private static List<Judged> judged(Path file) throws IOException {
    try {
      return SearchQuality.judged(read(file));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private List<PaperEntry> order(Database database) throws IOException {
    List<PaperEntry> order = new ArrayList<>();
    if (truth.equals("position")) {
      order.addAll(new PaperStore(database).importedPage());
    } else {
      for (String line : Files.readAllLines(Path.of(truth))) {
        if (!line.isBlank()) {
          order.add(PapersStore.find(database, line.strip()));
        }
      }
    }
    if (order.size() < 2) {
      throw new IllegalArgumentException(
          truth.equals("position")
              ? "no page with an order was imported; import one with 'melange papers import"
                  + " page.txt', or give --truth FILE"
              : truth + " names " + order.size() + " papers, expected at least 2");
    }
    if (order.stream().map(PaperEntry::id).distinct().count() < order.size()) {
      throw new IllegalArgumentException(truth + " names a paper twice");
    }
    return order;
  }

  private static Set<String> known(Database database) {
    Set<String> known = new HashSet<>();
    for (PaperEntry paper :
        new PaperStore(database).list(PaperQuery.all(Sort.NEWEST, Integer.MAX_VALUE, 0))) {
      known.add(paper.publicId());
      if (paper.catalogueKey() != null) {
        known.add(paper.catalogueKey());
      }
    }
    return known;
  }

  private void print(Console console, List<Agreement> rows, int papers) {
    console.list(
        List.of("ranking", "Spearman", "Kendall", "nDCG@10", "top 10 in top 10"),
        rows.stream()
            .map(
                row ->
                    List.of(
                        row.ranking(),
                        PapersStore.number(row.spearman()),
                        PapersStore.number(row.kendall()),
                        PapersStore.number(row.ndcg()),
                        Integer.toString(row.common())))
            .toList());
    console.note("%d papers, query \"%s\"".formatted(papers, query));
  }

  private ObjectNode json(List<Agreement> rows, int papers) {
    ObjectNode json = Json.object().put("query", query).put("truth", truth).put("papers", papers);
    ArrayNode rankings = json.putArray("rankings");
    for (Agreement row : rows) {
      rankings
          .addObject()
          .put("ranking", row.ranking())
          .put("spearman", row.spearman())
          .put("kendall", row.kendall())
          .put("ndcg", row.ndcg())
          .put("common", row.common());
    }
    return json;
  }

  private static void print(Console console, List<Gain> gains) {
    List<List<String>> rows = new ArrayList<>();
    gains.forEach(gain -> rows.add(row(gain.query(), gain.ndcg())));
    rows.add(row("mean of " + gains.size(), SearchQuality.means(gains)));
    console.list(List.of("query", "words", "meaning", "both"), rows);
    console.note("nDCG@" + SearchQuality.PLACES);
  }

  private static List<String> row(String name, Map<Mode, Double> ndcg) {
    return List.of(
        name,
        PapersStore.number(ndcg.get(Mode.LEXICAL)),
        PapersStore.number(ndcg.get(Mode.SEMANTIC)),
        PapersStore.number(ndcg.get(Mode.HYBRID)));
  }

  private static ObjectNode json(List<Gain> gains) {
    ObjectNode json = Json.object();
    SearchQuality.means(gains)
        .forEach((mode, mean) -> json.withObject("/mean").put(SearchQuality.label(mode), mean));
    ArrayNode queries = json.putArray("queries");
    for (Gain gain : gains) {
      ObjectNode one = queries.addObject().put("query", gain.query());
      gain.ndcg().forEach((mode, value) -> one.put(SearchQuality.label(mode), value));
    }
    return json;
  }
}
