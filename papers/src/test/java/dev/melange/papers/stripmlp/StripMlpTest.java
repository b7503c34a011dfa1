package dev.melange.papers.stripmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Macs;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Model;
import dev.melange.papers.Vision;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripMlpTest {
  private static StripMlpConfig small(Map<String, String> keys) {
    StripMlpConfig base =
        Configs.with(
            Configs.defaults(StripMlpConfig.class),
            Map.of("img_size", "16", "patch_size", "2", "embed_dim", "8", "layers", "1,1,1,1"),
            "test");
    return Configs.with(base, keys, "test").forImages(3, 16, 16, 5);
  }

  @ParameterizedTest
  @CsvSource({
    "strip_mlp_light_tiny, 18243920, 2.52e9",
    "strip_mlp_tiny, 24903920, 3.65e9",
    "strip_mlp_small, 42568600, 6.80e9",
    "strip_mlp_base, 57216480, 9.18e9"
  })
  void hasTheParametersAndMultiplicationsOfTheOfficialCode(
      String name, long parameters, double macs) {
    Model model = Catalogue.model(name);
    try (var layer = model.create(new Rng(1));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      assertThat(layer.parameterCount()).isEqualTo(parameters);
      Tensor x = Tensor.zeros(1, 3, 224, 224);
      long counted = Macs.count(() -> ((StripMlp) layer).forward(x));
      assertThat((double) counted).isBetween(macs - 0.006e9, macs + 0.006e9);
    }
  }

  @Test
  void givesTheMapOfEachStage() {
    try (StripMlp model = new StripMlp(small(Map.of()), new Rng(1));
        Scope scope = Scope.open()) {
      List<Tensor> maps = model.forwardStages(new Rng(2).normal(2, 3, 16, 16));
      assertThat(maps).hasSize(4);
      for (int stage = 0; stage < 4; stage++) {
        assertThat(maps.get(stage).shape())
            .containsExactly(2, 8L << stage, 8L >> stage, 8L >> stage);
      }
    }
  }

  @Test
  void givesOneMatrixPerChannelOfAPatch() {
    try (StripMlp model = new StripMlp(small(Map.of("layers", "2,1,1,1")), new Rng(1));
        Scope scope = Scope.open()) {
      List<Tensor> matrices = model.rowMatrices(0);
      assertThat(matrices).hasSize(2);
      assertThat(matrices.get(0).shape()).containsExactly(1, 8, 8);
      assertThat(model.rowMatrices(1).get(0).shape()).containsExactly(2, 4, 4);
    }
  }

  @Test
  void aStripSeesItsNeighboursOnlyIfItIsWide() {
    assertThat(rowsThatSeeRow(3, 5, 1)).containsExactly(2, 3, 4);
    assertThat(rowsThatSeeRow(3, 7, 3)).containsExactly(0, 1, 2, 3, 4, 5, 6);
  }

  /** Rows of a map on which the row layer alone depends, for one changed row. */
  private static List<Integer> rowsThatSeeRow(int changed, int size, int reach) {
    StripMlpBlock.Config config = new StripMlpBlock.Config(8, size, 2 * reach + 1, 2);
    try (StripMlpBlock block = new StripMlpBlock(config, new Rng(1));
        Scope scope = Scope.open()) {
      block.to(DType.F64);
      // The short cut and the local filters are cut off and the column layer passes all through, so
      // that only the row layer mixes positions.
      Map<String, Tensor> weights = block.parameters();
      try (var guard = Autograd.noGrad()) {
        weights.get("proj_w.weight").zero_();
        weights.get("fuse_w.weight").slice(1, 0, 4).zero_();
        weights.get("fuse.weight").slice(1, 4, 8).zero_();
        Tensor middle = weights.get("proj_w.weight").select(3, reach).select(2, 0);
        for (int feature = 0; feature < middle.size(0); feature++) {
          middle.get(feature).select(0, feature % size).fill_(1);
        }
      }
      Tensor x = new Rng(2).normal(1, 8, size, size).to(DType.F64);
      Tensor other = x.copy();
      other.select(2, changed).add_(1.0);
      Tensor difference =
          Autograd.noGrad(() -> block.forward(x).sub(block.forward(other)).abs().sum(0, 1, 3));
      double[] rows = difference.toDoubles();
      return IntStream.range(0, size).filter(i -> rows[i] > 1e-9).boxed().toList();
    }
  }

  @Test
  void channelsOfDifferentPatchesShareTheirMatrices() {
    StripMlpBlock.Config two = new StripMlpBlock.Config(160, 4, 3, null);
    StripMlpBlock.Config four = new StripMlpBlock.Config(96, 4, 3, null);
    StripMlpBlock.Config own = new StripMlpBlock.Config(96, 4, 3, 1);
    assertThat(List.of(two.patches(), four.patches(), own.patches())).containsExactly(2, 4, 1);
    assertThat(List.of(two.patchChannels(), four.patchChannels(), own.patchChannels()))
        .containsExactly(40, 12, 48);
    try (StripMlpBlock block = new StripMlpBlock(own, new Rng(1));
        Scope scope = Scope.open()) {
      assertThat(block.parameters().get("proj_h.weight").shape()).containsExactly(192, 4, 1, 3);
      assertThat(block.forward(new Rng(2).normal(2, 96, 4, 4)).shape())
          .containsExactly(2, 96, 4, 4);
    }
  }

  @Test
  void dropsBranchesInTrainingOnly() {
    try (StripMlp model = new StripMlp(small(Map.of()), new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(8, 3, 16, 16);
      assertThat(model.forward(x).toFloats()).isEqualTo(model.forward(x).toFloats());
      model.train();
      float[] first = new Rng(3).run(() -> model.forward(x)).toFloats();
      assertThat(new Rng(3).run(() -> model.forward(x)).toFloats()).isEqualTo(first);
      assertThat(new Rng(4).run(() -> model.forward(x)).toFloats()).isNotEqualTo(first);
      assertThat(model.hasBatchStatistics()).isTrue();
    }
  }

  @Test
  void isMadeForOtherSquareImages() {
    try (ImageModel model =
            Vision.create(
                "strip_mlp_light_tiny",
                options -> options.size(32).channels(1).classes(7).set("layers", "1,1,1,1"));
        Scope scope = Scope.open()) {
      assertThat(model.forward(new Rng(1).normal(2, 1, 32, 32)).shape()).containsExactly(2, 7);
      model.resetClassifier(4, new Rng(2));
      assertThat(model.classes()).isEqualTo(4);
      assertThat(model.forward(new Rng(1).normal(2, 1, 32, 32)).shape()).containsExactly(2, 4);
      assertThatThrownBy(() -> model.forward(new Rng(1).normal(2, 1, 64, 64)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "strip-mlp expects images [B, 1, 32, 32], got input x: [2, 1, 64, 64]");
      assertThatThrownBy(() -> model.resetClassifier(0, new Rng(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at least one class, got 0");
    }
  }

  @Test
  void takesImagesWhoseGridsAreOdd() {
    StripMlpConfig config = small(Map.of("patch_size", "1")).forImages(3, 15, 15, 3);
    try (StripMlp model = new StripMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      List<Tensor> maps = model.forwardStages(new Rng(2).normal(1, 3, 15, 15));
      assertThat(maps).extracting(map -> map.size(2)).containsExactly(15L, 7L, 3L, 1L);
    }
  }

  @Test
  void saysWhichSizesItCanBeMadeFor() {
    assertThatThrownBy(() -> Vision.create("strip_mlp_tiny", options -> options.size(224, 192)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs square images, got 224 x 192");
    assertThatThrownBy(() -> Vision.create("strip_mlp_tiny", options -> options.size(28)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("images of at least 32 pixels, or patch_size 3 or less");
  }

  @Test
  void refusesWhatTheMethodDoesNotDefine() {
    assertThatThrownBy(() -> small(Map.of("alpha", "4"))).hasMessageContaining("alpha must be 3");
    assertThatThrownBy(() -> small(Map.of("strip_width", "2")))
        .hasMessageContaining("strip_width must be odd and positive, got 2");
    assertThatThrownBy(() -> small(Map.of("embed_dim", "10")))
        .hasMessageContaining("half of the 10 channels must divide into 4 groups");
    assertThatThrownBy(() -> small(Map.of("groups", "3")))
        .hasMessageContaining("half of the 8 channels must divide into 3 groups");
    assertThatThrownBy(() -> small(Map.of("layers", "1,1,1"))).hasMessageContaining("four stages");
    try (StripMlpBlock block =
            new StripMlpBlock(new StripMlpBlock.Config(8, 4, 3, null), new Rng(1));
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> block.forward(Tensor.zeros(1, 8, 4, 5)))
          .hasMessageContaining("expects a map [B, 8, 4, 4], got [1, 8, 4, 5]");
    }
  }
}
