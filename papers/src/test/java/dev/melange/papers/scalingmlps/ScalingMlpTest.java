package dev.melange.papers.scalingmlps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.nn.Extent;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Macs;
import dev.melange.papers.Catalogue;
import dev.melange.papers.FilterPictures;
import dev.melange.papers.FineTuning;
import dev.melange.papers.Model;
import dev.melange.papers.Vision;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalingMlpTest {
  private static ScalingMlpConfig small(Map<String, String> keys) {
    ScalingMlpConfig base =
        Configs.with(
            Configs.defaults(ScalingMlpConfig.class),
            Map.of("resolution", "[4,6]", "num_classes", "5", "num_blocks", "3", "width", "16"),
            "test");
    return Configs.with(base, keys, "test");
  }

  @ParameterizedTest
  @CsvSource({
    "scaling_mlp_b6_wi512, 24657374, 19409384, 18901514",
    "scaling_mlp_b12_wi512, 37261790, 32013800, 31505930",
    "scaling_mlp_b6_wi1024, 74469342, 63983592, 62968842",
    "scaling_mlp_b12_wi1024, 124843998, 114358248, 113343498"
  })
  void hasTheParametersOfThePublishedModels(String name, long pretrained, long thousand, long ten) {
    Model model = Catalogue.model(name);
    ScalingMlpConfig config = (ScalingMlpConfig) model.config();
    int pixels = 3 * 64 * 64;
    assertThat(config.pixels()).isEqualTo(pixels);
    try (var layer = model.create(config.forImages(3, 64, 64, 10), new Rng(1))) {
      assertThat(layer.parameterCount()).isEqualTo(ten);
      // each further class has a row of weights and a bias
      long row = config.width() + 1L;
      assertThat(layer.parameterCount() + 990 * row).isEqualTo(thousand);
      assertThat(layer.parameterCount() + 11_220 * row).isEqualTo(pretrained);
    }
  }

  @Test
  void usesEveryWeightOnce() {
    try (ScalingMlp model =
            (ScalingMlp)
                Vision.create("scaling_mlp_b6_wi512", options -> options.size(64).classes(1000));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = Tensor.zeros(1, 3, 64, 64);
      assertThat(Macs.count(() -> model.forward(x)))
          .isEqualTo(model.macs())
          .isEqualTo(12_288L * 512 + 6 * 8L * 512 * 512 + 512_000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"layer", "batch", "none"})
  void normalisesAsAsked(String normalization) {
    try (ScalingMlp model =
            new ScalingMlp(small(Map.of("normalization", normalization)), new Rng(1));
        Scope scope = Scope.open()) {
      assertThat(model.forward(new Rng(2).normal(2, 3, 4, 6)).shape()).containsExactly(2, 5);
      assertThat(model.hasBatchStatistics()).isEqualTo(normalization.equals("batch"));
      long norms = model.state().keySet().stream().filter(n -> n.startsWith("layernorms")).count();
      assertThat(norms)
          .isEqualTo(normalization.equals("none") ? 0 : normalization.equals("batch") ? 15 : 6);
    }
  }

  @Test
  void aStandardMlpOfOneWidthIsLinear() {
    ScalingMlpConfig config = small(Map.of("model", "MLP", "num_blocks", "1"));
    try (ScalingMlp model = new ScalingMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      model.to(DType.F64);
      assertThat(new TreeSet<>(model.state().keySet()))
          .containsExactly(
              "linear_in.bias", "linear_in.weight", "linear_out.bias", "linear_out.weight");
      Tensor x = new Rng(2).normal(1, 3, 4, 6).to(DType.F64);
      Tensor origin = model.forward(x.zerosLike());
      double[] once = model.forward(x).sub(origin).mul(2.0).toDoubles();
      double[] twice = model.forward(x.mul(2.0)).sub(origin).toDoubles();
      assertThat(twice).usingComparatorWithPrecision(1e-12).containsExactly(once);
    }
  }

  @Test
  void theFirstLayersWeightsAreImages() {
    try (ScalingMlp model = new ScalingMlp(small(Map.of()), new Rng(1));
        Scope scope = Scope.open()) {
      Tensor filters = model.firstFilters();
      assertThat(filters.shape()).containsExactly(16, 3, 4, 6);
      // an image that equals a filter excites that filter by its squared norm
      Tensor x = filters.narrow(0, 7, 1);
      Tensor weight = model.parameters().get("linear_in.weight");
      double response = x.flatten(1, 3).matmul(weight.t()).select(1, 7).item();
      assertThat(response).isCloseTo(x.square().sum().item(), within(1e-5));
      assertThat(FilterPictures.tiles(model, 9)).hasSize(9);
      assertThat(FilterPictures.tiles(model, 99)).hasSize(16);
      assertThat(FilterPictures.grid("filters", model, 12).rows())
          .extracting(row -> row.tiles().size())
          .containsExactly(8, 4);
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }

  @Test
  void isMadeForOtherImages() {
    try (ImageModel model =
            Vision.create(
                "scaling_mlp_b6_wi512",
                options -> options.size(8, 5).channels(1).classes(3).set("width", "8"));
        Scope scope = Scope.open()) {
      assertThat(model.forward(new Rng(1).normal(2, 1, 8, 5)).shape()).containsExactly(2, 3);
      model.resetClassifier(7, new Rng(2));
      assertThat(model.classes()).isEqualTo(7);
      assertThat(model.classifierParameters())
          .containsExactlyInAnyOrder("linear_out.weight", "linear_out.bias");
      assertThatThrownBy(() -> model.forward(Tensor.zeros(1, 1, 5, 8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "scaling-mlp expects images [B, 1, 8, 5], got input x: [1, 1, 5, 8]");
      assertThatThrownBy(() -> model.resetClassifier(0, new Rng(2)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesImpossibleSettings() {
    assertThatThrownBy(() -> small(Map.of("width", "0")))
        .hasMessageContaining("must be at least 1");
    assertThatThrownBy(() -> small(Map.of("expansion_factor", "0")))
        .hasMessageContaining("expansion_factor must be at least 1, got 0");
    assertThatThrownBy(() -> small(Map.of("model", "MLP", "normalization", "none")))
        .hasMessageContaining("always has layer normalisation");
    assertThatThrownBy(() -> small(Map.of("model", "CNN"))).hasMessageContaining("BottleneckMLP");
    assertThat(small(Map.of("resolution", "9")).resolution()).isEqualTo(Extent.square(9));
  }

  @Test
  void aLinearProbeTrainsTheClassifierAlone() {
    try (ScalingMlp model = new ScalingMlp(small(Map.of()), new Rng(1))) {
      assertThat(FineTuning.LINEAR_PROBE.groups(model, 0.1))
          .extracting("name")
          .containsExactly("classifier", "classifier_no_decay");
      assertThat(model.parameters().entrySet().stream().filter(e -> e.getValue().requiresGrad()))
          .extracting(Map.Entry::getKey)
          .containsExactlyInAnyOrder("linear_out.weight", "linear_out.bias");
      var groups = new FineTuning(0.1).groups(model, 0.1);
      assertThat(groups)
          .extracting("name", "learningRateScale", "weightDecay")
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("classifier", 1.0, 0.1),
              org.assertj.core.groups.Tuple.tuple("classifier_no_decay", 1.0, 0.0),
              org.assertj.core.groups.Tuple.tuple("body", 0.1, 0.1),
              org.assertj.core.groups.Tuple.tuple("body_no_decay", 0.1, 0.0));
      assertThat(groups.stream().mapToInt(group -> group.parameters().size()).sum())
          .isEqualTo(model.parameters().size());
      assertThat(model.parameters().values()).allMatch(Tensor::requiresGrad);
    }
    assertThatThrownBy(() -> new FineTuning(1.5)).hasMessageContaining("[0, 1], got 1.5");
  }
}
