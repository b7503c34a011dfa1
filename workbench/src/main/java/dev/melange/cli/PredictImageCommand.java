package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageClassifier.Prediction;
import dev.melange.papers.ImageInput;
import dev.melange.papers.metaformer.GradCam;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells the classes of images. */
@Command(
    name = "image",
    description =
        "Tell the most probable classes of images with a classifier that 'melange train image'"
            + " made.",
    footer = {
      "  melange predict image --weights classifier.safetensors photo.jpg",
      "  melange predict image --weights classifier.safetensors holiday/ --csv classes.csv",
      "  melange predict image --weights classifier.safetensors photo.jpg --explain heat/",
      "  melange predict image --weights classifier.safetensors photo.jpg --views 20",
      "  melange predict image --weights classifier.safetensors photo.jpg --size 96"
    })
final class PredictImageCommand extends Subcommand {
  private static final int MOST_IMAGES = 32;
  private static final long MOST_PIXELS = 32L * 256 * 256; // large images one after the other
  private static final int MOST_VIEWS = 1000;

  @Option(
      names = "--weights",
      required = true,
      paramLabel = "FILE",
      description = "The classifier.")
  private Path weights;

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE|FOLDER",
      description = "Image files, or folders searched for images.")
  private List<Path> paths;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "3",
      description = "Classes per image. Default: ${DEFAULT-VALUE}.")
  private int top;

  @Option(
      names = "--channels",
      paramLabel = "1|3",
      description = "Convert images to the classifier's channels instead of refusing others.")
  private Integer channels;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description =
          "Show the classifier images of another size than it was trained with, if it can see them."
              + " Default: that of its training.")
  private Integer size;

  @Option(
      names = "--views",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Test-time augmentation: the mean over N random versions of each image, mirrored and"
              + " mildly cropped as in training. Slower, often better. Default: 1, the image as it"
              + " is.")
  private int views;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write image, rank, class and probability to a CSV file.")
  private Path csv;

  @Option(
      names = "--explain",
      paramLabel = "DIR",
      description = "Write Grad-CAM pictures: where in the image the first class was seen.")
  private Path explain;

  private record Result(Path file, List<Prediction> predictions) {}

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (top < 1) {
      throw new IllegalArgumentException("--top must be at least 1, got " + top);
    }
    if (views < 1 || views > MOST_VIEWS) {
      throw new IllegalArgumentException(
          "--views must be 1 to %d, got %d".formatted(MOST_VIEWS, views));
    }
    List<Path> files = ImagePaths.of(paths);
    Engine.get();
    try (ImageClassifier loaded = ImageClassifier.load(weights)) {
      ImageClassifier classifier = adapted(loaded);
      classifier.model().to(Engine.get().device());
      ImageMemory.requirePrediction(
          classifier.model(),
          classifier.input().channels(),
          loaded.input().size(),
          classifier.input().size(),
          ImageMemory.installed());
      List<Result> results = new ArrayList<>();
      try (Progress progress = console.progress("predicting", files.size(), "images")) {
        int batchSize = batchSize(classifier.input().size());
        for (int from = 0; from < files.size(); from += batchSize) {
          if (cancellation.getAsBoolean()) {
            return ExitCode.INTERRUPTED;
          }
          List<Path> batch = files.subList(from, Math.min(files.size(), from + batchSize));
          results.addAll(predict(classifier, batch));
          progress.at(from + batch.size());
        }
      }
      if (csv != null) {
        AtomicFiles.write(csv, csv(results));
      }
      console.result(() -> json(results), () -> print(console, results));
      return ExitCode.OK;
    }
  }

  private static int batchSize(int side) {
    return (int) Math.max(1, Math.min(MOST_IMAGES, MOST_PIXELS / ((long) side * side)));
  }

  private ImageClassifier adapted(ImageClassifier loaded) {
    ImageInput input = loaded.input();
    if (channels != null && channels != input.channels()) {
      throw new IllegalArgumentException(
          "the classifier sees images of %d channel(s), got --channels %d"
              .formatted(input.channels(), channels));
    }
    input = channels == null ? input : input.converting();
    input = size == null ? input : input.withSize(size);
    return new ImageClassifier(loaded.model(), input, loaded.classes());
  }

  private List<Result> predict(ImageClassifier classifier, List<Path> files) throws IOException {
    List<Image> images = new ArrayList<>();
    for (Path file : files) {
      Image image = ImageFiles.read(file);
      try {
        images.add(classifier.input().withChannels(image));
      } catch (DataException e) {
        throw new DataException(file + ": " + e.getMessage(), e);
      }
    }
    double[][] probabilities =
        views == 1 ? classifier.probabilities(images) : classifier.probabilities(images, views, 0);
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      results.add(new Result(files.get(i), classifier.ranked(probabilities[i], top)));
    }
    if (explain != null) {
      explain(classifier, images, results);
    }
    return results;
  }

  private void explain(ImageClassifier classifier, List<Image> images, List<Result> results)
      throws IOException {
    Files.createDirectories(explain);
    int side = classifier.input().size();
    for (int i = 0; i < images.size(); i++) {
      Prediction first = results.get(i).predictions().get(0);
      double[][] heat = new double[side][side];
      try (Scope scope = Scope.open()) {
        Device device = Engine.get().device();
        Tensor x =
            ImageBatches.tensor(List.of(images.get(i)), classifier.input().evaluation()).to(device);
        Tensor target = Tensor.of(new long[] {first.index()}, 1).to(device);
        float[] values = GradCam.explain(classifier.model(), x, target).resized().toFloats();
        for (int j = 0; j < values.length; j++) {
          heat[j / side][j % side] = values[j];
        }
      }
      Image seen = classifier.input().evaluation().transform(images.get(i), new Rng(0));
      Tile plain = Tile.of(seen.toBufferedImage());
      String name = results.get(i).file().getFileName().toString();
      ImageGrid.titled(name)
          .columns("image", "evidence for " + first.name())
          .row(
              "",
              plain,
              plain
                  .withHeat(heat, ColorMap.INFERNO, 0.5)
                  .captioned(percent(first.name(), first.probability())))
          .cellWidth(Math.max(160, Math.min(400, side)))
          .smooth()
          .build()
          .save(target(name));
    }
  }

  /** A name of its own for the picture: images of several folders may be called alike. */
  private Path target(String name) {
    String stem = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
    Path file = explain.resolve(stem + "-explained.png");
    for (int number = 2; Files.exists(file); number++) {
      file = explain.resolve(stem + "-explained-" + number + ".png");
    }
    return file;
  }

  private static String percent(String name, double probability) {
    return String.format(Locale.ROOT, "%s %.1f %%", name, 100 * probability);
  }

  private static void print(Console console, List<Result> results) {
    console.list(
        List.of("image", "classes"),
        results.stream()
            .map(
                result ->
                    List.of(
                        result.file().toString(),
                        result.predictions().stream()
                            .map(p -> percent(p.name(), p.probability()))
                            .collect(Collectors.joining(", "))))
            .toList());
  }

  private static ArrayNode json(List<Result> results) {
    ArrayNode array = Json.array();
    for (Result result : results) {
      ObjectNode node = array.addObject().put("image", result.file().toString());
      ArrayNode classes = node.putArray("classes");
      result
          .predictions()
          .forEach(
              p -> classes.addObject().put("name", p.name()).put("probability", p.probability()));
    }
    return array;
  }

  private static String csv(List<Result> results) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter rows = CsvWriter.builder().build(text)) {
      rows.writeRecord("image", "rank", "class", "probability");
      for (Result result : results) {
        for (int k = 0; k < result.predictions().size(); k++) {
          Prediction p = result.predictions().get(k);
          rows.writeRecord(
              result.file().toString(),
              Integer.toString(k + 1),
              p.name(),
              Double.toString(p.probability()));
        }
      }
    }
    return text.toString();
  }
}
