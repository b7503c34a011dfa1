package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Reads a backup into an empty store. */
@Command(
    name = "restore",
    description = {
      "Read a backup, or an export, into an empty store: all of it or nothing. It may have been"
          + " written on H2 and be read into PostgreSQL, or the other way round."
    },
    footer = {
      "  melange backup restore papers.zip",
      "  MELANGE_HOME=new melange backup restore papers.zip",
      "  MELANGE_DB=jdbc:postgresql://localhost/papers melange backup restore papers.zip"
    })
final class BackupRestoreCommand extends Subcommand {
  @Parameters(paramLabel = "FILE", description = "The zip file.")
  private Path file;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    try (Database database =
        Database.open(DatabaseConfig.of(Folders.home(System.getenv()), System.getenv()))) {
      Map<String, Long> counts = ArchiveFile.read(database, file);
      console.result(
          () -> {
            ObjectNode json = Json.object().put("file", file.toString());
            counts.forEach(json.putObject("rows")::put);
            return json;
          },
          () -> console.line("restored " + ArchiveFile.summary(counts)));
    }
    return ExitCode.OK;
  }
}
