package dev.melange.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.melange.search.PaperSearch;
import dev.melange.search.SearchRequest;
import dev.melange.search.SearchRequest.Mode;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
      try (PaperSearch search =
          PaperSearch.open(database, folder.resolve("page"), RandomVectors::new)) {
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
    long processor = 0;
    for (int i = -WARM_UP; i < queries; i++) {
      if (i == 0) {
        processor = processorNanos();
      }
      String query = GeneratedPapers.text(random, 2 + random.nextInt(3)) + " " + mode + i;
      long start = System.nanoTime();
      search.find(new SearchRequest(query, mode, 20, 0, null));
      if (i >= 0) {
        times[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    double mean = (processorNanos() - processor) / 1e6 / queries;
    Arrays.sort(times);
    System.out.printf(
        Locale.ROOT,
        "%-8s median %.1f ms, 95 %% %.1f ms, 99 %% %.1f ms, longest %.1f ms; processor %.1f ms%n",
        mode.name().toLowerCase(Locale.ROOT),
        times[queries / 2],
        times[queries * 95 / 100],
        times[queries * 99 / 100],
        times[queries - 1],
        mean);
  }

  /** Of all threads of this process. */
  private static long processorNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
