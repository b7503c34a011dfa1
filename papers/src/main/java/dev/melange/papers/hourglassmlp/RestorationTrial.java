package dev.melange.papers.hourglassmlp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.hourglassmlp.HourglassSettings.Recipe;
import dev.melange.papers.hourglassmlp.HourglassSettings.Shape;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Map;

/**
 * A network of the study and its training on a task.
 *
 * @param kind its shape and lift
 * @param shape its widths and depth
 * @param degradation what it undoes
 */
record RestorationTrial(Kind kind, Shape shape, Degradation degradation) {
  /** The noise of the test images is the same for all networks and seeds. */
  private static final long TEST_NOISE = 20_251_002;

  /** What is compared. */
  enum Kind {
    /** Narrow-wide-narrow. */
    CONVENTIONAL("conventional"),
    /** The same, seeing the shrunken image enlarged by repeated pixels. */
    ENLARGED("conventional-enlarged"),
    /** Wide-narrow-wide under a random lift. */
    FIXED("hourglass"),
    /** The same under a lift that is trained. */
    TRAINED("hourglass-trained-lift");

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    /** The name in trials and files. */
    String key() {
      return key;
    }

    /** The name for readers. */
    String title() {
      return key.replace('-', ' ');
    }
  }

  /** What enters the network. */
  Restoration restoration() {
    return new Restoration(degradation, kind == Kind.ENLARGED);
  }

  /** The network for images of a size. */
  HourglassConfig config(Tensor images) {
    int channels = (int) images.size(1);
    int height = (int) images.size(2);
    int width = (int) images.size(3);
    int in = restoration().inputs(channels, height, width);
    int out = channels * height * width;
    if (kind == Kind.FIXED || kind == Kind.TRAINED) {
      return HourglassConfig.hourglass(
          in, out, shape.skip(), shape.inner(), shape.depth(), kind == Kind.TRAINED);
    }
    if (shape.skip() != in) {
      throw new IllegalArgumentException(
          "a conventional network for inputs of %d numbers has a skip connection of that width, got %s"
              .formatted(in, shape));
    }
    return HourglassConfig.conventional(in, out, shape.inner(), shape.depth());
  }

  /** The degraded test images. */
  Tensor degraded(Tensor test) {
    return restoration().degrade(test, new Rng(TEST_NOISE));
  }

  /** Restores test images that are degraded already. */
  Tensor restore(HourglassMlp model, Tensor degraded, Tensor test) {
    return restoration()
        .restore(model, degraded, (int) test.size(1), (int) test.size(2), (int) test.size(3));
  }

  /** Trains a network and says what came of it; PSNR in dB. */
  ObjectNode run(Trial trial, StudyImages images, Recipe recipe, boolean save) throws IOException {
    Tensor test = images.test();
    Tensor degraded = degraded(test);
    HourglassConfig config = config(test);
    try (HourglassMlp model = new HourglassMlp(config, new Rng(trial.seed()))) {
      TrainingResult result =
          restoration()
              .fit(
                  model,
                  images.train().apply(trial.seed()),
                  images.view()::apply,
                  new Restoration.Course(recipe.epochs(), recipe.learning_rate(), trial.seed()),
                  () -> Map.of("psnr", Restoration.psnr(restore(model, degraded, test), test)),
                  trial::train);
      if (save) {
        trial.save(model, kind.key(), config);
      }
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("trainable", model.parameterCount());
      json.put("total", model.state().values().stream().mapToLong(Tensor::numel).sum());
      json.put("psnr", result.last().metrics().get("psnr"));
      json.put("psnr_of_input", Restoration.psnr(restoration().shown(degraded), test));
      ArrayNode losses = json.putArray("loss_by_epoch");
      ArrayNode psnrs = json.putArray("psnr_by_epoch");
      for (EpochRecord epoch : result.history()) {
        losses.add(epoch.loss());
        psnrs.add(epoch.metrics().get("psnr"));
      }
      return json;
    }
  }
}
