package dev.melange.papers.hourglassmlp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataSets;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.PackedImages;
import dev.melange.papers.hourglassmlp.HourglassSettings.Generation;
import dev.melange.papers.hourglassmlp.HourglassSettings.Recipe;
import dev.melange.papers.hourglassmlp.HourglassSettings.Shape;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.Minibatches;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Networks that draw the prototype of the class that they see. Vectors are in [-1, 1].
 *
 * @param classes names of the classes
 * @param train training images, [N, D]
 * @param labels their classes, int64 [N]
 * @param test test images, [M, C, H, W] in [0, 1]
 * @param testLabels their classes
 * @param prototypes one per class, [K, D]
 */
record GenerationTrial(
    List<String> classes,
    Tensor train,
    Tensor labels,
    Tensor test,
    int[] testLabels,
    Tensor prototypes) {
  /** Reads the images. */
  static GenerationTrial open(DataSets sets, Generation settings) throws IOException {
    PackedImages train =
        ImageSets.sample(sets, settings.data(), true, StudyImages.all(settings.train()));
    PackedImages test =
        ImageSets.sample(sets, settings.data(), false, StudyImages.all(settings.test()));
    Tensor vectors = PrototypeDrawing.vectors(StudyImages.tensor(train));
    int count = train.classes().size();
    return new GenerationTrial(
        train.classes(),
        vectors,
        longs(train.labels()),
        StudyImages.tensor(test),
        test.labels(),
        settings.prototype().equals("mean")
            ? Prototypes.means(vectors, train.labels(), count)
            : Prototypes.samples(vectors, train.labels(), count));
  }

  private static Tensor longs(int[] values) {
    return Tensor.of(java.util.Arrays.stream(values).asLongStream().toArray(), values.length);
  }

  /** The network of a shape. */
  HourglassConfig config(boolean hourglass, Shape shape) {
    int size = (int) train.size(1);
    if (!hourglass && shape.skip() != size) {
      throw new IllegalArgumentException(
          "a conventional network for inputs of %d numbers has a skip connection of that width, got %s"
              .formatted(size, shape));
    }
    return hourglass
        ? HourglassConfig.hourglass(size, size, shape.skip(), shape.inner(), shape.depth(), false)
        : HourglassConfig.conventional(size, size, shape.inner(), shape.depth());
  }

  /** Draws for some images: [B, C, H, W] to [B, D]. */
  static Tensor draw(HourglassMlp model, Tensor images) {
    return PrototypeDrawing.draw(model, PrototypeDrawing.vectors(images));
  }

  private Map<String, Double> figures(PrototypeDrawing drawing, HourglassMlp model) {
    try (Scope scope = Scope.open()) {
      return drawing.figures(draw(model, test), longs(testLabels));
    }
  }

  /** Trains a network and says what came of it: PSNR in dB, accuracy in per cent. */
  ObjectNode run(Trial trial, boolean hourglass, Shape shape, Recipe recipe) throws IOException {
    HourglassConfig config = config(hourglass, shape);
    PrototypeDrawing drawing = new PrototypeDrawing(prototypes);
    try (HourglassMlp model = new HourglassMlp(config, new Rng(trial.seed()))) {
      TrainingResult result =
          Restoration.fit(
              model,
              Minibatches.shuffled(
                  Map.of(PrototypeDrawing.INPUT, train, PrototypeDrawing.LABEL, labels),
                  recipe.batch(),
                  trial.seed()),
              (batch, rng) -> drawing.pairs(batch),
              new Restoration.Course(recipe.epochs(), recipe.learning_rate(), trial.seed()),
              () -> figures(drawing, model),
              trial::train);
      trial.save(model, hourglass ? "hourglass" : "conventional", config);
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("trainable", model.parameterCount());
      json.put("psnr", result.last().metrics().get("psnr"));
      json.put("accuracy", result.last().metrics().get("accuracy"));
      ArrayNode losses = json.putArray("loss_by_epoch");
      for (EpochRecord epoch : result.history()) {
        losses.add(epoch.loss());
      }
      return json;
    }
  }
}
