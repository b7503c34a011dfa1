package dev.melange.papers.hourglassmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.io.Weights;
import dev.melange.metric.ImageQuality;
import dev.melange.papers.hourglassmlp.PatchRestorer.Options;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PatchRestorerTest {
  private static final Map<String, String> SMALL =
      Map.of(
          "patch",
          "8",
          "width",
          "128",
          "bottleneck",
          "24",
          "depth",
          "2",
          "patches",
          "4000",
          "epochs",
          "6",
          "learning_rate",
          "3e-3");

  @TempDir private Path folder;

  /** Slanted waves of different colours. */
  private static Image waves(int height, int width) {
    byte[] pixels = new byte[3 * height * width];
    for (int i = 0; i < pixels.length; i++) {
      int c = i / (height * width);
      int y = i / width % height;
      int x = i % width;
      pixels[i] = (byte) Math.round(127 + 90 * Math.sin(0.25 * x + (c + 1) * 0.15 * y));
    }
    return new Image(3, height, width, pixels);
  }

  private static Image noisy(Image image, double sigma) {
    long seed = 3;
    System.out.println("seed " + seed);
    Rng rng = new Rng(seed);
    byte[] pixels = image.data().clone();
    for (int i = 0; i < pixels.length; i++) {
      double value = (pixels[i] & 0xff) + 255 * sigma * rng.nextGaussian();
      pixels[i] = (byte) Math.round(Math.max(0, Math.min(255, value)));
    }
    return new Image(image.channels(), image.height(), image.width(), pixels);
  }

  private static float[] values(Image image) {
    return image.toFloat().data();
  }

  @Test
  void removesNoiseFromImagesOfAnySize() throws IOException {
    Options options = Configs.with(Options.of(Degradation.noise(0.2)), SMALL);
    Path file = folder.resolve("clean.safetensors");
    Image clean = waves(37, 61);
    Image noisy = noisy(clean, 0.2);
    Image restored;
    try (PatchRestorer restorer =
        PatchRestorer.fit(List.of(waves(60, 90)), options, Map.of("waves", "abc"), Trainer::fit)) {
      PatchRestorer.Quality quality = restorer.quality().orElseThrow();
      assertThat(quality.psnr()).isGreaterThan(quality.before() + 3);
      restored = restorer.restore(noisy);
      restorer.save(file);
    }
    assertThat(restored.width()).isEqualTo(61);
    assertThat(restored.height()).isEqualTo(37);
    double before = ImageQuality.psnr(values(noisy), values(clean), 1);
    assertThat(ImageQuality.psnr(values(restored), values(clean), 1)).isGreaterThan(before + 3);
    try (PatchRestorer read = PatchRestorer.load(file)) {
      assertThat(read.options()).isEqualTo(options);
      assertThat(read.quality()).isEmpty();
      assertThat(read.restore(noisy)).isEqualTo(restored);
      assertThatThrownBy(() -> read.restore(waves(4, 30)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("30 x 4 pixels, the network sees patches of 8 x 8");
    }
  }

  @Test
  void enlargesByItsFactor() throws IOException {
    Options options = Configs.with(Options.of(Degradation.shrink(2)), SMALL);
    try (PatchRestorer restorer =
        PatchRestorer.fit(List.of(waves(60, 90)), options, Map.of(), Trainer::fit)) {
      PatchRestorer.Quality quality = restorer.quality().orElseThrow();
      assertThat(quality.psnr()).isGreaterThan(quality.before() + 1);
      Image large = restorer.restore(waves(9, 7));
      assertThat(large.height()).isEqualTo(18);
      assertThat(large.width()).isEqualTo(14);
    }
  }

  @Test
  void refusesWhatItCannotLearnFrom() {
    Options options = Options.of(Degradation.noise(0.1));
    assertThatThrownBy(() -> PatchRestorer.fit(List.of(), options, Map.of(), Trainer::fit))
        .hasMessageContaining("no images");
    assertThatThrownBy(
            () -> PatchRestorer.fit(List.of(waves(20, 70)), options, Map.of(), Trainer::fit))
        .hasMessageContaining("image 1 of 1 is 70 x 20 pixels; learning takes 80 x 16 at least");
    assertThatThrownBy(() -> Configs.with(Options.of(Degradation.shrink(3)), Map.of("patch", "16")))
        .hasMessageContaining("half a patch must be a multiple of the factor 3");
    assertThatThrownBy(() -> Configs.with(options, Map.of("patches", "10")))
        .hasMessageContaining("patches must fill a batch");
  }

  @Test
  void refusesOtherFiles() throws IOException {
    Path file = folder.resolve("other.safetensors");
    try (Scope scope = Scope.open()) {
      Weights.write(file, Map.of("x", Tensor.ones(2)), Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThatThrownBy(() -> PatchRestorer.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no network for patches; make one with: melange patches fit");
  }
}
