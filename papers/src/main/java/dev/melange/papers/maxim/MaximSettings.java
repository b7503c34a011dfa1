package dev.melange.papers.maxim;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.papers.study.Scale;
import java.util.List;
import java.util.Map;

/**
 * Settings of the study.
 *
 * @param seeds repetitions of every network
 * @param data {@code photos}: patches of the two photographs of the library, one for training, one
 *     for testing; {@code cifar10}; {@code pairs}: the folder of {@code pairs}
 * @param pairs a folder with train/input, train/target, test/input and test/target, whose files
 *     have the same names
 * @param train most training images
 * @param test most test images
 * @param test_size sides of test images are at most this
 * @param degradation what is removed; not used for pairs
 * @param maxim the network
 * @param baseline_features channels of the network without multi-axis blocks and cross gating
 * @param training how both are trained
 */
record MaximSettings(
    int seeds,
    @OneOf({"photos", "cifar10", "pairs"}) String data,
    @Default("null") String pairs,
    int train,
    int test,
    int test_size,
    Degradation.Config degradation,
    MaximConfig maxim,
    int baseline_features,
    RestorationTraining.Settings training) {
  /** Checks the numbers. */
  MaximSettings {
    if (seeds < 1 || train < 1 || test < 1 || test_size < 1) {
      throw new IllegalArgumentException(
          "seeds, train, test and test_size must be at least 1, got %d, %d, %d and %d"
              .formatted(seeds, train, test, test_size));
    }
  }

  /** The settings of a scale. */
  static MaximSettings of(Scale scale) {
    Degradation.Config noise = Degradation.Config.noise(25.0 / 255);
    MaximConfig tiny = MaximPaper.tiny();
    return switch (scale) {
      case SMOKE ->
          new MaximSettings(
              1,
              "photos",
              null,
              1,
              8,
              32,
              noise,
              Configs.with(tiny, Map.of("features", "4")),
              5,
              new RestorationTraining.Settings(16, 4, 24, 2, 4e-3, 1e-5, 1, 0));
      case QUICK ->
          new MaximSettings(
              3,
              "cifar10",
              null,
              4_000,
              200,
              32,
              noise,
              tiny,
              11,
              new RestorationTraining.Settings(32, 16, 400, 4, 2e-3, 1e-5, 1, 0));
      case FULL ->
          new MaximSettings(
              3,
              "pairs",
              null,
              Integer.MAX_VALUE,
              Integer.MAX_VALUE,
              Integer.MAX_VALUE,
              noise,
              MaximPaper.published(32, 2),
              32,
              new RestorationTraining.Settings(256, 8, 300_000, 60, 2e-4, 1e-7, 0, 0.5));
    };
  }

  /** The network without what the paper adds to a U-Net. */
  MaximConfig baseline() {
    return Configs.with(
        maxim,
        Map.of(
            "features", String.valueOf(baseline_features),
            "use_global_mlp", "false",
            "use_cross_gating", "false"));
  }

  /** The networks of the study, by their key in trials and files. */
  List<Variant> variants() {
    return List.of(
        new Variant("maxim", "MAXIM", maxim), new Variant("conv", "U-Net without", baseline()));
  }

  /**
   * A network of the study.
   *
   * @param key in trials and files
   * @param title for readers
   * @param config of the network
   */
  record Variant(String key, String title, MaximConfig config) {}
}
