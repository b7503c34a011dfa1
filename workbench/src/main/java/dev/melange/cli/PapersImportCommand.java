package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.feed.ArxivId;
import dev.melange.feed.Fetched;
import dev.melange.feed.Formats;
import dev.melange.feed.ParsedSource;
import dev.melange.feed.SourceKind;
import dev.melange.jobs.Submissions;
import dev.melange.papers.Cards;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.ImportReport;
import dev.melange.store.ImportReport.Item;
import dev.melange.store.ImportReport.Outcome;
import dev.melange.store.Importer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings papers into the page's store. */
@Command(
    name = "import",
    description = {
      "Bring papers into the store of the Daily Papers page.",
      "The format is told by the content. The same file twice changes nothing; votes and comments"
          + " stay. What is no whole record is reported and left out: the exit code is 1 then."
    },
    footer = {
      "  melange papers import page.txt",
      "  melange papers import library.bib library.ris library.json   what Zotero exports",
      "  melange papers import *.json --dry-run   what would change",
      "  melange papers import 2311.07575",
      "  melange papers import \"https://rss.arxiv.org/rss/cs.CV\""
    })
final class PapersImportCommand extends Subcommand {
  private static final int MAX_BYTES = 50 << 20;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE|URL|ID",
      description =
          "A file, - for standard input, an https address of a source of papers, or the arXiv id"
              + " of one.")
  private List<String> sources = new ArrayList<>();

  @Option(
      names = "--allow-host",
      paramLabel = "HOST",
      description =
          "Also fetch from HOST; of its own accord melange fetches from arXiv and huggingface.co"
              + " only. Repeatable.")
  private Set<String> hosts = new TreeSet<>();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "What the sources are, if their content misleads: page, csv, bibtex, ris, csl, rss, json"
              + " (daily papers) or arxiv (Atom).")
  private String format;

  @Option(names = "--dry-run", description = "Store nothing, only report.")
  private boolean dryRun;

  @Override
  protected int run(Console console, Cancellation cancellation)
      throws IOException, InterruptedException {
    SourceKind kind = format == null ? null : SourceKind.of(format);
    for (String source : sources) {
      if (!source.contains("://") && !source.equals("-") && ArchiveFile.isZip(Path.of(source))) {
        return archive(console, Path.of(source));
      }
    }
    List<ImportReport> reports = new ArrayList<>();
    DatabaseConfig where = DatabaseConfig.of(Folders.home(System.getenv()), System.getenv());
    try (Database database = Database.open(where)) {
      Importer importer =
          new Importer(
              database, new CatalogueLinks(Cards.all()), Clock.systemUTC(), ZoneOffset.UTC);
      importer.importCards(Cards.all());
      for (String given : sources) {
        String source = address(given);
        byte[] bytes =
            source.matches("(?i)[a-z]{2,10}://.*") ? fetch(database, source) : read(source);
        ParsedSource parsed = Formats.parse(bytes, kind == null ? Formats.detect(bytes) : kind);
        reports.add(importer.run(parsed, bytes, source, dryRun));
      }
    }
    console.result(() -> json(reports), () -> print(console, reports));
    boolean refused = reports.stream().anyMatch(report -> report.count(Outcome.REFUSED) > 0);
    return refused ? ExitCode.FAILED : ExitCode.OK;
  }

  /** An arXiv id, in any form, stands for what arXiv tells of it, unless a file has that name. */
  static String address(String source) {
    return source.equals("-") || Files.exists(Path.of(source.replace("\0", "")))
        ? source
        : ArxivId.parse(source).map(Submissions::address).orElse(source);
  }

  private int archive(Console console, Path file) throws IOException {
    if (sources.size() > 1 || dryRun) {
      throw new IllegalArgumentException(
          file + " is an archive of a store; import it alone, and without --dry-run");
    }
    try (Database database =
        Database.open(DatabaseConfig.of(Folders.home(System.getenv()), System.getenv()))) {
      Map<String, Long> counts = ArchiveFile.read(database, file);
      console.result(
          () -> {
            ObjectNode json = Json.object().put("source", file.toString());
            counts.forEach(json.putObject("rows")::put);
            return json;
          },
          () -> console.line("read " + ArchiveFile.summary(counts)));
    }
    return ExitCode.OK;
  }

  private byte[] fetch(Database database, String url) throws IOException, InterruptedException {
    Fetched answer = Sources.polite(database, hosts).get(url, null, null);
    if (answer.status() != 200) {
      throw new IOException(
          "%s answers with status %d%s"
              .formatted(
                  url,
                  answer.status(),
                  answer.retryAfter() == null
                      ? ""
                      : "; try again in %d s".formatted(answer.retryAfter().toSeconds())));
    }
    return answer.body();
  }

  private static byte[] read(String source) throws IOException {
    try (InputStream in = source.equals("-") ? System.in : Files.newInputStream(Path.of(source))) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IllegalArgumentException(
            "%s is larger than %d MiB; import it in parts".formatted(source, MAX_BYTES >> 20));
      }
      return bytes;
    }
  }

  private void print(Console console, List<ImportReport> reports) {
    for (int i = 0; i < reports.size(); i++) {
      ImportReport report = reports.get(i);
      for (Item item : report.items()) {
        String fields =
            item.fields().isEmpty() ? "" : " (" + String.join(", ", item.fields()) + ")";
        String what =
            item.title() == null ? "line " + item.line() : item.paper() + "  " + item.title();
        if (item.outcome() != Outcome.SAME || !item.notes().isEmpty()) {
          console.line(label(item.outcome()) + fields + ": " + what);
        }
        item.notes().forEach(note -> console.line("  " + note));
      }
      console.line(
          "%s%s: %d new, %d changed, %d same, %d refused"
              .formatted(
                  sources.get(i),
                  report.dryRun() ? " (dry run, nothing stored)" : "",
                  report.count(Outcome.NEW),
                  report.count(Outcome.CHANGED),
                  report.count(Outcome.SAME),
                  report.count(Outcome.REFUSED)));
    }
  }

  private ArrayNode json(List<ImportReport> reports) {
    ArrayNode array = Json.array();
    for (int i = 0; i < reports.size(); i++) {
      ImportReport report = reports.get(i);
      ObjectNode json =
          array
              .addObject()
              .put("source", sources.get(i))
              .put("format", report.kind().label())
              .put("dryRun", report.dryRun());
      for (Outcome outcome : Outcome.values()) {
        json.put(label(outcome), report.count(outcome));
      }
      ArrayNode items = json.putArray("items");
      for (Item item : report.items()) {
        ObjectNode one =
            items
                .addObject()
                .put("line", item.line())
                .put("outcome", label(item.outcome()))
                .put("paper", item.paper())
                .put("title", item.title());
        ArrayNode fields = one.putArray("fields");
        item.fields().forEach(fields::add);
        ArrayNode notes = one.putArray("notes");
        item.notes().forEach(notes::add);
      }
    }
    return array;
  }

  private static String label(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }
}
