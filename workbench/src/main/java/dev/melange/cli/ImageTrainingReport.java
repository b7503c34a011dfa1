package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Configs;
import dev.melange.data.image.Image;
import dev.melange.metric.ConfusionMatrix;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageInput;
import dev.melange.papers.maxformer.SpikingProfile;
import dev.melange.papers.maxformer.SpikingTables;
import dev.melange.report.Chart;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.report.XyChart;
import dev.melange.tensor.Rng;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The report of a trained image classifier. */
final class ImageTrainingReport {
  private static final int MOST_WRONG = 24;
  private static final int PER_ROW = 6;
  // A larger matrix cannot be read.
  private static final int LARGEST_MATRIX = 60;

  private ImageTrainingReport() {}

  static void write(
      Path file,
      ImageTraining settings,
      TrainingPhotos photos,
      ImageInput input,
      TrainingResult training,
      ImageEvaluation evaluation,
      Optional<SpikingProfile> spikes,
      Optional<ImageGrid> mixed,
      JsonNode result)
      throws IOException {
    Report report = new Report(settings.model() + " on " + settings.data());
    report.subtitle(
        String.format(
            Locale.ROOT,
            "Validation accuracy %.1f %% on %,d images of %d classes; weights of epoch %d of %d, the best on these images.",
            100 * evaluation.accuracy(1),
            photos.valid().size(),
            photos.classes().size(),
            training.bestEpoch(),
            training.history().size()));
    report.section("Learning").charts(curves(training.history()));
    report.section("Classes").table(classes(photos, evaluation));
    if (photos.classes().size() <= LARGEST_MATRIX) {
      report.charts(confusion(photos, evaluation));
    }
    report.section("Mistakes");
    mistakes(report, photos, input, evaluation);
    mixed.ifPresent(
        picture ->
            report
                .section("Mixing")
                .paragraph(
                    "Images of a training batch above, and as %s mixed them; bars and captions show the soft labels."
                        .formatted(settings.mix()))
                .images(picture));
    spikes.ifPresent(profile -> spikes(report, profile));
    report.section("Settings").facts(facts(Configs.toJson(settings)));
    report.section("Result").facts(facts(result));
    report.write(file);
  }

  private static void spikes(Report report, SpikingProfile profile) {
    report
        .section("Spikes")
        .paragraph(
            String.format(
                Locale.ROOT,
                "On validation images %.1f %% of the neurons fire in a time step. On hardware for spikes (45 nm: 4.6 pJ for a multiply-accumulate of real-valued input, 0.9 pJ for each accumulate that a spike causes) an image would cost about %.3g mJ; with real-valued input throughout, in one step, %.3g mJ.",
                100 * profile.meanRate(),
                profile.energy().millijoules(),
                profile.energyOfRealTwin().millijoules()))
        .table(SpikingTables.firingByLayer(profile))
        .table(SpikingTables.energyByLayer(profile));
  }

  static Map<String, Object> facts(JsonNode json) {
    Map<String, Object> facts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      JsonNode value = entry.getValue();
      if (!value.isNull()) {
        facts.put(entry.getKey(), value.isTextual() ? value.asText() : value.toString());
      }
    }
    return facts;
  }

  private static List<Chart> curves(List<EpochRecord> history) {
    XyChart loss =
        Chart.xy("Cross entropy")
            .x("epoch")
            .y("loss (nats)")
            .line("training", epochs(history), values(history, EpochRecord::loss))
            .line(
                "validation", epochs(history), values(history, e -> e.metrics().get("valid_loss")))
            .build();
    XyChart accuracy =
        Chart.xy("Validation accuracy")
            .x("epoch")
            .y("accuracy (%)")
            .line(
                "accuracy",
                epochs(history),
                values(history, e -> 100 * e.metrics().get("accuracy")))
            .build();
    return List.of(loss, accuracy);
  }

  private static double[] epochs(List<EpochRecord> history) {
    return values(history, EpochRecord::epoch);
  }

  private static double[] values(List<EpochRecord> history, ToDoubleFunction<EpochRecord> value) {
    return history.stream().mapToDouble(value).toArray();
  }

  private static Table classes(TrainingPhotos photos, ImageEvaluation evaluation) {
    ConfusionMatrix confusion = evaluation.confusion();
    Table.Builder table =
        Table.titled("Validation images by class")
            .text("class")
            .number("images", "%.0f")
            .number("found (recall, %)", "%.1f")
            .number("right when named (precision, %)", "%.1f");
    for (int c = 0; c < evaluation.classes(); c++) {
      long count = 0;
      for (int p = 0; p < evaluation.classes(); p++) {
        count += confusion.count(c, p);
      }
      table.row(
          photos.classes().get(c),
          (double) count,
          100 * confusion.recall(c),
          100 * confusion.precision(c));
    }
    return table.build();
  }

  private static Chart confusion(TrainingPhotos photos, ImageEvaluation evaluation) {
    long[][] counts = evaluation.confusion().counts();
    double[][] values = new double[counts.length][counts.length];
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts.length; j++) {
        values[i][j] = counts[i][j];
      }
    }
    return Chart.heatMap("Confusion matrix", values)
        .rows(photos.classes())
        .columns(photos.classes())
        .x("predicted class")
        .y("true class")
        .scale("images")
        .colors(ColorMap.BLUES)
        .build();
  }

  private static void mistakes(
      Report report, TrainingPhotos photos, ImageInput input, ImageEvaluation evaluation)
      throws IOException {
    long[] predicted = evaluation.predictions();
    double[] probabilities = evaluation.probabilities();
    int classes = evaluation.classes();
    List<Integer> wrong =
        IntStream.range(0, predicted.length)
            .filter(i -> predicted[i] != evaluation.labels()[i])
            .boxed()
            .sorted(
                Comparator.comparingDouble(i -> -probabilities[i * classes + (int) predicted[i]]))
            .toList();
    if (wrong.isEmpty()) {
      report.paragraph("Every validation image was classified correctly.");
      return;
    }
    report.paragraph(
        "%,d of %,d validation images were misclassified. Those of which the model was most sure come first; captions: true class, then what the model said."
            .formatted(wrong.size(), predicted.length));
    List<Tile> tiles = new ArrayList<>();
    for (int i : wrong.subList(0, Math.min(MOST_WRONG, wrong.size()))) {
      Image image = photos.valid().get(i, new Rng(0)).image();
      Image seen = input.evaluation().transform(image, new Rng(0));
      tiles.add(
          Tile.of(seen.toBufferedImage())
              .captioned(
                  String.format(
                      Locale.ROOT,
                      "%s; %s %.0f %%",
                      photos.classes().get((int) evaluation.labels()[i]),
                      photos.classes().get((int) predicted[i]),
                      100 * probabilities[i * classes + (int) predicted[i]])));
    }
    ImageGrid.Builder grid = ImageGrid.titled("").cellWidth(120).smooth();
    for (int from = 0; from < tiles.size(); from += PER_ROW) {
      grid.row("", tiles.subList(from, Math.min(tiles.size(), from + PER_ROW)));
    }
    report.images(grid.build());
  }
}
