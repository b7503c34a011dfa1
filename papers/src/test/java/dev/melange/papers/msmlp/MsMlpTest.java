package dev.melange.papers.msmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.component.Configs;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Macs;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Model;
import dev.melange.papers.Vision;
import dev.melange.papers.metaformer.GradCam;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MsMlpTest {
  private static MsMlpConfig small(String... changes) {
    Map<String, String> keys =
        new java.util.HashMap<>(
            Map.of(
                "img_size", "32",
                "num_classes", "5",
                "embed_dim", "15",
                "depths", "1,2",
                "mix_size", "[[1,1,3,5,7],[1,3,3,5,7]]",
                "layer_scale_init_value", "0.5"));
    for (int i = 0; i < changes.length; i += 2) {
      keys.put(changes[i], changes[i + 1]);
    }
    return Configs.with(Configs.defaults(MsMlpConfig.class), keys);
  }

  @ParameterizedTest
  @CsvSource({
    "ms_mlp_tiny, 28656232, 0.1",
    "ms_mlp_small, 50303752, 0.4",
    "ms_mlp_base, 88696792, 0.5"
  })
  void hasTheParametersOfTheOfficialCode(String name, long parameters, double dropPath) {
    Model model = Catalogue.model(name);
    assertThat(((MsMlpConfig) model.config()).drop_path_rate()).isEqualTo(dropPath);
    try (var layer = model.create(new Rng(1))) {
      assertThat(layer.parameterCount()).isEqualTo(parameters);
    }
  }

  @Test
  void needsTheMultiplicationsThatAreReported() {
    try (MsMlp model = (MsMlp) Catalogue.model("ms_mlp_tiny").create(new Rng(1));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = Tensor.zeros(1, 3, 224, 224);
      double gigas = (double) Macs.count(() -> model.forward(x)) / 1e9;
      assertThat(gigas).isCloseTo(4.44, within(0.005));
    }
  }

  @Test
  void groupsAreRolledAndMixedEachByItsOwn() {
    try (MixShift mixer = new MixShift(7, List.of(-1, 0, 2), List.of(1, 3, 5), new Rng(1));
        Scope scope = Scope.open()) {
      mixer.to(DType.F64);
      int[] distances = {-1, 0, 2};
      int[] radii = {0, 1, 2};
      int[] group = {0, 0, 0, 1, 1, 1, 2};
      for (int c = 0; c < 7; c++) {
        Tensor x = new Rng(2).normal(1, 7, 9, 8).to(DType.F64).requiresGrad_(true);
        Tensor center = mixer.forward(x).get(0).get(c).get(4).get(4);
        double[] gradient = Autograd.grad(center, x)[0].toDoubles();
        int d = distances[group[c]];
        int r = radii[group[c]];
        for (int k = 0; k < 7; k++) {
          for (int i = 0; i < 9; i++) {
            for (int j = 0; j < 8; j++) {
              boolean rolledLeft = Math.abs(i - 4) <= r && Math.abs(j - (4 - d)) <= r;
              boolean rolledDown = Math.abs(i - (4 - d)) <= r && Math.abs(j - 4) <= r;
              boolean read = k == c && (rolledLeft || rolledDown);
              assertThat(gradient[(k * 9 + i) * 8 + j] != 0)
                  .as("output channel %d reads channel %d at (%d, %d)", c, k, i, j)
                  .isEqualTo(read);
            }
          }
        }
      }
    }
  }

  @Test
  void rollingWrapsAroundTheBorder() {
    try (MixShift mixer = new MixShift(2, List.of(3, -5), List.of(1, 1), new Rng(1));
        Scope scope = Scope.open()) {
      mixer.to(DType.F64);
      Tensor x = new Rng(2).normal(1, 2, 3, 4).to(DType.F64);
      Map<String, Tensor> weights = mixer.parameters();
      double[] y = mixer.forward(x).toDoubles();
      double[] in = x.toDoubles();
      int[] distances = {3, -5};
      for (int c = 0; c < 2; c++) {
        double a = weights.get("dwconv_lr." + c + ".weight").toDoubles()[0];
        double b = weights.get("dwconv_td." + c + ".weight").toDoubles()[0];
        double bias =
            weights.get("dwconv_lr." + c + ".bias").toDoubles()[0]
                + weights.get("dwconv_td." + c + ".bias").toDoubles()[0];
        for (int i = 0; i < 3; i++) {
          for (int j = 0; j < 4; j++) {
            int column = Math.floorMod(j - distances[c], 4);
            int row = Math.floorMod(i - distances[c], 3);
            double expected =
                a * in[(c * 3 + i) * 4 + column] + b * in[(c * 3 + row) * 4 + j] + bias;
            assertThat(y[(c * 3 + i) * 4 + j]).isCloseTo(expected, within(1e-12));
          }
        }
      }
    }
  }

  @Test
  void givesTheMapsOfAllStages() {
    try (MsMlp model = new MsMlp(small(), new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 3, 32, 32);
      List<Tensor> maps = model.forwardStages(x);
      assertThat(maps).hasSize(2);
      assertThat(maps.get(0).shape()).containsExactly(2, 15, 8, 8);
      assertThat(maps.get(1).shape()).containsExactly(2, 30, 4, 4);
      assertThat(maps.get(1).toFloats()).isEqualTo(model.forwardFeatures(x).toFloats());
    }
  }

  @Test
  void float32AgreesWithFloat64() {
    try (MsMlp model = new MsMlp(small("mlp_ratio", "2"), new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(20, 3, 32, 32);
      Tensor single = model.forward(x).to(DType.F64);
      model.to(DType.F64);
      double worst = single.sub(model.forward(x.to(DType.F64))).abs().max().item();
      assertThat(worst).isLessThan(1e-5);
    }
  }

  @Test
  void aBlockWithoutScaleHasNoFactors() {
    MixShiftBlock.Config config =
        new MixShiftBlock.Config(4, 2, List.of(0, 1), List.of(1, 3), 2, 0);
    try (MixShiftBlock block = new MixShiftBlock(config, new Rng(1));
        Scope scope = Scope.open()) {
      assertThat(block.parameters()).doesNotContainKey("gamma");
      Tensor x = new Rng(2).normal(2, 4, 5, 3);
      assertThat(block.forward(x).shape()).containsExactly(2, 4, 5, 3);
      assertThat(block.forward(x).toFloats()).isNotEqualTo(x.toFloats());
    }
  }

  @Test
  void dropsOnlyInTraining() {
    try (MsMlp model = new MsMlp(small("drop_rate", "0.2", "drop_path_rate", "0.5"), new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(4, 3, 32, 32);
      float[] calm = model.forward(x).toFloats();
      assertThat(model.forward(x).toFloats()).isEqualTo(calm);
      model.train();
      float[] first = new Rng(3).run(() -> model.forward(x)).toFloats();
      assertThat(first).isNotEqualTo(calm);
      assertThat(new Rng(3).run(() -> model.forward(x)).toFloats()).isEqualTo(first);
    }
  }

  @Test
  void isMadeForOtherImagesAndClasses() {
    try (ImageModel model =
            Vision.create("ms_mlp_tiny", options -> options.classes(4).channels(1).size(32, 64));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 1, 32, 64);
      assertThat(model.forward(x).shape()).containsExactly(2, 4);
      GradCam.Result result = GradCam.explain(model, x, Tensor.of(new long[] {1, 3}, 2));
      assertThat(result.resized().shape()).containsExactly(2, 32, 64);
    }
    assertThatThrownBy(() -> Vision.create("ms_mlp_tiny", options -> options.size(28)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("img_size 28x28 is too small")
        .hasMessageContaining("use at least 32x32");
  }

  @Test
  void aModelWithoutClassesGivesPooledFeatures() {
    try (MsMlp model = new MsMlp(small("num_classes", "0"), new Rng(1));
        Scope scope = Scope.open()) {
      assertThat(model.forward(new Rng(2).normal(2, 3, 32, 32)).shape()).containsExactly(2, 30);
      assertThatThrownBy(() -> model.resetClassifier(3, new Rng(1)))
          .hasMessageContaining("no classifier");
    }
  }

  @Test
  void refusesImagesOfAnotherSize() {
    try (MsMlp model = new MsMlp(small(), new Rng(1));
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> model.forward(Tensor.zeros(2, 3, 36, 32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "ms-mlp expects images [B, 3, 32, 32], got input x: [2, 3, 36, 32]");
    }
  }

  @Test
  void refusesGroupsThatDoNotFit() {
    assertThatThrownBy(
            () ->
                new MixShiftBlock.Config(
                    12, 5, List.of(-2, -1, 0, 1, 2), List.of(1, 1, 3, 5, 7), 4, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("12 channels, which in groups of 3 make 4 groups, not the 5");
    assertThatThrownBy(() -> small("embed_dim", "12"))
        .hasMessageContaining("stage 0: a block has 12 channels");
    assertThatThrownBy(() -> small("mix_size", "[[1,1,3,5,7]]"))
        .hasMessageContaining("one row for each of the 2 stages");
    assertThatThrownBy(() -> small("mix_size", "[[1,1,3,5,7],[1,2,3,5,7]]"))
        .hasMessageContaining("stage 1: mix_size must be odd");
    assertThatThrownBy(() -> small("shift_dist", "0,1"))
        .hasMessageContaining("shift_dist must have one element for each of the 5 groups");
    assertThatThrownBy(() -> small("drop_path_rate", "1"))
        .hasMessageContaining("must lie in [0, 1)");
  }

  @Test
  void mixersAreReplacedAgainAndAgain() {
    try (MsMlp model = new MsMlp(small(), new Rng(1));
        Scope scope = Scope.open()) {
      for (int i = 0; i < 2; i++) {
        for (TokenMixerSlot slot : model.tokenMixerSlots(32, 32)) {
          slot.replace(
              Catalogue.tokenMixer("spatial_fc")
                  .make(slot.channels(), slot.height(), slot.width(), new Rng(2)));
        }
      }
      assertThat(model.state().keySet())
          .contains("layers.1.blocks.0.mixer.fc.weight", "layers.1.blocks.0.pwconv1.weight")
          .noneMatch(name -> name.contains("dwconv"));
      assertThat(model.forward(new Rng(3).normal(2, 3, 32, 32)).shape()).containsExactly(2, 5);
    }
  }
}
