package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.nn.ImageModel;
import dev.melange.papers.Vision;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageMemoryTest {
  private static final long GIB = 1L << 30;

  private static ImageTraining training(int size, int batch) {
    return new ImageTraining(
        "poolformer_mini",
        Map.of(),
        "photos",
        null,
        0.2,
        size,
        null,
        1,
        batch,
        1e-3,
        "vanilla",
        "flip",
        0.1,
        null,
        1,
        0);
  }

  @Test
  void refusesTrainingsThatDoNotFit() {
    assertThatThrownBy(() -> ImageMemory.require(training(2048, 64), 2, 4 * GIB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("training poolformer_mini on images of 2048 x 2048 in batches of 64")
        .hasMessageContaining("this machine has 4.0; choose a smaller --size or --batch");
  }

  @Test
  void refusesPredictionsForImagesThatDoNotFit() {
    try (ImageModel model =
        Vision.create("poolformer_mini", options -> options.size(32).set("mixer", "attention"))) {
      assertThatThrownBy(() -> ImageMemory.requirePrediction(model, 3, 32, 1024, 16 * GIB))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("images of 1024 x 1024")
          .hasMessageContaining("choose a smaller --size");
      assertThatCode(() -> ImageMemory.requirePrediction(model, 3, 32, 128, GIB))
          .doesNotThrowAnyException();
    }
    try (ImageModel model = Vision.create("poolformer_mini", options -> options.size(32))) {
      assertThatCode(() -> ImageMemory.requirePrediction(model, 3, 32, 1024, 16 * GIB))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void letsPassWhatFits() {
    assertThatCode(() -> ImageMemory.require(training(2048, 64), 2, 1024 * GIB))
        .doesNotThrowAnyException();
    assertThatCode(() -> ImageMemory.require(training(64, 64), 2, GIB)).doesNotThrowAnyException();
  }
}
