package dev.melange.mail;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.melange.feed.Formats;
import dev.melange.mail.Subscriptions.Wish;
import dev.melange.papers.Cards;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.Importer;
import dev.melange.store.TestDatabases;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store, a real SMTP server and a clock that tests move. */
abstract class MailFixture {
  private static final Pattern CONFIRM = Pattern.compile("/confirm\\?t=([A-Za-z0-9_-]{43})");
  static final Wish DAILY = new Wish(false, 8, ZoneOffset.UTC, List.of("spiking"));

  @TempDir Path folder;
  Database database;
  GreenMail server;
  MailTokens tokens;
  Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final MailSite site = MailSite.of("https://papers.example.org");

  final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };

  @BeforeEach
  final void start() throws IOException {
    server = new GreenMail(ServerSetup.SMTP.dynamicPort());
    server.start();
    database = TestDatabases.open();
    tokens = MailTokens.load(folder.resolve("secret"));
  }

  @AfterEach
  final void stop() {
    server.stop();
    database.close();
  }

  final Carrier smtp() {
    return new SmtpCarrier(
        SmtpConfig.parse("smtp+plain://127.0.0.1:" + server.getSmtp().getPort()));
  }

  final Outbox outbox(Carrier carrier) {
    return new Outbox(database, tokens, site, carrier, clock);
  }

  final void listCards() {
    new Importer(database, new CatalogueLinks(Cards.all()), clock, ZoneOffset.UTC)
        .importCards(Cards.all());
  }

  final void list(String title, String text) throws IOException {
    byte[] page =
        (title + "\n\n" + text + "\n\n  • 3 authors\n·\nMar 1, 2026\n")
            .getBytes(StandardCharsets.UTF_8);
    new Importer(database, new CatalogueLinks(Cards.all()), clock, ZoneOffset.UTC)
        .run(Formats.parse(page), page, "page", false);
    database.change(
        db ->
            db.createUpdate(
                    "update paper_stat set listed_at = :at where paper_id ="
                        + " (select max(id) from paper)")
                .bind("at", now)
                .execute());
  }

  final void ask(String address, Wish wish) {
    try (Subscriptions subscriptions = new Subscriptions(database, tokens, site, smtp(), clock)) {
      subscriptions.ask(MailAddress.parse(address), wish, "192.0.2.1");
    }
  }

  final Subscriptions subscriptions() {
    return new Subscriptions(database, tokens, site, smtp(), clock);
  }

  final String subscribed(String address, Wish wish) throws Exception {
    int before = server.getReceivedMessages().length;
    ask(address, wish);
    String token = token(server.getReceivedMessages()[before]);
    try (Subscriptions subscriptions = subscriptions()) {
      assertThat(subscriptions.confirm(token, "192.0.2.1")).isTrue();
    }
    return token;
  }

  static String token(MimeMessage message) throws Exception {
    Matcher matcher = CONFIRM.matcher(part(message, 0));
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  static String part(MimeMessage message, int index) throws IOException, MessagingException {
    BodyPart part = ((MimeMultipart) message.getContent()).getBodyPart(index);
    return (String) part.getContent();
  }

  final String state(String address) {
    try (Subscriptions subscriptions = subscriptions()) {
      return subscriptions.stateOf(address).orElse("unknown");
    }
  }
}
