package dev.melange.papers.maxim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.component.Configs;
import dev.melange.nn.Macs;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Model;
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

class MaximTest {
  private static final Map<String, String> SMALL =
      Map.of(
          "features", "4",
          "depth", "2",
          "num_stages", "2",
          "num_supervision_scales", "2",
          "high_res_stages", "1",
          "block_size_hr", "2,4",
          "grid_size_hr", "4,2",
          "block_size_lr", "2,1");

  private static MaximConfig small(String... changes) {
    MaximConfig config = Configs.with(Configs.defaults(MaximConfig.class), SMALL);
    for (int i = 0; i < changes.length; i += 2) {
      config = Configs.with(config, Map.of(changes[i], changes[i + 1]));
    }
    return config;
  }

  @ParameterizedTest
  @CsvSource({
    "maxim_s1,  6139561,  6108515",
    "maxim_s2, 14176178, 13353830",
    "maxim_s3, 22212795, 20599145",
    "maxim_m1, 19464265, 19361219",
    "maxim_m2, 43227986, 40839110",
    "maxim_m3, 66991707, 62317001"
  })
  void hasTheParametersOfTheOfficialCode(String name, long published, long oneScale) {
    Model model = Catalogue.model(name);
    try (var network = model.create(new Rng(1))) {
      assertThat(network.parameterCount()).isEqualTo(published);
    }
    Record config = Configs.with(model.config(), Map.of("num_supervision_scales", "1"));
    try (var network = model.component().build(config, new Rng(1)).layer()) {
      assertThat(network.parameterCount()).isEqualTo(oneScale);
    }
  }

  @Test
  void imagesAreMultiplesOfWhatBlocksAndGridsNeed() {
    MaximConfig published = (MaximConfig) Catalogue.model("maxim_s2").config();
    assertThat(published.heightFactor()).isEqualTo(64);
    assertThat(published.widthFactor()).isEqualTo(64);
    assertThat(small().heightFactor()).isEqualTo(8);
    assertThat(small().widthFactor()).isEqualTo(4);
    try (Maxim model = new Maxim(small(), new Rng(1));
        Scope scope = Scope.open()) {
      assertThat(model.forward(Tensor.zeros(1, 3, 16, 4)).shape()).containsExactly(1, 3, 16, 4);
      for (long[] shape :
          new long[][] {{1, 3, 12, 4}, {1, 1, 8, 4}, {3, 8, 4}, {1, 3, 0, 4}, {1, 3, 8, 6}}) {
        assertThatThrownBy(() -> model.forward(Tensor.zeros(shape)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("maxim expects images [B, 3, multiple of 8, multiple of 4], got")
            .hasMessageContaining("pad");
      }
    }
  }

  @Test
  void imagesNeedNotFitBlocksThatNothingMixesBy() {
    Map<String, String> convolutions =
        Map.of(
            "use_global_mlp", "false",
            "use_cross_gating", "false",
            "num_stages", "1",
            "num_bottleneck_blocks", "0",
            "block_size_hr", "7,5",
            "block_size_lr", "3,3");
    MaximConfig config = Configs.with(small(), convolutions);
    assertThat(config.heightFactor()).isEqualTo(1 << config.depth());
    assertThat(config.widthFactor()).isEqualTo(1 << config.depth());
    try (Maxim model = new Maxim(config, new Rng(1));
        Scope scope = Scope.open()) {
      assertThat(model.forward(Tensor.zeros(1, 3, 12, 20)).shape()).containsExactly(1, 3, 12, 20);
    }
  }

  @Test
  void aPsnrWithoutKeysIsThatOfPhotographs() throws Exception {
    var keys = new com.fasterxml.jackson.databind.ObjectMapper().readTree("{}");
    assertThat(Catalogue.components().get("data/psnr", keys).configType())
        .isEqualTo(RestorationQuality.Config.class);
  }

  @ParameterizedTest
  @CsvSource({
    "use_bias, false",
    "num_groups, 2",
    "num_groups, 0",
    "num_stages, 3",
    "num_outputs, 1",
    "use_global_mlp, false",
    "use_cross_gating, false",
    "high_res_stages, 0",
    "num_bottleneck_blocks, 3",
    "num_bottleneck_blocks, 0",
    "block_gmlp_factor, 4",
    "grid_gmlp_factor, 3",
    "input_proj_factor, 4",
    "channels_reduction, 2",
    "num_supervision_scales, 1",
    "depth, 3"
  })
  void everyOptionGivesImagesOfTheRightShapesAndGradientsForAllWeights(String key, String value) {
    MaximConfig config = small(key, value);
    try (Maxim model = new Maxim(config, new Rng(1));
        Scope scope = Scope.open()) {
      long height = config.heightFactor();
      long width = 2L * config.widthFactor();
      model.to(DType.F64);
      Tensor x = new Rng(2).normal(2, 3, height, width).to(DType.F64);
      List<List<Tensor>> stages = model.forwardStages(x);
      assertThat(stages).hasSize(config.num_stages());
      Tensor sum = null;
      for (int t = 0; t < stages.size(); t++) {
        assertThat(stages.get(t)).hasSize(config.num_supervision_scales());
        for (int i = 0; i < stages.get(t).size(); i++) {
          Tensor image = stages.get(t).get(i);
          // a single channel is the attention's own image, but is added to a colour image at last
          boolean last = t == stages.size() - 1;
          assertThat(image.shape())
              .containsExactly(2, last ? 3 : config.num_outputs(), height >> i, width >> i);
          Tensor part = image.square().sum();
          sum = sum == null ? part : sum.add(part);
        }
      }
      sum.backward();
      assertThat(sum.isFinite().item()).isEqualTo(1);
      model.parameters().forEach((name, weight) -> assertThat(weight.grad()).as(name).isNotNull());
      assertThat(model.parameters().keySet().stream().anyMatch(name -> name.contains("_0.bias")))
          .isEqualTo(config.use_bias());
    }
  }

  @Test
  void deadOptionsOfTheOfficialCodeChangeNothing() {
    Tensor[] results = new Tensor[3];
    try (Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(1, 3, 8, 8);
      MaximConfig[] configs = {small(), small("grid_size_lr", "3,5"), small("lrelu_slope", "0.9")};
      for (int i = 0; i < 3; i++) {
        try (Maxim model = new Maxim(configs[i], new Rng(1))) {
          results[i] = model.forward(x);
        }
      }
      assertThat(results[1].toFloats()).isEqualTo(results[0].toFloats());
      assertThat(results[2].toFloats()).isEqualTo(results[0].toFloats());
    }
  }

  @Test
  void dropsOnlyInTraining() {
    try (Maxim model = new Maxim(small("dropout_rate", "0.5"), new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(1, 3, 8, 8);
      float[] calm = model.forward(x).toFloats();
      assertThat(model.forward(x).toFloats()).isEqualTo(calm);
      model.train();
      float[] first = new Rng(3).run(() -> model.forward(x)).toFloats();
      assertThat(new Rng(3).run(() -> model.forward(x)).toFloats()).isEqualTo(first);
      assertThat(new Rng(4).run(() -> model.forward(x)).toFloats()).isNotEqualTo(first);
      assertThat(first).isNotEqualTo(calm);
    }
  }

  @Test
  void startsFromTheWeightsOfTheOfficialCode() {
    MaximConfig config = small("features", "32");
    try (Maxim model = new Maxim(config, new Rng(1));
        Scope scope = Scope.open()) {
      Map<String, Tensor> weights = model.parameters();
      String gate = "stage_0_cross_gating_block_0.SplitHeadMultiAxisGating_x.";
      assertThat(weights.get(gate + "Dense_0.bias").toFloats()).containsOnly(1f);
      assertThat(weights.get(gate + "Dense_1.bias").toFloats()).containsOnly(1f);
      assertThat(weights.get(gate + "in_project.bias").toFloats()).containsOnly(0f);
      assertThat(deviation(weights.get(gate + "in_project.weight")))
          .isCloseTo(Math.sqrt(1.0 / 32), within(0.01));
      assertThat(
              deviation(
                  weights.get(
                      "stage_0_encoder_block_0.SplitHeadMultiAxisGmlpLayer_0.in_project.weight")))
          .isCloseTo(0.02, within(0.001));
      // fan-in of a transposed convolution: its 64 input channels times 2x2
      assertThat(deviation(weights.get("stage_0_cross_gating_block_0.ConvTranspose_0.weight")))
          .isCloseTo(Math.sqrt(1.0 / 256), within(0.002));
    }
  }

  private static double deviation(Tensor tensor) {
    return tensor.detach().std(0).item();
  }

  @Test
  void needsTheMultiplicationsOfTheOfficialCode() {
    Model model = Catalogue.model("maxim_s1");
    Record config = Configs.with(model.config(), Map.of("num_supervision_scales", "1"));
    try (Maxim network = new Maxim((MaximConfig) config, new Rng(1));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = Tensor.zeros(1, 3, 256, 256);
      double gigas = (double) Macs.count(() -> network.forward(x)) / 1e9;
      // the official figure counts operations, among them those of norms, activations and resizing
      assertThat(gigas).isBetween(0.87 * 93.2 / 2, 93.2 / 2);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "depth, 0, depth must lie in",
    "num_stages, 0, num_stages",
    "num_supervision_scales, 3, num_supervision_scales must lie in",
    "features, 3, must be even",
    "num_outputs, 2, num_outputs must be 3 or 1",
    "channels_reduction, 5, reduction",
    "'block_size_hr', '[2]', block_size_hr must be",
    "num_bottleneck_blocks, -1, num_bottleneck_blocks"
  })
  void refusesImpossibleConfigurations(String key, String value, String message) {
    MaximConfig config = small("input_proj_factor", "1");
    assertThatThrownBy(() -> Configs.with(config, Map.of(key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
