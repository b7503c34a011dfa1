package dev.melange.benchmarks;

import dev.melange.search.MiniLmEncoder;
import dev.melange.search.PaperSearch;
import dev.melange.search.SearchRequest;
import dev.melange.search.SearchRequest.Mode;
import dev.melange.search.TextEncoder;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The time of a search over many generated papers: words of a Zipf-like vocabulary in titles and
 * abstracts of usual length; vectors of papers at random, since encoding so many texts is not what
 * is measured; queries are encoded by the real model, each for the first time.
 *
 * <p>Arguments: papers, and queries.
 */
public final class SearchSpeed {
  private static final int VOCABULARY = 20_000;
  private static final int BATCH = 1_000;
  private static final List<String> KNOWN =
      List.of("mixing", "token", "feature", "vision", "attention", "model", "frequency", "graph");

  private SearchSpeed() {}

  /** Measures. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int papers = Integer.parseInt(arguments[0]);
    int queries = Integer.parseInt(arguments[1]);
    Path folder = Files.createTempDirectory("search-speed");
    try (Database database = Database.open(DatabaseConfig.memory("search-speed"))) {
      fill(database, papers);
      long start = System.nanoTime();
      try (PaperSearch search = PaperSearch.open(database, folder, RandomVectors::new)) {
        search.awaitReady();
        System.out.printf(
            Locale.ROOT,
            "%,d papers indexed in %.1f s%n",
            papers,
            (System.nanoTime() - start) / 1e9);
        for (Mode mode : Mode.values()) {
          measure(search, mode, queries);
        }
      }
    }
  }

  private static void measure(PaperSearch search, Mode mode, int queries) throws IOException {
    Random random = new Random(7);
    double[] times = new double[queries];
    int warm = 50;
    for (int i = -warm; i < queries; i++) {
      String query = text(random, 3 + random.nextInt(3)) + " " + mode + i;
      long start = System.nanoTime();
      search.find(new SearchRequest(query, mode, 20, 0, null));
      if (i >= 0) {
        times[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    Arrays.sort(times);
    System.out.printf(
        Locale.ROOT,
        "%-8s median %.1f ms, 95 %% %.1f ms, 99 %% %.1f ms, longest %.1f ms%n",
        mode.name().toLowerCase(Locale.ROOT),
        times[queries / 2],
        times[queries * 95 / 100],
        times[queries * 99 / 100],
        times[queries - 1]);
  }

  private static void fill(Database database, int papers) {
    Random random = new Random(1);
    Instant now = Instant.parse("2026-03-01T12:00:00Z");
    for (int from = 0; from < papers; from += BATCH) {
      int first = from;
      int last = Math.min(papers, from + BATCH);
      database.change(
          db -> {
            var paper =
                db.prepareBatch(
                    "insert into paper (local_key, title, title_key, title_rank, abstract,"
                        + " abstract_rank, published, authors_rank, created_at, updated_at,"
                        + " row_version) values (:key, :title, :sha, 1, :text, 1, :day, 1, :now,"
                        + " :now, 1)");
            for (int i = first; i < last; i++) {
              paper
                  .bind("key", "p" + i)
                  .bind("title", text(random, 9))
                  .bind("sha", "%064d".formatted(i))
                  .bind("text", text(random, 200))
                  .bind("day", LocalDate.of(2015, 1, 1).plusDays(i % 4_000))
                  .bind("now", now)
                  .add();
            }
            paper.execute();
          });
    }
    database.change(
        db ->
            db.execute(
                "insert into paper_stat (paper_id, votes, comments) select id, 0, 0 from paper"));
  }

  private static String text(Random random, int words) {
    List<String> text = new ArrayList<>();
    for (int i = 0; i < words; i++) {
      int rank = (int) Math.pow(VOCABULARY, random.nextDouble());
      text.add(rank <= KNOWN.size() ? KNOWN.get(rank - 1) : "w" + Integer.toString(rank, 36));
    }
    return String.join(" ", text);
  }

  /** Random directions for many texts; the real model for one, which is a query. */
  private static final class RandomVectors implements TextEncoder {
    private final TextEncoder real;

    RandomVectors() throws IOException {
      real = MiniLmEncoder.load();
    }

    @Override
    public String model() {
      return "random";
    }

    @Override
    public int maxTokens() {
      return real.maxTokens();
    }

    @Override
    public List<float[]> encode(List<String> texts) {
      if (texts.size() == 1) {
        return real.encode(texts);
      }
      List<float[]> vectors = new ArrayList<>();
      for (String text : texts) {
        Random random = new Random(text.hashCode());
        float[] vector = new float[384];
        double square = 0;
        for (int i = 0; i < vector.length; i++) {
          vector[i] = (float) random.nextGaussian();
          square += vector[i] * vector[i];
        }
        for (int i = 0; i < vector.length; i++) {
          vector[i] /= (float) Math.sqrt(square);
        }
        vectors.add(vector);
      }
      return vectors;
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
