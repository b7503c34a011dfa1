package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Configs;
import dev.melange.data.image.Image;
import dev.melange.data.image.Pipeline;
import dev.melange.papers.ImageInput;
import dev.melange.papers.hardnegativemixing.ContrastiveViews;
import dev.melange.papers.hardnegativemixing.ProjectedModel;
import dev.melange.report.Chart;
import dev.melange.report.ImageGrid;
import dev.melange.report.Report;
import dev.melange.report.Tile;
import dev.melange.report.XyChart;
import dev.melange.tensor.Rng;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The report of a training without labels. */
final class PretrainingReport {
  /** Metric: share of the query's class among the hardest negatives. */
  static final String FALSE_HARD = "false_negatives_hard";

  /** Metric: share of mixed negatives with a source of the query's class. */
  static final String FALSE_MIXED = "false_negatives_mixed";

  private static final int SHOWN = 4;
  private static final int VIEWS = 6;

  private PretrainingReport() {}

  static void write(
      Path file,
      Pretraining settings,
      TrainingPhotos photos,
      ImageInput input,
      ProjectedModel encoder,
      TrainingResult training,
      JsonNode result)
      throws IOException {
    Report report =
        new Report("%s on %s, without labels".formatted(settings.model(), settings.data()));
    report.subtitle(
        String.format(
            Locale.ROOT,
            "%s, %d epochs of %,d images%s.",
            settings.method().equals("mochi") ? "MoCHi" : "MoCo-v2",
            settings.epochs(),
            photos.train().size(),
            result.has("linear")
                ? String.format(
                    Locale.ROOT,
                    "; by their features, nearest neighbours classify %.1f %% of the validation images, a linear classifier %.1f %%",
                    100 * result.get("knn").asDouble(),
                    100 * result.get("linear").asDouble())
                : ""));
    report.section("Learning").charts(curves(training.history()));
    report.paragraph(
        "Queries that find their key: share of the training's images whose two views are more alike than the first is to any key of the queue, with the mixed negatives and without. Mixed negatives make the task harder; that is their purpose. Alignment: mean squared distance of two views of a validation image. Uniformity: how evenly the embeddings cover the sphere. Lower is better for both."
            + (photos.labelled()
                ? " Negatives of the query's own class: as the class folders tell, which the training sees only with --oracle; it pushes such images apart although they are alike. A mixed negative counts if one of its sources is."
                : ""));
    report
        .section("Views")
        .paragraph("Training images on the left, and views of them that the training compares.")
        .images(views(photos, input));
    report
        .section("Nearest images")
        .paragraph(
            "Validation images on the left, and the training images whose features are most like theirs, with the cosine of the angle between them.")
        .images(
            NeighbourPictures.of(encoder, input, photos.train(), photos.valid(), photos.classes()));
    report.section("Settings").facts(ImageTrainingReport.facts(Configs.toJson(settings)));
    report.section("Result").facts(ImageTrainingReport.facts(result));
    report.write(file);
  }

  private static List<Chart> curves(List<EpochRecord> history) {
    List<EpochRecord> evaluated =
        history.stream().filter(epoch -> !epoch.metrics().isEmpty()).toList();
    List<Chart> charts = new ArrayList<>();
    charts.add(
        Chart.xy("Contrastive loss")
            .x("epoch")
            .y("loss (nats)")
            .line(
                "training",
                history.stream().mapToDouble(EpochRecord::epoch).toArray(),
                history.stream().mapToDouble(EpochRecord::loss).toArray())
            .build());
    XyChart.Builder proxy = Chart.xy("Queries that find their key").x("epoch").y("share (%)");
    add(proxy, "among all negatives", evaluated, "proxy_accuracy", 100);
    add(proxy, "among real negatives", evaluated, "proxy_accuracy_real", 100);
    charts.add(proxy.build());
    charts.add(
        Chart.xy("Alignment and uniformity")
            .x("uniformity")
            .y("alignment")
            .line(
                "in training",
                values(evaluated, "uniformity", 1),
                values(evaluated, "alignment", 1))
            .build());
    if (evaluated.get(0).metrics().containsKey(FALSE_HARD)) {
      XyChart.Builder wrong =
          Chart.xy("Negatives of the query's own class").x("epoch").y("share (%)");
      add(wrong, "among the hardest", evaluated, FALSE_HARD, 100);
      List<EpochRecord> mixing =
          evaluated.stream().filter(epoch -> epoch.metrics().containsKey(FALSE_MIXED)).toList();
      if (!mixing.isEmpty()) {
        add(wrong, "among the mixed ones", mixing, FALSE_MIXED, 100);
      }
      charts.add(wrong.build());
    }
    if (evaluated.get(0).metrics().containsKey("knn")) {
      XyChart.Builder knn =
          Chart.xy("Validation images classified by nearest neighbours")
              .x("epoch")
              .y("accuracy (%)");
      add(knn, "accuracy", evaluated, "knn", 100);
      charts.add(knn.build());
    }
    return charts;
  }

  private static void add(
      XyChart.Builder chart, String name, List<EpochRecord> history, String metric, double scale) {
    chart.line(
        name,
        history.stream().mapToDouble(EpochRecord::epoch).toArray(),
        values(history, metric, scale));
  }

  private static double[] values(List<EpochRecord> history, String metric, double scale) {
    return history.stream().mapToDouble(epoch -> scale * epoch.metrics().get(metric)).toArray();
  }

  private static ImageGrid views(TrainingPhotos photos, ImageInput input) throws IOException {
    Pipeline pipeline = ContrastiveViews.pipeline(input);
    ImageGrid.Builder grid = ImageGrid.titled("").cellWidth(96).smooth();
    for (int i = 0; i < Math.min(SHOWN, photos.train().size()); i++) {
      Image image = photos.train().get(i, new Rng(0)).image();
      List<Tile> tiles = new ArrayList<>();
      tiles.add(
          Tile.of(input.evaluation().transform(image, new Rng(0)).toBufferedImage())
              .captioned("image"));
      Rng draws = new Rng(i);
      for (int v = 0; v < VIEWS; v++) {
        tiles.add(Tile.of(pipeline.transform(image, draws).toBufferedImage()));
      }
      grid.row("", tiles);
    }
    return grid.build();
  }
}
