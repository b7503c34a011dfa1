package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.mail.Carrier;
import dev.melange.mail.MailDesk;
import dev.melange.mail.MailSite;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** Shows how the mails of the page stand. */
@Command(
    name = "mail",
    description = {
      "Digests by mail: how many readers, what waits, what went wrong. 'melange serve' plans and"
          + " sends by itself; these commands do it by hand, or by cron.",
      "MELANGE_SMTP names the server: smtps://user:password@mail.example.org,"
          + " smtp://mail.example.org:587 (STARTTLS) or smtp+plain://localhost:25. Without it mails"
          + " are written as .eml files to MELANGE_HOME/page/outbox."
    },
    footer = {
      "  melange mail                                how things stand",
      "  melange mail preview reader@example.org     the digest they would get now",
      "  melange mail digest                         plan what is due",
      "  melange mail send                           send what waits",
      "  melange mail bounces returned/              read mails that came back",
      "  melange mail suppress reader@example.org    never write to them again"
    },
    subcommands = {
      MailDigestCommand.class,
      MailPreviewCommand.class,
      MailSendCommand.class,
      MailBouncesCommand.class,
      MailSuppressCommand.class
    })
final class MailCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    try (MailStore store = MailStore.open()) {
      MailDesk desk =
          new MailDesk(
              store.database(),
              store.tokens(),
              MailSite.of("http://localhost"), // counts need no links
              Clock.systemUTC());
      MailDesk.Status status = desk.status();
      Carrier carrier = PageServices.carrier(store.home(), System.getenv());
      console.result(() -> json(status, carrier), () -> print(console, status, carrier));
    }
    return ExitCode.OK;
  }

  private static void print(Console console, MailDesk.Status status, Carrier carrier) {
    console.line(carrier.describe());
    List<List<String>> rows = new ArrayList<>();
    status.subscribers().forEach((state, n) -> rows.add(List.of("readers", state, "" + n)));
    status.mails().forEach((state, n) -> rows.add(List.of("digests", state, "" + n)));
    if (rows.isEmpty()) {
      console.line("nobody is subscribed yet");
      return;
    }
    console.list(List.of("what", "state", "number"), rows);
    if (!status.uncertain().isEmpty()) {
      console.line("Not known to have arrived, and not sent again:");
      console.list(
          List.of("issue", "reader", "why"),
          status.uncertain().stream()
              .map(
                  one ->
                      List.of(
                          Long.toString(one.issue()), one.address(), String.valueOf(one.problem())))
              .toList());
    }
  }

  private static ObjectNode json(MailDesk.Status status, Carrier carrier) {
    ObjectNode json = Json.object().put("carrier", carrier.describe());
    put(json.putObject("subscribers"), status.subscribers());
    put(json.putObject("digests"), status.mails());
    ArrayNode uncertain = json.putArray("uncertain");
    status
        .uncertain()
        .forEach(
            one ->
                uncertain
                    .addObject()
                    .put("issue", one.issue())
                    .put("address", one.address())
                    .put("problem", one.problem()));
    return json;
  }

  private static void put(ObjectNode json, Map<String, Long> counts) {
    counts.forEach(json::put);
  }
}
