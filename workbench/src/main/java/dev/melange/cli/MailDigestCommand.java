package dev.melange.cli;

import dev.melange.mail.DigestPlanner;
import java.io.IOException;
import java.time.Clock;
import picocli.CommandLine.Command;

/** Plans the digests that are due. */
@Command(
    name = "digest",
    description = {
      "Put the digests that are due into the outbox: each reader's at their hour and in their time"
          + " zone, of what was listed since the one before. Run twice it adds nothing."
    },
    footer = {"  melange mail digest  by cron before 'melange mail send', without 'melange serve'"})
final class MailDigestCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    try (MailStore store = MailStore.open()) {
      int planned = new DigestPlanner(store.database(), Clock.systemUTC()).plan();
      console.result(
          () -> Json.object().put("planned", planned),
          () ->
              console.line(
                  planned == 0
                      ? "no digest is due"
                      : planned + " planned; 'melange mail send' sends them"));
    }
    return ExitCode.OK;
  }
}
