package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import dev.melange.papers.hourglassmlp.PrototypeDrawer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws the prototypes of the classes of images. */
@Command(
    name = "draw",
    description =
        "Draw the prototype of the class of each image, with a network of 'prototypes fit', and"
            + " tell which class's prototype is nearest to the drawing.",
    footer = {
      "  melange prototypes draw --weights symbols.safetensors new.png --out drawn.png",
      "  melange prototypes draw --weights symbols.safetensors new/ --out drawn.png --json"
    })
final class PrototypesDrawCommand extends Subcommand {
  private static final int MOST = 500;

  @Option(
      names = "--weights",
      required = true,
      paramLabel = "FILE",
      description = "The file that 'melange prototypes fit' wrote.")
  private Path weights;

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE|FOLDER",
      description = "Image files, or folders searched for images.")
  private List<Path> paths;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "PNG",
      description = "The picture: each image, what was drawn for it, the nearest prototype.")
  private Path out;

  @Option(
      names = "--channels",
      paramLabel = "1|3",
      description = "Convert images to the network's channels instead of refusing others.")
  private Integer channels;

  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    PrototypePictures.requirePng("--out", out);
    List<Path> files = ImagePaths.of(paths);
    if (files.size() > MOST) {
      throw new IllegalArgumentException(
          "one picture holds %d images at most, got %d; draw them in several"
              .formatted(MOST, files.size()));
    }
    compute.start();
    try (PrototypeDrawer drawer = PrototypeDrawer.load(weights)) {
      if (channels != null && channels != drawer.options().channels()) {
        throw new IllegalArgumentException(
            "the network sees images of %d channel(s), got --channels %d"
                .formatted(drawer.options().channels(), channels));
      }
      List<PrototypeDrawer.Drawing> drawings = new ArrayList<>();
      try (Progress progress = console.progress("drawing", files.size(), "images")) {
        for (Path file : files) {
          if (cancellation.getAsBoolean()) {
            return ExitCode.INTERRUPTED;
          }
          drawings.add(draw(drawer, file));
          progress.at(drawings.size());
        }
      }
      List<String> names = files.stream().map(file -> file.getFileName().toString()).toList();
      PrototypePictures.write(drawer, names, drawings, out);
      ObjectNode json = json(files, drawings, drawer.classes());
      console.result(() -> json, () -> print(console, json));
    }
    return ExitCode.OK;
  }

  private PrototypeDrawer.Drawing draw(PrototypeDrawer drawer, Path file) throws IOException {
    Image read = ImageFiles.read(file);
    Image image = channels == null ? read : read.withChannels(channels);
    try {
      return drawer.draw(List.of(image)).get(0);
    } catch (DataException e) {
      throw new DataException(file + ": " + e.getMessage(), e);
    }
  }

  private ObjectNode json(
      List<Path> files, List<PrototypeDrawer.Drawing> drawings, List<String> classes) {
    ObjectNode json = Json.object();
    ArrayNode images = json.putArray("images");
    for (int i = 0; i < files.size(); i++) {
      PrototypeDrawer.Drawing drawing = drawings.get(i);
      double[] distances = drawing.distances();
      ObjectNode image =
          images
              .addObject()
              .put("image", files.get(i).toString())
              .put("class", classes.get(drawing.nearest()));
      ObjectNode all = image.putObject("squared_difference");
      for (int k = 0; k < classes.size(); k++) {
        all.put(classes.get(k), distances[k]);
      }
    }
    return json.put("picture", out.toString());
  }

  private static void print(Console console, ObjectNode json) {
    List<List<String>> rows = new ArrayList<>();
    for (var image : json.get("images")) {
      String name = image.get("class").asText();
      double difference = image.get("squared_difference").get(name).asDouble();
      rows.add(
          List.of(
              image.get("image").asText(), name, String.format(Locale.ROOT, "%.4f", difference)));
    }
    console.list(List.of("image", "class", "squared difference"), rows);
    console.line("Picture: " + json.get("picture").asText());
  }
}
