package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.melange.feed.TexText;
import dev.melange.papers.Cards;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.Importer;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/** The page's papers as commands show them. */
final class PapersStore {
  private PapersStore() {}

  /** The page's store, with the cards in it. */
  static Database open() throws IOException {
    Database database =
        Database.open(DatabaseConfig.of(Folders.home(System.getenv()), System.getenv()));
    try {
      new Importer(database, new CatalogueLinks(Cards.all()), Clock.systemUTC(), ZoneOffset.UTC)
          .importCards(Cards.all());
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /**
   * A paper by its id: of arXiv, {@code local:KEY}, or a key of the catalogue.
   *
   * @throws IllegalArgumentException if there is none
   */
  static PaperEntry find(Database database, String id) {
    PaperStore papers = new PaperStore(database);
    return papers
        .find(id)
        .or(() -> papers.ofCatalogue(id))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no paper '%s'; ids are those of 'melange papers list', such as 2111.11418 or local:metaformer"
                        .formatted(id)));
  }

  static void print(Console console, List<PaperEntry> entries) {
    console.list(
        List.of("paper", "published", "votes", "comments", "title"),
        entries.stream()
            .map(
                entry ->
                    List.of(
                        entry.publicId(),
                        entry.published().toString(),
                        Integer.toString(entry.votes()),
                        Integer.toString(entry.comments()),
                        TexText.plain(entry.title())))
            .toList());
  }

  static ArrayNode json(List<PaperEntry> entries) {
    ArrayNode array = Json.array();
    for (PaperEntry entry : entries) {
      array
          .addObject()
          .put("id", entry.publicId())
          .put("key", entry.catalogueKey())
          .put("title", TexText.plain(entry.title()))
          .put("publishedAt", entry.published().toString())
          .put("upvotes", entry.votes())
          .put("numComments", entry.comments());
    }
    return array;
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
