package dev.melange.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.feed.Formats;
import dev.melange.papers.Cards;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.Importer;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.TestDatabases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index follows the store. */
class IndexFollowerTest {
  private static final SearchRequest WORD =
      new SearchRequest("zebrafish", SearchRequest.Mode.LEXICAL, 5, 0, null);

  @TempDir private Path folder;
  private Database database;
  private Importer importer;
  private final AtomicInteger encoded = new AtomicInteger();

  /** Vectors that tell only how long a text is. */
  private final class Lengths implements TextEncoder {
    @Override
    public String model() {
      return "lengths";
    }

    @Override
    public int maxTokens() {
      return 256;
    }

    @Override
    public List<float[]> encode(List<String> texts) {
      encoded.addAndGet(texts.size());
      List<float[]> vectors = new ArrayList<>();
      for (String text : texts) {
        vectors.add(new float[] {(float) Math.cos(text.length()), (float) Math.sin(text.length())});
      }
      return vectors;
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open();
    importer =
        new Importer(
            database,
            new CatalogueLinks(Cards.all()),
            Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC),
            ZoneOffset.UTC);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private PaperSearch search() throws IOException, InterruptedException {
    PaperSearch search = PaperSearch.open(database, folder, Lengths::new);
    search.awaitReady();
    return search;
  }

  private void add(String title, String words) throws IOException {
    String page = title + "\n\n" + words + "\n\n  • 3 authors\n·\nMar 1, 2026\n";
    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
    importer.run(Formats.parse(bytes), bytes, "page", false);
  }

  private Set<Long> stored() {
    return Set.copyOf(
        database.read(
            db ->
                db.createQuery("select id from paper where withdrawn_at is null")
                    .mapTo(Long.class)
                    .list()));
  }

  /** Invariant I4. */
  @Test
  void seesImportsWithdrawalsAndNothingElse() throws IOException, InterruptedException {
    importer.importCards(Cards.all());
    try (PaperSearch search = search()) {
      assertThat(search.indexed()).hasSize(41).containsExactlyInAnyOrderElementsOf(stored());
      add("Zebrafish networks", "A zebrafish swims.");
      search.update();
      assertThat(search.find(WORD).hits())
          .first()
          .satisfies(hit -> assertThat(hit.paper().title()).isEqualTo("Zebrafish networks"));
      database.change(
          db ->
              db.execute(
                  "update paper set withdrawn_at = updated_at, row_version = row_version + 1"
                      + " where title = 'Zebrafish networks'"));
      search.update();
      assertThat(search.find(SearchRequest.of("title:zebrafish", 5)).hits()).isEmpty();
      assertThat(search.indexed()).containsExactlyInAnyOrderElementsOf(stored());
    }
  }

  @Test
  void encodesEachTextOnce() throws IOException, InterruptedException {
    importer.importCards(Cards.all());
    search().close();
    assertThat(encoded.get()).isEqualTo(41);
    search().close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
    try (PaperSearch search = search()) {
      assertThat(search.indexed()).hasSize(41);
      assertThat(search.similar(anyPaper(), 5)).isNotEmpty();
    }
    assertThat(encoded.get()).isEqualTo(41);
  }

  private PaperEntry anyPaper() {
    return new PaperStore(database).ofCatalogue("maxim").orElseThrow();
  }

  @Test
  void buildsABrokenIndexAnew() throws IOException, InterruptedException {
    importer.importCards(Cards.all());
    search().close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.getFileName().toString().startsWith("segments")) {
          Files.write(file, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
        }
      }
    }
    try (PaperSearch search = search()) {
      assertThat(search.indexed()).hasSize(41);
    }
  }

  @Test
  void answersWhileAnotherProcessHasTheIndex() throws IOException, InterruptedException {
    importer.importCards(Cards.all());
    try (PaperSearch first = search();
        PaperSearch second = search()) {
      assertThat(second.indexed()).isEqualTo(first.indexed());
    }
  }

  @Test
  void searchesGoOnWhileTheIndexChanges() throws Exception {
    importer.importCards(Cards.all());
    try (PaperSearch search = search()) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      AtomicBoolean stop = new AtomicBoolean();
      Thread reader =
          new Thread(
              () -> {
                try {
                  while (!stop.get()) {
                    assertThat(search.find(SearchRequest.of("mixing", 50)).hits())
                        .hasSizeGreaterThan(10);
                  }
                } catch (IOException | RuntimeException | AssertionError e) {
                  failure.set(e);
                }
              });
      reader.start();
      for (int i = 0; i < 10; i++) {
        add("Mixing number " + i, "It mixes " + i + " things.");
        search.update();
      }
      stop.set(true);
      reader.join();
      assertThat(failure.get()).isNull();
      assertThat(search.indexed()).hasSize(51);
    }
  }

  @Test
  void deletesIndexesOfOlderLayoutsThatNobodyUses() throws IOException, InterruptedException {
    importer.importCards(Cards.all());
    Path old = Files.createDirectories(folder.resolve("index-1"));
    Files.writeString(old.resolve("segments_1"), "old");
    Path newer = Files.createDirectories(folder.resolve("index-9999"));
    Path other = Files.writeString(folder.resolve("index-0"), "a file");
    try (Directory directory = FSDirectory.open(old);
        Lock lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
      search().close();
      lock.ensureValid();
      assertThat(old.resolve("segments_1")).as("while another uses it").exists();
    }
    try (PaperSearch search = search()) {
      assertThat(old).doesNotExist();
      assertThat(newer).exists();
      assertThat(other).exists();
      assertThat(search.size()).isEqualTo(Cards.all().size());
    }
  }
}
