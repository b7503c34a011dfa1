package dev.melange.papers.hourglassmlp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.component.Configs;
import dev.melange.data.Dataset;
import dev.melange.data.image.LabelledImage;
import dev.melange.io.Provenance;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.TrainerRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Trains the network of a {@link PrototypeDrawer}. */
final class PrototypeFitting {
  private static final String MODEL = "hourglass_mlp_784";
  private static final int BATCH = 500;

  private PrototypeFitting() {}

  /** As {@link PrototypeDrawer#fit}. */
  static PrototypeDrawer fit(
      Dataset<LabelledImage> train,
      Dataset<LabelledImage> valid,
      List<String> classes,
      PrototypeDrawer.Options options,
      Map<String, String> data,
      TrainerRun run)
      throws IOException {
    HourglassMlp network = new HourglassMlp(options.network(), new Rng(options.seed()));
    try (Scope scope = Scope.open()) {
      Vectors known = vectors(train, options);
      Vectors held = vectors(valid, options);
      int[] labels = Arrays.stream(known.labels.toLongs()).mapToInt(Math::toIntExact).toArray();
      Tensor prototypes =
          options.prototype().equals("mean")
              ? Prototypes.means(known.images, labels, classes.size())
              : Prototypes.samples(known.images, labels, classes.size());
      PrototypeDrawing drawing = new PrototypeDrawing(prototypes);
      Minibatches batches =
          Minibatches.shuffled(
              Map.of(PrototypeDrawing.INPUT, known.images, PrototypeDrawing.LABEL, known.labels),
              Math.min(options.batch(), labels.length),
              options.seed());
      Map<String, Double> figures =
          Restoration.fit(
                  network,
                  batches,
                  (batch, rng) -> drawing.pairs(batch),
                  new Restoration.Course(
                      options.epochs(batches.batches()), options.learning_rate(), options.seed()),
                  () -> figures(drawing, network, held),
                  run)
              .last()
              .metrics();
      return new PrototypeDrawer(
          options,
          network,
          scope.keep(prototypes),
          classes,
          new PrototypeDrawer.Quality(figures.get("psnr"), figures.get("accuracy")),
          provenance(options, data));
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private record Vectors(Tensor images, Tensor labels) {}

  private static Vectors vectors(Dataset<LabelledImage> images, PrototypeDrawer.Options options) {
    List<Tensor> vectors = new ArrayList<>();
    List<Tensor> labels = new ArrayList<>();
    try (Minibatches.Epoch epoch =
        ImageBatches.evaluation(images, options.input().evaluation(), BATCH).epoch(0, 0)) {
      while (epoch.hasNext()) {
        TensorBatch batch = epoch.next();
        vectors.add(batch.get(ImageBatches.IMAGE).flatten(1, -1));
        labels.add(batch.get(ImageBatches.LABEL));
      }
    }
    return new Vectors(
        Tensor.cat(0, vectors.toArray(Tensor[]::new)),
        Tensor.cat(0, labels.toArray(Tensor[]::new)));
  }

  private static Map<String, Double> figures(
      PrototypeDrawing drawing, HourglassMlp network, Vectors images) {
    try (Scope scope = Scope.open()) {
      return drawing.figures(PrototypeDrawing.draw(network, images.images), images.labels);
    }
  }

  private static Provenance provenance(PrototypeDrawer.Options options, Map<String, String> data) {
    return new Provenance(
        MODEL,
        Configs.toJson(options.network()),
        data,
        options.seed(),
        Configs.toJson(options),
        JsonNodeFactory.instance.objectNode());
  }
}
