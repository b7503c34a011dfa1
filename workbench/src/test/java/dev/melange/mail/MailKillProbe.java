package dev.melange.mail;

import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Plans and sends what is due, until it is done or killed. */
public final class MailKillProbe {
  private MailKillProbe() {}

  /** The user's folder, the port of the mail server, and the time. */
  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]);
    Clock clock = Clock.fixed(Instant.parse(args[2]), ZoneOffset.UTC);
    try (Database database = Database.open(DatabaseConfig.file(home))) {
      System.out.println("ready");
      System.out.flush();
      new DigestPlanner(database, clock).plan();
      Outbox.Report report =
          new Outbox(
                  database,
                  MailTokens.load(home.resolve("secret")),
                  MailSite.of("https://papers.example.org"),
                  new SmtpCarrier(SmtpConfig.parse("smtp+plain://127.0.0.1:" + args[1])),
                  clock)
              .send(10_000);
      System.out.println(report);
    }
  }
}
