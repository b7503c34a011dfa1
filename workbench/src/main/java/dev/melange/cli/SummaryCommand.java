package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.nn.ModelSummary;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Model;
import dev.melange.report.Table;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the layers of a model with output shapes, parameters and multiply-accumulates. */
@Command(
    name = "summary",
    description =
        "Show the layers of a model: output shapes, parameters and multiply-accumulate operations"
            + " (MACs) of one forward pass with a batch of one. MACs are those of linear layers,"
            + " convolutions, matrix products and attention.",
    footer = {
      "  melange summary poolformer_s12",
      "  melange summary poolformer_s12 --input 3x64x64 --depth 4",
      "  melange summary mixer_s16 --set img_size=64 --set num_classes=10",
      "  melange summary mixer_s16 --set mixer=pooling   another paper's token mixer",
      "  melange summary timemixer_etth1_96 --json"
    })
final class SummaryCommand extends Subcommand {
  private static final int MAX_DIMENSIONS = 8;

  @Parameters(paramLabel = "MODEL", description = "A name that 'melange models' lists.")
  private String name;

  @Option(
      names = "--input",
      paramLabel = "SHAPE",
      description =
          "Shape of the input without the batch, such as 3x224x224. Default: the model's.")
  private String input;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "3",
      description = "Show layers down to this depth; 0 for totals only. Default: ${DEFAULT-VALUE}.")
  private int depth;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change a key of the model's configuration; may be repeated.")
  private Map<String, String> changes = new LinkedHashMap<>();

  @Override
  protected int run(Console console, Cancellation cancellation) {
    if (depth < 0) {
      throw new IllegalArgumentException("--depth must be at least 0, got " + depth);
    }
    Model model = Catalogue.model(name);
    Engine.get();
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> inputs = new TreeMap<>(inputs(model.example(changes)));
      Component.Built built = model.build(changes, inputs, new Rng(0));
      try (var layer = built.layer()) {
        ModelSummary summary = ModelSummary.of(layer, () -> built.run(new Inputs(inputs, false)));
        List<ModelSummary.Row> shown =
            summary.layers().stream().filter(row -> row.depth() <= depth).toList();
        console.result(
            () -> json(summary, shown, inputs), () -> print(console, summary, shown, inputs));
      }
    }
    return ExitCode.OK;
  }

  private Map<String, Tensor> inputs(Map<String, Tensor> example) {
    if (input == null) {
      if (example.isEmpty()) {
        throw new IllegalArgumentException(
            name + " has no input of its own; give one with --input, such as --input 3x224x224");
      }
      return example;
    }
    long[] shape = shape(input);
    if (example.size() > 1) {
      throw new IllegalArgumentException(
          "--input replaces the only input of a model, but %s has %s; change their sizes with --set"
              .formatted(name, describe(example)));
    }
    if (example.isEmpty()) {
      return Map.of("x", Tensor.zeros(shape));
    }
    Map.Entry<String, Tensor> only = example.entrySet().iterator().next();
    Tensor given = only.getValue();
    return Map.of(only.getKey(), Tensor.zeros(given.dtype(), given.device(), shape));
  }

  /** A batch of one of a shape such as 3x224x224. */
  private static long[] shape(String text) {
    String[] parts = text.split("x", -1);
    long[] shape = new long[parts.length + 1];
    shape[0] = 1;
    for (int i = 0; i < parts.length; i++) {
      if (parts.length > MAX_DIMENSIONS || !parts[i].matches("[1-9][0-9]{0,6}")) {
        throw new IllegalArgumentException(
            "--input is a shape such as 3x224x224, without the batch; got '" + text + "'");
      }
      shape[i + 1] = Long.parseLong(parts[i]);
    }
    return shape;
  }

  private static String describe(Map<String, Tensor> inputs) {
    return inputs.entrySet().stream()
        .map(entry -> entry.getKey() + " " + Arrays.toString(entry.getValue().shape()))
        .collect(Collectors.joining(", "));
  }

  private void print(
      Console console,
      ModelSummary summary,
      List<ModelSummary.Row> shown,
      Map<String, Tensor> inputs) {
    Table.Builder table =
        Table.titled("")
            .text("layer")
            .text("type")
            .text("output")
            .number("parameters", "%,d")
            .number("MACs", "%,d");
    for (ModelSummary.Row row : shown) {
      if (row.depth() == 0) {
        continue;
      }
      table.row(
          row.path(),
          row.type(),
          row.output().isEmpty() ? "" : row.output().toString(),
          row.parameters(),
          row.macs());
    }
    console.line(console.bold(name) + ", input " + describe(inputs));
    if (shown.size() > 1) {
      console.table(table.build());
    }
    console.line(
        String.format(
            Locale.ROOT,
            "%,d parameters (%s in float32), %s MACs",
            summary.parameters(),
            bytes(4 * summary.parameters()),
            count(summary.macs())));
  }

  private static String bytes(long bytes) {
    return bytes < 1 << 20
        ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }

  private static String count(long n) {
    if (n < 1_000_000) {
      return String.format(Locale.ROOT, "%,d", n);
    }
    return n < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f M", n / 1e6)
        : String.format(Locale.ROOT, "%.2f G", n / 1e9);
  }

  private ObjectNode json(
      ModelSummary summary, List<ModelSummary.Row> shown, Map<String, Tensor> inputs) {
    ObjectNode json = Json.object();
    json.put("model", name);
    ObjectNode shapes = json.putObject("inputs");
    inputs.forEach(
        (key, tensor) -> {
          ArrayNode shape = shapes.putArray(key);
          Arrays.stream(tensor.shape()).forEach(shape::add);
        });
    json.put("parameters", summary.parameters());
    json.put("macs", summary.macs());
    ArrayNode layers = json.putArray("layers");
    for (ModelSummary.Row row : shown) {
      ObjectNode layer = layers.addObject();
      layer.put("path", row.path()).put("depth", row.depth()).put("type", row.type());
      row.output().forEach(layer.putArray("output")::add);
      layer.put("parameters", row.parameters()).put("macs", row.macs());
    }
    return json;
  }
}
