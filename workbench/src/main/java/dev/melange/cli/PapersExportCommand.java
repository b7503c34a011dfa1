package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.StoreArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes the papers and all work on them to one file. */
@Command(
    name = "export",
    description = {
      "Write the papers of the page's store, with users, votes, discussions, collections, notes and"
          + " results, to one zip file that another installation can read (H2 or PostgreSQL).",
      "Logins, tokens, mail and jobs stay here; 'melange backup' takes them too."
    },
    footer = {
      "  melange papers export state.zip",
      "  MELANGE_HOME=elsewhere melange papers import state.zip      into an empty store"
    })
final class PapersExportCommand extends Subcommand {
  @Parameters(paramLabel = "FILE", description = "The zip file to write.")
  private Path file;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
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
}
