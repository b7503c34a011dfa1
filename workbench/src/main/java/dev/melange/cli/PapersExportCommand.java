package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.AtomicFiles;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.PaperCsv;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.PaperStore;
import dev.melange.store.Sort;
import dev.melange.store.StoreArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes the papers and all work on them to one file. */
@Command(
    name = "export",
    description = {
      "Write the papers of the page's store, with users, votes, discussions, collections, notes and"
          + " results, to one zip file that another installation can read (H2 or PostgreSQL).",
      "A file that ends with .csv gets a table of the papers instead, which spreadsheets and imports"
          + " read.",
      "Logins, tokens, mail and jobs stay here; 'melange backup' takes them too."
    },
    footer = {
      "  melange papers export state.zip",
      "  melange papers export papers.csv",
      "  MELANGE_HOME=elsewhere melange papers import state.zip      into an empty store"
    })
final class PapersExportCommand extends Subcommand {
  @Parameters(paramLabel = "FILE", description = "The zip file to write, or a .csv file.")
  private Path file;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
      try (Database database = PapersStore.open()) {
        table(console, database);
      }
      return ExitCode.OK;
    }
    try (Database database =
        Database.open(DatabaseConfig.of(Folders.home(System.getenv()), System.getenv()))) {
      Map<String, Long> counts = ArchiveFile.write(database, file, StoreArchive.Content.PAPERS);
      console.result(
          () -> {
            ObjectNode json = Json.object().put("file", file.toString());
            counts.forEach(json.putObject("rows")::put);
            return json;
          },
          () -> console.line("%s: %s".formatted(file, ArchiveFile.summary(counts))));
    }
    return ExitCode.OK;
  }

  private void table(Console console, Database database) throws IOException {
    List<PaperEntry> papers =
        new PaperStore(database).list(PaperQuery.all(Sort.PUBLISHED_AT, Integer.MAX_VALUE, 0));
    AtomicFiles.write(
        file, out -> out.write(PaperCsv.write(papers).getBytes(StandardCharsets.UTF_8)));
    console.result(
        () -> Json.object().put("file", file.toString()).put("papers", papers.size()),
        () -> console.line("%s: %,d papers".formatted(file, papers.size())));
  }
}
