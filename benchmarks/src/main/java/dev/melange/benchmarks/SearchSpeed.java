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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The time of a search over many {@linkplain GeneratedPapers generated papers}; their vectors are
 * random, since encoding so many texts is not what is measured; queries of 3 to 5 words, one of
 * which no paper has, are encoded by the real model, each for the first time.
 *
 * <p>Arguments: papers, queries, and optionally a folder for both, which is kept: the next time its
 * papers and its index are there already.
 */
public final class SearchSpeed {
  private static final int WARM_UP = 100;

  private SearchSpeed() {}

  /** Measures. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int papers = Integer.parseInt(arguments[0]);
    int queries = Integer.parseInt(arguments[1]);
    Path folder =
        arguments.length > 2 ? Path.of(arguments[2]) : Files.createTempDirectory("search-speed");
    try (Database database = Database.open(DatabaseConfig.file(folder))) {
      GeneratedPapers.fill(database, papers);
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
    for (int i = -WARM_UP; i < queries; i++) {
      String query = GeneratedPapers.text(random, 2 + random.nextInt(3)) + " " + mode + i;
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

  /** Random directions for many texts; the real model for one, which is a query. */
  private static final class RandomVectors implements TextEncoder {
    private static final int REPORTED = 10_000;

    private final TextEncoder real = MiniLmEncoder.load();
    private int encoded;

    RandomVectors() throws IOException {}

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
        vectors.add(direction(new Random(text.hashCode())));
        if (++encoded % REPORTED == 0) {
          System.err.printf("%,d vectors%n", encoded);
        }
      }
      return vectors;
    }

    private static float[] direction(Random random) {
      float[] vector = new float[384];
      double square = 0;
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) random.nextGaussian();
        square += vector[i] * vector[i];
      }
      for (int i = 0; i < vector.length; i++) {
        vector[i] /= (float) Math.sqrt(square);
      }
      return vector;
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
