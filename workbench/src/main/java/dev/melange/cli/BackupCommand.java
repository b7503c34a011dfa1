package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.StoreArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes the whole store to one file. */
@Command(
    name = "backup",
    description = {
      "Write the page's whole store, mail and logins too, to one zip file, as it is at one moment;"
          + " the page may be served meanwhile. Keep it private: it holds mail addresses.",
      "Beside it keep MELANGE_HOME/page/mail-secret, by which links in mails already sent work."
    },
    footer = {
      "  melange backup                       melange-20260301-120000.zip in the working folder",
      "  melange backup /var/backups/papers.zip",
      "  melange backup restore papers.zip    into an empty store"
    },
    subcommands = {BackupRestoreCommand.class})
final class BackupCommand extends Subcommand {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("'melange-'uuuuMMdd-HHmmss'.zip'", Locale.ROOT);

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "The zip file to write. Default: named by the time.")
  private Path file;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    Path target = file == null ? Path.of(NAME.format(LocalDateTime.now(ZoneOffset.UTC))) : file;
    try (Database database =
        Database.open(DatabaseConfig.of(Folders.home(System.getenv()), System.getenv()))) {
      Map<String, Long> counts = ArchiveFile.write(database, target, StoreArchive.Content.BACKUP);
      console.result(
          () -> {
            ObjectNode json = Json.object().put("file", target.toString());
            counts.forEach(json.putObject("rows")::put);
            return json;
          },
          () -> console.line("%s: %s".formatted(target, ArchiveFile.summary(counts))));
    }
    return ExitCode.OK;
  }
}
