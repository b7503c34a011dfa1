package dev.melange.papers.maxim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.component.Configs;
import dev.melange.data.image.Image;
import dev.melange.io.Provenance;
import dev.melange.nn.Init;
import dev.melange.papers.Catalogue;
import dev.melange.papers.ImageClassifier;
import dev.melange.tensor.Memory;
import dev.melange.tensor.OperationListener;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestorerTest {
  private static final MaximConfig SMALL = Configs.with(MaximPaper.tiny(), Map.of("features", "4"));

  @TempDir private Path folder;

  /** A network that gives back its input: the last convolution is zero. */
  private static Maxim identity() {
    Maxim network = new Maxim(SMALL, new Rng(1));
    Init.constant(network.parameters().get("stage_0_output_conv_0.weight"), 0);
    return network;
  }

  private static Image image(int channels, int height, int width) {
    byte[] data = new byte[channels * height * width];
    new Random(1).nextBytes(data);
    return new Image(channels, height, width, data);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 2, 3",
    "3, 16, 16",
    "3, 17, 31",
    "3, 64, 33",
    "3, 65, 200",
    "1, 130, 70",
    "3, 200, 1"
  })
  void anySizeComesBackWholeAndInPlace(int channels, int height, int width) {
    Image image = image(channels, height, width);
    try (Maxim network = identity()) {
      for (Restorer.Options options :
          List.of(
              new Restorer.Options(0, 0, 1),
              new Restorer.Options(50, 12, 1),
              new Restorer.Options(32, 0, 8))) {
        Image restored = new Restorer(network, options).restore(image);
        assertThat(restored.channels()).isEqualTo(channels);
        assertThat(restored.height()).isEqualTo(height);
        assertThat(restored.width()).isEqualTo(width);
        for (int i = 0; i < image.data().length; i++) {
          // cut off, not rounded
          assertThat(Math.abs((restored.data()[i] & 0xff) - (image.data()[i] & 0xff)))
              .isLessThanOrEqualTo(1);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"64,16,113", "64,0,65", "64,31,64", "64,31,640", "16,7,17", "256,32,4001"})
  void tilesCoverEveryPixelWithWeightsThatSumToOne(int tile, int overlap, int size) {
    Tiling tiling = Tiling.of(size, tile, overlap);
    double[] sums = new double[size];
    int before = -tile;
    for (int k = 0; k < tiling.count(); k++) {
      int start = tiling.starts()[k];
      assertThat(start - before).isBetween(1, k == 0 ? tile : tile - overlap);
      for (int p = 0; p < tiling.tile(); p++) {
        assertThat(tiling.weights()[k][p]).isPositive();
        sums[start + p] += tiling.weights()[k][p];
      }
      before = start;
    }
    for (double sum : sums) {
      assertThat(sum).isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void tilesAreCountedAndCanBeStopped() {
    Image image = image(3, 96, 80);
    try (Maxim network = new Maxim(SMALL, new Rng(1))) {
      Restorer tiled = new Restorer(network, new Restorer.Options(48, 16, 1));
      int[] done = new int[1];
      tiled.restore(image, (row, values, planes) -> {}, n -> done[0] = n, () -> false);
      assertThat(done[0]).isEqualTo(tiled.tiles(96, 80)).isEqualTo(6);
      assertThat(tiled.isTiled(48, 48)).isFalse();
      assertThat(tiled.isTiled(48, 49)).isTrue();
      assertThatThrownBy(
              () -> tiled.restore(image, (row, values, planes) -> {}, n -> {}, () -> true))
          .isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void memoryDoesNotGrowWithThePhotographAndIsGivenBack() {
    try (Maxim network = new Maxim(SMALL, new Rng(1))) {
      Restorer restorer = new Restorer(network, new Restorer.Options(32, 8, 1));
      long before = Memory.liveBytes();
      long small = most(() -> restorer.restore(image(3, 60, 60)));
      long large = most(() -> restorer.restore(image(3, 200, 260)));
      assertThat(large).isLessThanOrEqualTo(small).isGreaterThan(before);
      assertThat(Memory.liveBytes()).isLessThanOrEqualTo(before);
    }
  }

  /** The most bytes of tensors that there are after any operation. */
  private static long most(Runnable body) {
    long[] most = new long[1];
    OperationListener.during(
        (name, result, operands) -> most[0] = Math.max(most[0], Memory.liveBytes()),
        () -> {
          body.run();
          return null;
        });
    return most[0];
  }

  @Test
  void rowsComeInOrderBeforeTheyAreCut() {
    Image image = image(3, 40, 20);
    try (Maxim network = identity()) {
      Init.constant(network.parameters().get("stage_0_output_conv_0.bias"), 2);
      int[] next = new int[1];
      float[] least = {Float.MAX_VALUE};
      Image restored =
          new Restorer(network, new Restorer.Options(16, 4, 1))
              .restore(
                  image,
                  (row, values, planes) -> {
                    assertThat(row).isEqualTo(next[0]++);
                    for (int x = 0; x < 20; x++) {
                      least[0] = Math.min(least[0], values[planes[1] + x]);
                    }
                  },
                  n -> {},
                  () -> false);
      assertThat(next[0]).isEqualTo(40);
      assertThat(least[0]).isGreaterThan(1.9f);
      assertThat(restored.get(0, 3, 3)).isEqualTo(255);
    }
  }

  @Test
  void stagesHaveTheSizesOfTheImageAndAboutHalfOfThem() {
    MaximConfig two = Configs.with(SMALL, Map.of("num_stages", "2"));
    try (Maxim network = new Maxim(two, new Rng(1));
        Scope scope = Scope.open()) {
      Restorer restorer = new Restorer(network, new Restorer.Options(0, 0, 1));
      List<List<Tensor>> stages = restorer.stages(Restorer.tensor(image(3, 18, 21)));
      assertThat(stages).hasSize(2);
      assertThat(stages.get(0).get(0).shape()).containsExactly(1, 3, 18, 21);
      assertThat(stages.get(1).get(1).shape()).containsExactly(1, 3, 10, 11);
    }
  }

  @Test
  void refusesImpossibleOptions() {
    assertThatThrownBy(() -> new Restorer.Options(-1, 0, 1)).hasMessageContaining("the tile");
    assertThatThrownBy(() -> new Restorer.Options(64, 32, 1)).hasMessageContaining("the overlap");
    assertThatThrownBy(() -> new Restorer.Options(64, 8, 2)).hasMessageContaining("the ensemble");
  }

  @Test
  void modelsAreSavedWithTheirTask() throws IOException {
    Path file = folder.resolve("m.safetensors");
    Image image = image(3, 20, 20);
    Image expected;
    try (Maxim network = RestorationModel.create("maxim_tiny", SMALL, new Rng(3));
        RestorationModel model = new RestorationModel(network, RestorationTask.DEHAZE)) {
      expected = new Restorer(network, Restorer.Options.usual(network)).restore(image);
      var nothing = JsonNodeFactory.instance.objectNode();
      model.save(
          file,
          new Provenance(
              "maxim_tiny",
              Configs.toJson(SMALL),
              Map.of(),
              0,
              nothing,
              nothing,
              "test",
              Map.of()));
    }
    try (RestorationModel model = RestorationModel.load(file)) {
      assertThat(model.task()).isEqualTo(RestorationTask.DEHAZE);
      assertThat(
              new Restorer(model.network(), Restorer.Options.usual(model.network())).restore(image))
          .isEqualTo(expected);
    }
    assertThatThrownBy(() -> ImageClassifier.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds weights of maxim_tiny, which is no image classifier");
    Path other = folder.resolve("other.safetensors");
    dev.melange.io.Weights.write(other, Map.of("x", Tensor.zeros(1)), Map.of());
    assertThatThrownBy(() -> RestorationModel.load(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no network for restoring photographs");
    Files.write(other, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> RestorationModel.load(other)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> RestorationModel.load(folder.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none");
  }

  @Test
  void otherTokenMixersAreSavedAndSeeTilesOfTheirSize() throws IOException {
    Path file = folder.resolve("mixed.safetensors");
    Image image = image(3, 50, 90);
    Image expected;
    Maxim network;
    try (Scope scope = Scope.open()) {
      network =
          (Maxim)
              Catalogue.model("maxim_tiny")
                  .build(
                      Map.of("mixer", "spatial_fc,own,dwconv"),
                      Map.of("x", Tensor.zeros(1, 3, 32, 32)),
                      new Rng(3))
                  .layer();
    }
    try (RestorationModel model = new RestorationModel(network, RestorationTask.DENOISE)) {
      Restorer restorer = new Restorer(network, Restorer.Options.usual(network));
      assertThat(restorer.tiles(50, 90)).isEqualTo(2 * 4);
      expected = restorer.restore(image);
      var nothing = JsonNodeFactory.instance.objectNode();
      model.save(
          file,
          new Provenance(
              "maxim_tiny",
              network.origin().orElseThrow().config(),
              Map.of(),
              0,
              nothing,
              nothing,
              "test",
              Map.of()));
      assertThatThrownBy(() -> new Restorer(network, new Restorer.Options(64, 8, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("token mixers for images of 32 x 32 pixels, got tiles of 64");
      assertThat(StagePictures.of("", restorer, image).rows()).isNotEmpty();
      Image tiny = image(3, 1, 1);
      assertThat(restorer.restore(tiny).width()).isEqualTo(1);
    }
    try (RestorationModel model = RestorationModel.load(file)) {
      assertThat(
              new Restorer(model.network(), Restorer.Options.usual(model.network())).restore(image))
          .isEqualTo(expected);
    }
  }

  @Test
  void largePhotographsAreComparedAsSmallOnesAre() {
    Image a = image(3, 300, 20);
    byte[] changed = a.data().clone();
    for (int i = 0; i < changed.length; i += 7) {
      changed[i] ^= 8;
    }
    Image b = new Image(3, 300, 20, changed);
    try (Scope scope = Scope.open()) {
      for (boolean luma : new boolean[] {false, true}) {
        RestorationQuality whole = new RestorationQuality(new RestorationQuality.Config(0, luma));
        Tensor x = pixels(a);
        Tensor y = pixels(b);
        assertThat(PhotoComparison.psnr(a, b, luma)).isCloseTo(whole.psnr(x, y), within(1e-9));
        assertThat(PhotoComparison.ssim(a, b, luma)).isCloseTo(whole.ssim(x, y), within(1e-9));
      }
    }
    assertThat(PhotoComparison.psnr(a, a, false)).isInfinite();
    assertThatThrownBy(() -> PhotoComparison.psnr(a, image(3, 20, 300), false))
        .hasMessageContaining("have one size");
  }

  private static Tensor pixels(Image image) {
    return Restorer.tensor(image).mul(255.0).squeeze(0).permute(1, 2, 0);
  }
}
