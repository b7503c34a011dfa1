package dev.melange.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.store.Database;
import dev.melange.store.ResultStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** Brings the results of finished runs into the store. */
final class RunResults {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final ResultStore results;

  RunResults(Database database) {
    this.results = new ResultStore(database);
  }

  /**
   * Stores a job's result with its paper; of a run whose scale says nothing about the claim too.
   *
   * @param file the run's {@code result.json}
   * @return the verdict, as the study words it
   */
  String store(Job job, Path file, Instant now) throws IOException {
    JsonNode result = MAPPER.readTree(file.toFile());
    JsonNode config = MAPPER.readTree(file.resolveSibling("config.json").toFile());
    String verdict = result.path("verdict").asText("");
    if (job.paperId() != null) {
      long first = config.path("seed").asLong();
      long seeds = Math.max(1, config.path("settings").path("seeds").asLong(1));
      results.add(
          new ResultStore.Result(
              job.paperId(),
              job.study(),
              result.path("scale").asText(job.scale()),
              config.toString(),
              seeds == 1 ? Long.toString(first) : first + " to " + (first + seeds - 1),
              machine(),
              job.startedAt() == null ? now : job.startedAt(),
              now,
              summary(result).toString(),
              verdict,
              file.getParent().toString(),
              config.path("library").asText("unknown")));
    }
    return verdict;
  }

  /** Findings, comparisons and tables, without the trials. */
  private static JsonNode summary(JsonNode result) {
    return MAPPER
        .createObjectNode()
        .<ObjectNode>set("findings", result.path("findings"))
        .<ObjectNode>set("comparisons", result.path("comparisons"))
        .set("tables", result.path("tables"));
  }

  private static String machine() {
    return "%s %s, %d processors, Java %s"
        .formatted(
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.version"));
  }
}
