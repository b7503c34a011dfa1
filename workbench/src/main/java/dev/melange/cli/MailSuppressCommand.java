package dev.melange.cli;

import dev.melange.mail.FolderCarrier;
import dev.melange.mail.MailAddress;
import dev.melange.mail.MailSite;
import dev.melange.mail.Subscriptions;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Forgets addresses for ever. */
@Command(
    name = "suppress",
    description = {
      "Forget addresses, with all that is known of them, and never write to them again: only a"
          + " keyed hash of each remains, by which it is recognised."
    },
    footer = {"  melange mail suppress reader@example.org"})
final class MailSuppressCommand extends Subcommand {
  @Parameters(arity = "1..*", paramLabel = "ADDRESS", description = "Mail addresses.")
  private List<String> addresses = new ArrayList<>();

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    List<MailAddress> all = addresses.stream().map(MailAddress::parse).toList();
    Clock clock = Clock.systemUTC();
    try (MailStore store = MailStore.open();
        Subscriptions subscriptions =
            new Subscriptions(
                store.database(),
                store.tokens(),
                MailSite.of("http://localhost"), // nothing is sent
                new FolderCarrier(store.home()),
                clock)) {
      all.forEach(subscriptions::erase);
    }
    console.result(
        () -> Json.object().put("suppressed", all.size()),
        () ->
            console.line(
                (all.size() == 1 ? "1 address is" : all.size() + " addresses are")
                    + " forgotten and never written to again"));
    return ExitCode.OK;
  }
}
