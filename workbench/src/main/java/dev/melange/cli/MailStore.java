package dev.melange.cli;

import dev.melange.mail.MailSite;
import dev.melange.mail.MailTokens;
import dev.melange.papers.Cards;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.Importer;
import dev.melange.store.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;

/**
 * The store of the page as commands use it, with what mails need. To be closed.
 *
 * @param database with the cards in it
 * @param home {@code MELANGE_HOME}
 * @param tokens of links in mails
 */
record MailStore(Database database, Path home, MailTokens tokens) implements AutoCloseable {
  /** The setting that remembers how readers reach the page. */
  static final String BASE_URL = "base-url";

  static MailStore open() throws IOException {
    Path home = Folders.home(System.getenv());
    Database database = Database.open(DatabaseConfig.of(home, System.getenv()));
    try {
      new Importer(database, new CatalogueLinks(Cards.all()), Clock.systemUTC(), ZoneOffset.UTC)
          .importCards(Cards.all());
      return new MailStore(
          database, home, MailTokens.load(home.resolve("page").resolve("mail-secret")));
    } catch (IOException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /**
   * How mails name the page: as given, else as it was last served.
   *
   * @param given may be null
   * @throws IllegalArgumentException if neither is known
   */
  MailSite site(URI given) {
    String url =
        given != null
            ? given.toString()
            : new Settings(database)
                .get(BASE_URL)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "links in mails need the page's address, and it was not served yet;"
                                + " give it with --base-url https://papers.example.org"));
    return MailSite.of(url.replaceFirst("/+$", ""));
  }

  @Override
  public void close() {
    database.close();
  }
}
