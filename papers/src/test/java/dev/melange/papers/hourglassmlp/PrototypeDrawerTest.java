package dev.melange.papers.hourglassmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.PackedImages;
import dev.melange.io.Weights;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrototypeDrawerTest {
  @TempDir private Path folder;

  private static PrototypeDrawer.Options options(Map<String, String> more) {
    PrototypeDrawer.Options small =
        Configs.with(
            Configs.defaults(PrototypeDrawer.Options.class),
            Map.of("channels", "1", "size", "8", "depth", "1", "bottleneck", "32", "epochs", "25"),
            "test");
    return Configs.with(small, more, "test");
  }

  private static Dataset<LabelledImage> some(PackedImages images, int from, int to) {
    return images.subset(IntStream.range(from, to).toArray());
  }

  @Test
  void drawsThePrototypesOfDigitsAndKeepsThemInItsFile() throws IOException {
    PackedImages digits = ImageSets.load(DataSets.standard(), "digits", true);
    Path file = folder.resolve("digits.safetensors");
    List<Image> images = List.of(digits.image(1000), digits.image(1001), digits.image(1002));
    List<PrototypeDrawer.Drawing> drawn;
    try (PrototypeDrawer drawer =
        PrototypeDrawer.fit(
            some(digits, 0, 900),
            some(digits, 1000, 1200),
            digits.classes(),
            options(Map.of()),
            Map.of(),
            Trainer::fit)) {
      PrototypeDrawer.Quality quality = drawer.quality().orElseThrow();
      assertThat(quality.accuracy()).isGreaterThan(85);
      assertThat(quality.psnr()).isGreaterThan(18);
      drawn = drawer.draw(images);
      drawer.save(file);
      assertThatThrownBy(() -> drawer.draw(List.of(new Image(3, 8, 8, new byte[192]))))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("1 channel, got 3");
    }
    try (PrototypeDrawer read = PrototypeDrawer.load(file)) {
      assertThat(read.classes()).isEqualTo(digits.classes());
      assertThat(read.quality()).isEmpty();
      List<PrototypeDrawer.Drawing> again = read.draw(images);
      for (int i = 0; i < images.size(); i++) {
        PrototypeDrawer.Drawing one = again.get(i);
        assertThat(one.distances()).isEqualTo(drawn.get(i).distances());
        for (double distance : one.distances()) {
          assertThat(distance).isGreaterThanOrEqualTo(one.distances()[one.nearest()]);
        }
      }
    }
  }

  @Test
  void refusesWhatItCannotLearnOrRead() throws IOException {
    PackedImages digits = ImageSets.load(DataSets.standard(), "digits", true);
    assertThatThrownBy(
            () ->
                PrototypeDrawer.fit(
                    some(digits, 0, 3),
                    some(digits, 3, 6),
                    digits.classes(),
                    options(Map.of()),
                    Map.of(),
                    Trainer::fit))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no image, so it has no prototype");
    assertThatThrownBy(() -> options(Map.of("size", "512")))
        .hasMessageContaining("choose a smaller size or width");
    assertThatThrownBy(() -> options(Map.of("epochs", "0"))).hasMessageContaining("epochs");
    Path other = folder.resolve("other.safetensors");
    try (Scope scope = Scope.open()) {
      Weights.write(other, Map.of("x", new Rng(1).normal(2)), Map.of());
    }
    assertThatThrownBy(() -> PrototypeDrawer.load(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no network that draws prototypes");
  }
}
