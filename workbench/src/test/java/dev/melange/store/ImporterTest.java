package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.feed.PageText;
import dev.melange.feed.ParsedSource;
import dev.melange.feed.Seed;
import dev.melange.papers.Cards;
import dev.melange.store.ImportReport.Outcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImporterTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private Database database;
  private Importer importer;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    importer =
        new Importer(
            database,
            new CatalogueLinks(Cards.all()),
            Clock.fixed(NOW, ZoneOffset.UTC),
            ZoneOffset.UTC);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private ImportReport seed(boolean dryRun) throws IOException {
    byte[] bytes = Seed.text();
    ParsedSource source = PageText.parse(bytes);
    return importer.run(source, bytes, "daily-papers.txt", dryRun);
  }

  /** All rows of all tables. */
  private Map<String, List<Map<String, Object>>> dump() {
    Map<String, List<Map<String, Object>>> dump = new TreeMap<>();
    for (String table :
        List.of(
            "app_user",
            "organisation",
            "paper",
            "paper_stat",
            "paper_author",
            "paper_link",
            "paper_event",
            "source",
            "source_record",
            "listing",
            "vote",
            "discussion_comment",
            "trend_event")) {
      dump.put(
          table, database.read(db -> db.createQuery("select * from " + table).mapToMap().list()));
      dump.get(table).sort(java.util.Comparator.comparing(Object::toString));
    }
    return dump;
  }

  /** T10. */
  @Test
  void linksAll41PapersToTheCatalogue() throws IOException {
    importer.importCards(Cards.all());
    ImportReport report = seed(false);
    assertThat(report.count(Outcome.CHANGED)).isEqualTo(41);
    assertThat(report.items()).hasSize(41).allMatch(item -> item.fields().contains("abstract"));
    List<String> keys =
        database.read(
            db -> db.createQuery("select catalogue_key from paper").mapTo(String.class).list());
    assertThat(keys).containsExactlyInAnyOrderElementsOf(Cards.keys());
  }

  @Test
  void linksTheCatalogueInAnyOrder() throws IOException {
    assertThat(seed(false).count(Outcome.NEW)).isEqualTo(41);
    importer.importCards(Cards.all());
    long linked =
        database.read(
            db ->
                db.createQuery("select count(*) from paper where catalogue_key is not null")
                    .mapTo(Long.class)
                    .one());
    assertThat(linked).isEqualTo(41);
    assertThat(new PaperStore(database).count(PaperQuery.all(Sort.NEWEST, 1, 0))).isEqualTo(41);
  }

  /** T41. */
  @Test
  void changesNothingWhenTheSameFileComesAgain() throws IOException {
    importer.importCards(Cards.all());
    seed(false);
    Map<String, List<Map<String, Object>>> before = dump();
    importer.importCards(Cards.all());
    ImportReport again = seed(false);
    assertThat(again.count(Outcome.SAME)).isEqualTo(41);
    assertThat(dump()).isEqualTo(before);
  }

  @Test
  void storesNothingInADryRun() throws IOException {
    Map<String, List<Map<String, Object>>> before = dump();
    assertThat(seed(true).count(Outcome.NEW)).isEqualTo(41);
    assertThat(dump()).isEqualTo(before);
  }

  @Test
  void listsTheCardsOnAFreshInstallation() {
    importer.importCards(Cards.all());
    PaperStore papers = new PaperStore(database);
    List<PaperEntry> entries = papers.list(PaperQuery.all(Sort.PUBLISHED_AT, 100, 0));
    assertThat(entries).hasSize(41).allMatch(entry -> entry.abstractText() == null);
    assertThat(entries).isSortedAccordingTo((a, b) -> b.listedAt().compareTo(a.listedAt()));
    assertThat(papers.find(entries.get(0).publicId()).orElseThrow().title())
        .isEqualTo(entries.get(0).title());
  }
}
