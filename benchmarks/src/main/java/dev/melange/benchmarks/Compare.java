package dev.melange.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Runs {@link ModelSteps} and its peer in Python, turn by turn in processes of their own, and
 * prints the ratios as a table in Markdown.
 *
 * <p>Arguments: the peer's script, the Python interpreter, rounds, seconds per measurement, and
 * optionally the cases.
 */
public final class Compare {
  private static final List<String> CASES =
      List.of(
          "poolformer_s12_64",
          "poolformer_s12_224",
          "mixer_s16_224",
          "raftmlp_s_224",
          "ms_mlp_tiny_224",
          "strip_mlp_light_tiny_224",
          "scaling_mlp_b12_wi512_64",
          "hourglass_mlp_784",
          "maxim_s1_64",
          "affnet_t_256",
          "dsm_s_224",
          "ninformer_cifar10_32",
          "max_former_cifar10_32",
          "vim2_xs_32",
          "timemixer_etth1",
          "tsmixer_ett",
          "tsm2_ett",
          "finalmlp_frappe",
          "cam_image_16k",
          "siren_16k");
  private static final ObjectMapper JSON = new ObjectMapper();

  private Compare() {}

  /** Measures all cases. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path script = Path.of(arguments[0]);
    String python = arguments[1];
    int rounds = Integer.parseInt(arguments[2]);
    String seconds = arguments[3];
    List<String> cases =
        arguments.length > 4 ? Arrays.asList(arguments).subList(4, arguments.length) : CASES;
    System.out.println(
        "| case | mode | Melange ms | PyTorch ms | speed ratio | Melange MiB | PyTorch MiB | memory ratio |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (String mode : new String[] {"train", "infer"}) {
      double logs = 0;
      for (String name : cases) {
        List<JsonNode> ours = new ArrayList<>();
        List<JsonNode> theirs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
          List<String> what = List.of(name, mode, seconds);
          ours.add(
              JSON.readTree(
                  PeerProcess.output(
                      PeerProcess.java(ModelSteps.class, what), PeerProcess::asLaunched)));
          theirs.add(
              JSON.readTree(
                  PeerProcess.output(
                      List.of(python, script.toString(), name, mode, seconds),
                      PeerProcess::asItComes)));
        }
        checkSameModel(name, ours.get(0), theirs.get(0));
        double speed = median(theirs, "median_ms") / median(ours, "median_ms");
        logs += Math.log(speed);
        System.out.printf(
            Locale.ROOT,
            "| %s | %s | %.1f | %.1f | %.2f | %.0f | %.0f | %.2f |%n",
            name,
            mode,
            median(ours, "median_ms"),
            median(theirs, "median_ms"),
            speed,
            median(ours, "peak_mib"),
            median(theirs, "peak_mib"),
            median(ours, "peak_mib") / median(theirs, "peak_mib"));
      }
      System.out.printf(
          Locale.ROOT,
          "| geometric mean | %s | | | %.2f | | | |%n",
          mode,
          Math.exp(logs / cases.size()));
    }
  }

  private static void checkSameModel(String name, JsonNode ours, JsonNode theirs) {
    long a = ours.get("parameters").longValue();
    long b = theirs.get("parameters").longValue();
    if (a != b) {
      throw new IllegalStateException(
          "%s has %,d parameters here and %,d in its peer".formatted(name, a, b));
    }
  }

  private static double median(List<JsonNode> results, String key) {
    ToDoubleFunction<JsonNode> value = node -> node.get(key).doubleValue();
    double[] sorted = results.stream().mapToDouble(value).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
