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

/**
 * Runs {@link MixSpeed} and its peer in Python in processes of their own with one thread each, turn
 * by turn, and prints the ratios as a table in Markdown.
 *
 * <p>Arguments: the peer's script, the Python interpreter, rounds, then those of {@link MixSpeed}.
 */
public final class MixCompare {
  private static final ObjectMapper JSON = new ObjectMapper();

  private MixCompare() {}

  /** Measures and prints the table. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rounds = Integer.parseInt(arguments[2]);
    List<String> rest = Arrays.asList(arguments).subList(3, arguments.length);
    List<String> java = PeerProcess.java(MixSpeed.class, rest);
    List<String> python = new ArrayList<>(List.of(arguments[1], arguments[0]));
    python.addAll(rest);
    Map<String, List<Double>> ours = new LinkedHashMap<>();
    Map<String, List<Double>> theirs = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      run(java, ours);
      run(python, theirs);
    }
    double step = ours.containsKey("step") ? median(ours.get("step")) : Double.NaN;
    double batch = Double.parseDouble(rest.get(1));
    System.out.println(
        "| measured | Melange ms | PyTorch ms | PyTorch / Melange | share of our step | Melange images/s |");
    System.out.println("|---|---|---|---|---|---|");
    for (Map.Entry<String, List<Double>> one : ours.entrySet()) {
      double own = median(one.getValue());
      double peer =
          theirs.containsKey(one.getKey()) ? median(theirs.get(one.getKey())) : Double.NaN;
      System.out.printf(
          Locale.ROOT,
          "| %s | %.2f | %s | %s | %s | %.0f |%n",
          one.getKey(),
          own,
          text("%.2f", peer),
          text("%.2f", peer / own),
          text("%.2f %%", 100 * own / step),
          batch / own * 1000);
    }
  }

  private static String text(String format, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
  }

  private static void run(List<String> command, Map<String, List<Double>> into)
      throws IOException, InterruptedException {
    String output =
        PeerProcess.output(
            command,
            environment -> {
              environment.put("MELANGE_THREADS", "1");
              environment.put("OMP_NUM_THREADS", "1");
              environment.put("OMP_WAIT_POLICY", "PASSIVE");
              environment.putIfAbsent("MALLOC_ARENA_MAX", "1");
              environment.putIfAbsent("MALLOC_MMAP_THRESHOLD_", "33554432");
              environment.putIfAbsent("MALLOC_TRIM_THRESHOLD_", "268435456");
            });
    for (String line : output.lines().toList()) {
      JsonNode json = JSON.readTree(line);
      into.computeIfAbsent(json.get("name").asText(), name -> new ArrayList<>())
          .add(json.get("ms").asDouble());
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}
