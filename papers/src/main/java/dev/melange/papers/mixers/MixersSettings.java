package dev.melange.papers.mixers;

import dev.melange.nn.TokenMixer;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Model;
import dev.melange.papers.ModelChoice;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyImages;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param data named sets of images, of which the first that is on this machine is used
 * @param train number of training images; 0 for all
 * @param test number of test images; 0 for all
 * @param size side in pixels to which the images are brought
 * @param models image models, {@code NAME} or {@code NAME:KEY=VALUE}, {@code *} standing for any
 *     text; empty for one small network of each kind
 * @param backbone the image model that the token mixers are put into
 * @param mixers token mixers to put into the backbone, {@code *} standing for any text; empty for
 *     none
 * @param seeds trainings of each
 * @param epochs passes over the training images
 * @param batch images per step
 * @param lr highest learning rate of AdamW
 * @param weight_decay of AdamW, not on vectors
 * @param smoothing of the labels
 * @param augment {@code none}, {@code flip} or {@code shift}
 */
record MixersSettings(
    List<String> data,
    int train,
    int test,
    int size,
    List<String> models,
    String backbone,
    List<String> mixers,
    int seeds,
    int epochs,
    int batch,
    double lr,
    double weight_decay,
    double smoothing,
    String augment) {
  /** Checks the values. */
  MixersSettings {
    data = List.copyOf(data);
    models = List.copyOf(models);
    mixers = List.copyOf(mixers);
    if (size < 1 || seeds < 1 || epochs < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "size, seeds, epochs and batch are at least 1, got %d, %d, %d and %d"
              .formatted(size, seeds, epochs, batch));
    }
    if (!(lr > 0 && weight_decay >= 0 && smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException(
          "lr must be positive, weight_decay not negative and smoothing in [0, 1), got %s, %s and %s"
              .formatted(lr, weight_decay, smoothing));
    }
  }

  /** The settings of a scale. */
  static MixersSettings of(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new MixersSettings(
              List.of("digits"),
              128,
              100,
              32,
              List.of(),
              "poolformer_mini",
              List.of("pooling", "dwconv"),
              1,
              2,
              16,
              2e-3,
              0.05,
              0.1,
              "none");
      case QUICK ->
          new MixersSettings(
              List.of("cifar10", "digits"),
              1_000,
              500,
              32,
              List.of(),
              "poolformer_mini",
              List.of(),
              2,
              3,
              50,
              2e-3,
              0.05,
              0.1,
              "flip");
      case FULL ->
          new MixersSettings(
              List.of("cifar10"),
              0,
              0,
              32,
              List.of(),
              "poolformer_mini",
              List.of("*"),
              3,
              100,
              128,
              2e-3,
              0.05,
              0.1,
              "shift");
    };
  }

  /** The images. */
  StudyImages.Choice images() {
    return new StudyImages.Choice(data, train, test, size, augment);
  }

  /** All that are compared, each once. */
  List<ModelChoice> contenders() {
    List<String> texts = new ArrayList<>(models);
    if (models.isEmpty()) {
      Catalogue.miniModels().stream().map(Model::name).forEach(texts::add);
    }
    for (String pattern : mixers) {
      List<TokenMixer> found =
          pattern.contains("*")
              ? Catalogue.tokenMixers(pattern)
              : List.of(Catalogue.tokenMixer(pattern));
      found.forEach(mixer -> texts.add(backbone + ":mixer=" + mixer.name()));
    }
    return ModelChoice.parseAll(texts);
  }
}
