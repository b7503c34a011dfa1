package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.image.Normalize;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ImageCorruptionTest {
  private static final long SEED = 6;
  private static final Normalize NORMALIZE =
      new Normalize(new float[] {0.5f, 0.4f, 0.3f}, new float[] {0.2f, 0.3f, 0.4f});

  /** Normalised images whose pixels are the given value. */
  private static Tensor grey(double value) {
    Tensor mean = Tensor.of(NORMALIZE.mean(), 1, 3, 1, 1);
    Tensor std = Tensor.of(NORMALIZE.std(), 1, 3, 1, 1);
    return Tensor.full(value, 2, 3, 8, 8).sub(mean).div(std);
  }

  private static Tensor pixels(Tensor image) {
    return image
        .mul(Tensor.of(NORMALIZE.std(), 1, 3, 1, 1))
        .add(Tensor.of(NORMALIZE.mean(), 1, 3, 1, 1));
  }

  private static Tensor corrupted(ImageCorruption corruption, double value) {
    return pixels(corruption.apply(grey(value), NORMALIZE, new Rng(SEED)));
  }

  @Test
  void pixelsChangeAsDescribed() {
    try (Scope scope = Scope.open()) {
      assertThat(corrupted(ImageCorruption.BRIGHTNESS, 0.5).mean().item())
          .isCloseTo(0.7, within(1e-5));
      assertThat(corrupted(ImageCorruption.BRIGHTNESS, 0.9).max().item())
          .isCloseTo(1, within(1e-5));
      assertThat(corrupted(ImageCorruption.BLUR, 0.5).sub(0.5).abs().max().item()).isLessThan(1e-5);
      assertThat(corrupted(ImageCorruption.CONTRAST, 0.5).sub(0.5).abs().max().item())
          .isLessThan(1e-5);
      assertThat(corrupted(ImageCorruption.OCCLUSION, 0.8).mean().item())
          .isCloseTo(0.6, within(1e-5));
      Tensor noise = corrupted(ImageCorruption.NOISE, 0.5).sub(0.5);
      assertThat(noise.square().mean().sqrt().item()).isCloseTo(0.1, within(0.02));
    }
  }

  /** Mean variance within the channels. */
  private static double variance(Tensor image) {
    Tensor flat = image.flatten(2, 3);
    return flat.square().mean(2).sub(flat.mean(2).square()).mean().item();
  }

  @Test
  void contrastAndBlurMakeDifferencesSmaller() {
    try (Scope scope = Scope.open()) {
      Tensor image = new Rng(SEED).uniform(4, 3, 8, 8).sub(0.5);
      Tensor before = pixels(image);
      for (ImageCorruption corruption :
          new ImageCorruption[] {ImageCorruption.CONTRAST, ImageCorruption.BLUR}) {
        Tensor after = pixels(corruption.apply(image, NORMALIZE, new Rng(SEED)));
        assertThat(variance(after)).as(corruption.label()).isLessThan(0.5 * variance(before));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ImageCorruption.class)
  void imagesStayInRangeAndAreNotWrittenTo(ImageCorruption corruption) {
    try (Scope scope = Scope.open()) {
      Tensor image = grey(0.95);
      float[] before = image.toFloats();
      Tensor after = pixels(corruption.apply(image, NORMALIZE, new Rng(SEED)));
      assertThat(after.min().item()).isGreaterThanOrEqualTo(-1e-5);
      assertThat(after.max().item()).isLessThanOrEqualTo(1 + 1e-5);
      assertThat(image.toFloats()).isEqualTo(before);
    }
  }

  @Test
  void accuraciesAreSharesAndTheSameTwice() {
    try (Scope scope = Scope.open();
        ImageModel model = Vision.create("poolformer_mini", o -> o.classes(3).size(16))) {
      long[] labels = new long[10];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = i % 3;
      }
      Minibatches data =
          Minibatches.inOrder(
              Map.of(
                  "image",
                  new Rng(SEED).normal(10, 3, 16, 16),
                  "label",
                  Tensor.of(labels, labels.length)),
              4);
      Map<String, Double> once = ImageCorruption.accuracies(model, data, NORMALIZE);
      assertThat(once)
          .containsOnlyKeys("noise", "blur", "contrast", "brightness", "occlusion")
          .allSatisfy((name, share) -> assertThat(share * 10).isEqualTo(Math.rint(share * 10)));
      assertThat(ImageCorruption.accuracies(model, data, NORMALIZE)).isEqualTo(once);
    }
  }
}
