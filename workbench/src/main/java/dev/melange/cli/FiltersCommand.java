package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.Checkpoints;
import dev.melange.io.Provenance;
import dev.melange.nn.ImageModel;
import dev.melange.papers.FilterPictures;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.Vision;
import dev.melange.report.ImageGrid;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws what the first layer of an image model looks for. */
@Command(
    name = "filters",
    description =
        "Draw the weights of an image model's first layer as pictures, those of largest norm first:"
            + " filters of a convolution, or what an MLP on pixels weighs each pixel with.",
    footer = {
      "  melange filters runs/pets/classifier.safetensors --out filters.png",
      "  melange filters B_12-Wi_1024.safetensors --model scaling_mlp_b12_wi1024 --out filters.png"
    })
final class FiltersCommand extends Subcommand {
  private static final int MOST = 4096;

  @Parameters(
      paramLabel = "FILE",
      description = "A classifier of 'melange train image', or weights of a model.")
  private Path file;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The model of weights that do not tell it themselves.")
  private String name;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change a key of that model's configuration; may be repeated.")
  private Map<String, String> changes = new LinkedHashMap<>();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "64",
      description = "Filters to draw at most. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--out",
      paramLabel = "PNG",
      defaultValue = "filters.png",
      description = "The picture. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("--count must be 1 to %d, got %d".formatted(MOST, count));
    }
    Engine.get();
    try (ImageModel model = load()) {
      ImageGrid grid = FilterPictures.grid("First layer of " + file.getFileName(), model, count);
      int shown = grid.rows().stream().mapToInt(row -> row.tiles().size()).sum();
      grid.save(out);
      ObjectNode json = Json.object().put("picture", out.toString()).put("filters", shown);
      console.result(
          () -> json,
          () -> console.line("%d filters of the first layer: %s".formatted(shown, out)));
    }
    return ExitCode.OK;
  }

  private ImageModel load() throws IOException {
    if (name == null) {
      Optional<String> known = Checkpoints.provenance(file).map(Provenance::model);
      if (known.isEmpty()) {
        throw new IllegalArgumentException(
            file + " does not say of which model it is; name it with --model");
      }
      return ImageClassifier.load(file).model();
    }
    ImageModel model = (ImageModel) Vision.model(name).create(changes, new Rng(0));
    try {
      Checkpoints.load(model, file);
      return model;
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }
}
