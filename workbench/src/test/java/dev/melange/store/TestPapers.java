package dev.melange.store;

import dev.melange.feed.PaperRecord;
import dev.melange.feed.ParsedSource;
import dev.melange.feed.SourceKind;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** Papers and users for tests. */
public final class TestPapers {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private TestPapers() {}

  /** An importer without catalogue. */
  public static Importer importer(Database database, Instant now) {
    return new Importer(
        database, new CatalogueLinks(List.of()), Clock.fixed(now, ZoneOffset.UTC), ZoneOffset.UTC);
  }

  /** Adds a paper and returns its id in the store. */
  public static long add(Database database, String title, String published) {
    return add(
        database,
        PaperRecord.of(1, 1, title, LocalDate.parse(published))
            .abstractText("About " + title + ".")
            .authorCount(3)
            .build(title));
  }

  /** Adds a paper and returns its id in the store. */
  public static long add(Database database, PaperRecord record) {
    byte[] bytes = (record.title() + record.published()).getBytes(StandardCharsets.UTF_8);
    ImportReport report =
        importer(database, NOW)
            .run(
                new ParsedSource(SourceKind.PAGE_TEXT, List.of(record), List.of()),
                bytes,
                "test",
                false);
    return new PaperStore(database).find(report.items().get(0).paper()).orElseThrow().id();
  }

  /** Adds a member and returns their id in the store. */
  public static long user(Database database, String name) {
    return new UserStore(database).add(name, name, User.Role.MEMBER, NOW).id();
  }
}
