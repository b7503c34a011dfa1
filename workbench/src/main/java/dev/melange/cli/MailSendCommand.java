package dev.melange.cli;

import dev.melange.mail.Carrier;
import dev.melange.mail.FolderCarrier;
import dev.melange.mail.MailDesk;
import dev.melange.mail.MailSite;
import dev.melange.mail.Outbox;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Sends the digests that wait. */
@Command(
    name = "send",
    description = {
      "Send the digests that wait in the outbox, each at most once, by the server in MELANGE_SMTP;"
          + " without it they are written as .eml files and count as sent."
    },
    footer = {
      "  melange mail send",
      "  MELANGE_SMTP=smtp://mail.example.org melange mail send --most 500",
      "  melange mail send --dry-run --out drafts    write what waits, and leave it waiting"
    })
final class MailSendCommand extends Subcommand {
  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Send at most so many now (default: ${DEFAULT-VALUE}).")
  private int most;

  @Option(
      names = "--dry-run",
      description = "Write the mails to a folder instead, and leave them waiting.")
  private boolean dryRun;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The folder for --dry-run. Default: mail-preview in the working folder.")
  private Path out;

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description = "How readers reach the page. Default: as it was last served.")
  private URI baseUrl;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (most < 1) {
      throw new IllegalArgumentException("--most must be at least 1, got " + most);
    }
    if (out != null && !dryRun) {
      throw new IllegalArgumentException(
          "--out is for --dry-run; mails go where MELANGE_SMTP says");
    }
    try (MailStore store = MailStore.open()) {
      MailSite site = store.site(baseUrl);
      return dryRun ? rehearse(console, store, site) : send(console, store, site);
    }
  }

  private int rehearse(Console console, MailStore store, MailSite site) throws IOException {
    Path folder = out == null ? Path.of("mail-preview") : out;
    int written =
        new MailDesk(store.database(), store.tokens(), site, Clock.systemUTC())
            .rehearse(new FolderCarrier(folder));
    console.result(
        () -> Json.object().put("written", written).put("folder", folder.toString()),
        () ->
            console.line(
                written == 0
                    ? "nothing waits"
                    : "%d written to %s; they still wait".formatted(written, folder)));
    return ExitCode.OK;
  }

  private int send(Console console, MailStore store, MailSite site) throws IOException {
    Carrier carrier = PageServices.carrier(store.home(), System.getenv());
    console.note(carrier.describe());
    Outbox.Report report =
        new Outbox(store.database(), store.tokens(), site, carrier, Clock.systemUTC()).send(most);
    console.result(
        () ->
            Json.object()
                .put("sent", report.sent())
                .put("failed", report.failed())
                .put("skipped", report.skipped())
                .put("uncertain", report.uncertain()),
        () ->
            console.line(
                "%d sent, %d failed or to be tried again, %d skipped, %d uncertain"
                    .formatted(
                        report.sent(), report.failed(), report.skipped(), report.uncertain())));
    return report.failed() + report.uncertain() == 0 ? ExitCode.OK : ExitCode.FAILED;
  }
}
