package dev.melange.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs {@link ContrastiveSteps} and its peer in Python, turn by turn in processes of their own, and
 * prints the ratios as a table in Markdown. Both must have as many parameters and begin with the
 * same loss.
 *
 * <p>Arguments: the peer's script, the Python interpreter, rounds, then those of {@link
 * ContrastiveSteps}.
 */
public final class ContrastiveCompare {
  private static final ObjectMapper JSON = new ObjectMapper();
  // float32 summed in another order
  private static final double SAME = 1e-4;
  // the points that are mixed are drawn by each for itself
  private static final double SAME_BUT_FOR_DRAWS = 2e-2;

  private ContrastiveCompare() {}

  /** Measures and prints the table. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rounds = Integer.parseInt(arguments[2]);
    List<String> rest = Arrays.asList(arguments).subList(3, arguments.length);
    List<String> java = PeerProcess.java(ContrastiveSteps.class, rest);
    List<String> python = new ArrayList<>(List.of(arguments[1], arguments[0]));
    python.addAll(rest);
    Map<String, List<JsonNode>> ours = new LinkedHashMap<>();
    Map<String, List<JsonNode>> theirs = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      run(java, PeerProcess::asLaunched, ours);
      run(python, PeerProcess::asItComes, theirs);
    }
    System.out.println(
        "| step | first loss | Melange ms | PyTorch ms | PyTorch / Melange | the same in processor time |");
    System.out.println("|---|---|---|---|---|---|");
    for (Map.Entry<String, List<JsonNode>> one : ours.entrySet()) {
      List<JsonNode> own = one.getValue();
      List<JsonNode> peer = theirs.get(one.getKey());
      checkSame(one.getKey(), own.get(0), peer.get(0));
      System.out.printf(
          Locale.ROOT,
          "| %s | %.4f and %.4f | %.1f | %.1f | %.2f | %.2f |%n",
          one.getKey(),
          own.get(0).get("loss").asDouble(),
          peer.get(0).get("loss").asDouble(),
          median(own, "elapsed_ms"),
          median(peer, "elapsed_ms"),
          median(peer, "elapsed_ms") / median(own, "elapsed_ms"),
          median(peer, "processor_ms") / median(own, "processor_ms"));
    }
  }

  private static void checkSame(String method, JsonNode ours, JsonNode theirs) {
    long a = ours.get("parameters").asLong();
    long b = theirs.get("parameters").asLong();
    double x = ours.get("loss").asDouble();
    double y = theirs.get("loss").asDouble();
    double tolerance = method.equals("moco") ? SAME : SAME_BUT_FOR_DRAWS;
    if (a != b || !(Math.abs(x - y) <= tolerance * Math.abs(y))) {
      throw new IllegalStateException(
          "%s does not do the same here and in its peer: %,d and %,d parameters, first losses %s and %s"
              .formatted(method, a, b, x, y));
    }
  }

  private static void run(
      List<String> command,
      Consumer<Map<String, String>> environment,
      Map<String, List<JsonNode>> into)
      throws IOException, InterruptedException {
    for (String line : PeerProcess.output(command, environment).lines().toList()) {
      JsonNode json = JSON.readTree(line);
      into.computeIfAbsent(json.get("method").asText(), any -> new ArrayList<>()).add(json);
    }
  }

  private static double median(List<JsonNode> results, String key) {
    return results.stream()
        .map(result -> result.get(key).asDouble())
        .sorted()
        .skip(results.size() / 2)
        .findFirst()
        .orElseThrow();
  }
}
