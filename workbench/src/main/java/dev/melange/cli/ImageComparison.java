package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.ImageInput;
import dev.melange.report.Chart;
import dev.melange.report.XyChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Trainings of image classifiers that differ in one thing, such as the model, each repeated with
 * several seeds on the same images. What has ended is not done again.
 */
final class ImageComparison {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One of those that are compared.
   *
   * @param label its name in tables and charts
   * @param settings its training with the first seed
   */
  record Contender(String label, ImageTraining settings) {}

  /**
   * What came of a contender.
   *
   * @param label its name
   * @param results of its trainings, in order of the seeds
   */
  record Outcome(String label, List<JsonNode> results) {
    /** Share of correct validation images by seed. */
    double[] accuracies() {
      return results.stream().mapToDouble(result -> result.get("accuracy").asDouble()).toArray();
    }

    /** A number averaged over the seeds that have it; NaN if none has. */
    double mean(java.util.function.ToDoubleFunction<JsonNode> value) {
      return results.stream()
          .mapToDouble(value)
          .filter(Double::isFinite)
          .average()
          .orElse(Double.NaN);
    }
  }

  private final ImageInput input;
  private final TrainingPhotos photos;
  private final Path folder;
  private final Console console;
  private boolean robustness;

  /**
   * A comparison in a folder.
   *
   * @param input how all models see the images
   * @param photos the images of all trainings
   */
  ImageComparison(ImageInput input, TrainingPhotos photos, Path folder, Console console) {
    this.input = input;
    this.photos = photos;
    this.folder = folder;
    this.console = console;
  }

  /** Also tries all classifiers on corrupted validation images. */
  ImageComparison withRobustness() {
    robustness = true;
    return this;
  }

  /**
   * Trains all.
   *
   * @param seeds how many trainings of each; their seeds count up from that of the settings
   * @return in order of the contenders
   * @throws java.util.concurrent.CancellationException if the user wants to stop, after a
   *     checkpoint
   */
  List<Outcome> run(List<Contender> contenders, int seeds, Cancellation cancellation)
      throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    int number = 0;
    for (Contender contender : contenders) {
      List<JsonNode> results = new ArrayList<>();
      for (int i = 0; i < seeds; i++) {
        number++;
        long seed = contender.settings().seed() + i;
        String task =
            "%d of %d, %s, seed %d"
                .formatted(number, contenders.size() * seeds, contender.label(), seed);
        results.add(train(contender, seed, task, cancellation));
      }
      outcomes.add(new Outcome(contender.label(), results));
    }
    return outcomes;
  }

  private JsonNode train(Contender contender, long seed, String task, Cancellation cancellation)
      throws IOException {
    String name = contender.label().replaceAll("[^A-Za-z0-9._+=-]", "-");
    Path own = Files.createDirectories(folder.resolve("trainings").resolve(name + "-s" + seed));
    Path result = own.resolve(ImageTrainingRun.RESULT);
    if (!Files.exists(result)) {
      ImageTrainingRun run =
          new ImageTrainingRun(contender.settings().withSeed(seed), input, photos, own, console);
      (robustness ? run.withRobustness() : run).train(task, cancellation);
      delete(own.resolve(ImageTrainingRun.CHECKPOINTS));
    }
    return JSON.readTree(Files.readString(result));
  }

  private static void delete(Path folder) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }

  /** In words, what all trainings have in common. */
  static String budget(ImageTraining training, TrainingPhotos photos, int seeds) {
    return "%,d training and %,d validation images of %d classes at %d x %d; %d epochs in batches of %d, %d seed%s each"
        .formatted(
            photos.train().size(),
            photos.valid().size(),
            photos.classes().size(),
            training.size(),
            training.size(),
            training.epochs(),
            training.batch(),
            seeds,
            seeds == 1 ? "" : "s");
  }

  /** Validation accuracy by epoch, a line with the range over the seeds for each contender. */
  static Chart curves(List<Outcome> outcomes) {
    XyChart.Builder chart =
        Chart.xy("Validation accuracy in training").x("epoch").y("accuracy (%)");
    for (Outcome outcome : outcomes) {
      double[][] bySeed =
          outcome.results().stream()
              .map(result -> percents(result.get("accuracy_by_epoch")))
              .toArray(double[][]::new);
      double[] epochs = IntStream.rangeClosed(1, bySeed[0].length).asDoubleStream().toArray();
      chart.seeds(outcome.label(), epochs, bySeed);
    }
    return chart.build();
  }

  private static double[] percents(JsonNode shares) {
    return IntStream.range(0, shares.size())
        .mapToDouble(i -> 100 * shares.get(i).asDouble())
        .toArray();
  }

  /** All results by label. */
  static ArrayNode toJson(List<Outcome> outcomes) {
    ArrayNode array = Json.array();
    for (Outcome outcome : outcomes) {
      ObjectNode one = array.addObject().put("name", outcome.label());
      ArrayNode accuracies = one.putArray("accuracy");
      for (double accuracy : outcome.accuracies()) {
        accuracies.add(accuracy);
      }
      outcome.results().forEach(one.putArray("trainings")::add);
    }
    return array;
  }
}
