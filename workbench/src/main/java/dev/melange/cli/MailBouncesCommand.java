package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.melange.mail.BounceParser;
import dev.melange.mail.BounceReport;
import dev.melange.mail.Bounces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Reads mails that came back. */
@Command(
    name = "bounces",
    description = {
      "Read mails that came back to bounce+...@ or unsubscribe+...@: delivery reports, complaints"
          + " and wishes to leave. Readers who cannot be reached, or do not want mails, get none."
    },
    footer = {
      "  melange mail bounces returned/            a folder of .eml files, a Maildir's new/ too",
      "  melange mail bounces -  <report.eml       from a mail server's pipe"
    })
final class MailBouncesCommand extends Subcommand {
  @Parameters(arity = "1..*", paramLabel = "FILE|DIR|-", description = "Mails; - reads one.")
  private List<String> sources = new ArrayList<>();

  private record Read(String name, String outcome, String detail) {}

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    List<Path> files = files();
    List<Read> read = new ArrayList<>();
    try (MailStore store = MailStore.open()) {
      Bounces bounces = new Bounces(store.database(), store.tokens(), Clock.systemUTC());
      if (sources.contains("-")) {
        read.add(read("-", System.in, bounces));
      }
      for (Path file : files) {
        try (InputStream in = Files.newInputStream(file)) {
          read.add(read(file.toString(), in, bounces));
        }
      }
    }
    console.result(() -> json(read), () -> print(console, read));
    return read.stream().anyMatch(one -> one.outcome().equals("unreadable"))
        ? ExitCode.FAILED
        : ExitCode.OK;
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String source : sources) {
      Path path = Path.of(source);
      if (source.equals("-")) {
        continue;
      }
      if (Files.isDirectory(path)) {
        try (Stream<Path> inside = Files.list(path)) {
          inside.filter(Files::isRegularFile).sorted().forEach(files::add);
        }
      } else if (Files.isRegularFile(path)) {
        files.add(path);
      } else {
        throw new NoSuchFileException(source, null, "no such mail or folder");
      }
    }
    return files;
  }

  private static Read read(String name, InputStream in, Bounces bounces) {
    try {
      BounceReport report = BounceParser.parse(in);
      boolean known = bounces.apply(report);
      String outcome = known ? report.kind().name().toLowerCase(Locale.ROOT) : "not ours";
      return new Read(name, outcome, report.detail());
    } catch (IOException e) {
      return new Read(name, "unreadable", String.valueOf(e.getMessage()));
    }
  }

  private static void print(Console console, List<Read> read) {
    if (read.isEmpty()) {
      console.line("there are no mails in it");
      return;
    }
    console.list(
        List.of("outcome", "mail", "what it says"),
        read.stream().map(one -> List.of(one.outcome(), one.name(), one.detail())).toList());
  }

  private static ArrayNode json(List<Read> read) {
    ArrayNode array = Json.array();
    read.forEach(
        one ->
            array
                .addObject()
                .put("mail", one.name())
                .put("outcome", one.outcome())
                .put("detail", one.detail()));
    return array;
  }
}
