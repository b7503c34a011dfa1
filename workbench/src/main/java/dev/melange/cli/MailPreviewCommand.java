package dev.melange.cli;

import dev.melange.io.AtomicFiles;
import dev.melange.mail.MailAddress;
import dev.melange.mail.MailDesk;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the digest that a reader would get. */
@Command(
    name = "preview",
    description = {"Show the digest that a reader would get now. Nothing is sent or changed."},
    footer = {
      "  melange mail preview reader@example.org",
      "  melange mail preview reader@example.org --out digest.eml    to open in a mail program"
    })
final class MailPreviewCommand extends Subcommand {
  @Parameters(paramLabel = "ADDRESS", description = "Of a reader who is subscribed.")
  private String address;

  @Option(names = "--out", paramLabel = "FILE", description = "Write the mail to FILE (.eml).")
  private Path out;

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description = "How readers reach the page. Default: as it was last served.")
  private URI baseUrl;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    MailAddress reader = MailAddress.parse(address);
    try (MailStore store = MailStore.open()) {
      MailDesk desk =
          new MailDesk(store.database(), store.tokens(), store.site(baseUrl), Clock.systemUTC());
      Optional<byte[]> mail = desk.preview(reader);
      if (mail.isPresent() && out != null) {
        AtomicFiles.write(out, mail.get());
      }
      console.result(
          () ->
              Json.object()
                  .put("mail", mail.map(MailPreviewCommand::text).orElse(null))
                  .put("file", mail.isPresent() && out != null ? out.toString() : null),
          () ->
              console.line(
                  mail.isEmpty()
                      ? "nothing was listed since the last digest: there would be no mail"
                      : out != null ? "written to " + out : text(mail.get())));
    }
    return ExitCode.OK;
  }

  private static String text(byte[] mail) {
    return new String(mail, StandardCharsets.UTF_8).replace("\r\n", "\n");
  }
}
