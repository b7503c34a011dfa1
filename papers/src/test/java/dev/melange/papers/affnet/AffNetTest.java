package dev.melange.papers.affnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.component.Configs;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.nn.Macs;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Vision;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AffNetTest {
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static AffNetConfig config(String... keysAndValues) {
    Map<String, String> keys = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      keys.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    try {
      String tiny =
          """
          {"channels": [8, 8, 16, 16, 24], "mv2_blocks": [1, 1], "aff_blocks": [1, 1, 1],
           "expand_ratio": 2, "num_classes": 5}""";
      return Configs.with(
          Configs.read(AffNetConfig.class, new ObjectMapper().readTree(tiny), "vision/affnet"),
          keys,
          "vision/affnet");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "affnet_et, 1436264",
    "affnet_t, 2654232",
    "affnet, 5568696",
    "affnet_base, 17178104",
    "affnet_large, 46068088"
  })
  void hasThePublishedNumberOfParameters(String name, long expected) {
    try (Layer model = Catalogue.model(name).create(new Rng(0))) {
      assertThat(model.parameterCount()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"affnet_et, 0.4", "affnet_t, 0.8", "affnet, 1.5"})
  void needsTheMultiplicationsThatThePaperReports(String name, double gigas) {
    try (ImageModel model = Vision.create(name);
        var guard = Autograd.noGrad()) {
      long macs = Macs.count(() -> model.forward(Tensor.zeros(1, 3, 256, 256)));
      assertThat((double) macs / 1e9).isBetween(gigas - 0.1, gigas + 0.1);
    }
  }

  @Test
  void aTransformIsNotCountedHoweverItIsComputed() {
    AffTokenMixer.Config config = new AffTokenMixer.Config(8, 4, 0.01, 1, "relu");
    try (AffTokenMixer mixer = new AffTokenMixer(config, new Rng(0))) {
      // two complex maps of 2 channels in each of 4 blocks at 8 x 5 frequencies
      long macs = Macs.count(() -> mixer.forward(Tensor.zeros(1, 8, 8, 8)));
      assertThat(macs).isEqualTo(2L * 4 * 4 * 2 * 2 * 8 * 5);
    }
  }

  @ParameterizedTest
  @CsvSource({"null, 2, 2", "16, 4, 4", "8, 8, 8"})
  void keepsTheMapLargeForDensePrediction(String stride, int fourth, int fifth) {
    try (AffNet model = new AffNet(config("output_stride", stride), new Rng(1))) {
      List<Tensor> maps = model.forwardStages(new Rng(2).normal(1, 3, 64, 64));
      assertThat(maps).hasSize(6);
      assertThat(maps.get(0).shape()).containsExactly(1, 8, 32, 32);
      assertThat(maps.get(1).shape()).containsExactly(1, 8, 16, 16);
      assertThat(maps.get(2).shape()).containsExactly(1, 16, 8, 8);
      assertThat(maps.get(3).size(2)).isEqualTo(stride.equals("8") ? 8 : 4);
      assertThat(maps.get(4).shape()).containsExactly(1, 24, fifth, fifth);
      assertThat(maps.get(5).shape()).containsExactly(1, 96, fifth, fifth);
      assertThat(fourth).isLessThanOrEqualTo((int) maps.get(3).size(2));
    }
  }

  @Test
  void dilationsDoubleAfterTheStageThatIsDilated() {
    AffNetConfig dense = config("output_stride", "8");
    assertThat(List.of(dense.dilation(2), dense.dilation(3), dense.dilation(4)))
        .containsExactly(1, 1, 2);
    assertThat(config("output_stride", "16").dilation(4)).isEqualTo(1);
    assertThat(config().dilation(4)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "17, 40", "32, 32", "33, 100"})
  void takesImagesOfAnySize(int height, int width) {
    try (AffNet model = new AffNet(config(), new Rng(1))) {
      Tensor y = model.forward(new Rng(2).normal(2, 3, height, width));
      assertThat(y.shape()).containsExactly(2, 5);
      assertThat(y.isFinite().all().item()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"layer_norm_2d, swish", "layer_norm, relu", "batch_norm, swish"})
  void trainsAllParametersWithEachNorm(String norm, String activation) {
    AffNetConfig config =
        config(
            "attn_norm_layer", norm,
            "activation", activation,
            "no_fuse", "true,false,true",
            "classifier_dropout", "0.2",
            "sparsity_threshold", "0");
    try (AffNet model = new AffNet(config, new Rng(1))) {
      model.train();
      Tensor x = new Rng(2).normal(2, 3, 64, 64);
      Tensor loss = new Rng(3).run(() -> model.forward(x).square().sum());
      Tensor[] gradients = Autograd.grad(loss, model.parameters().values().toArray(Tensor[]::new));
      assertThat(gradients).doesNotContainNull();
      for (Tensor gradient : gradients) {
        assertThat(gradient.isFinite().all().item()).isEqualTo(1);
      }
    }
  }

  @Test
  void isMadeForGreyImagesAndOtherClasses() {
    try (ImageModel model =
        Vision.create("affnet_et", options -> options.classes(7).channels(1).size(32))) {
      assertThat(model.forward(Tensor.zeros(2, 1, 32, 32)).shape()).containsExactly(2, 7);
      model.resetClassifier(3, new Rng(1));
      assertThat(model.classes()).isEqualTo(3);
      assertThat(model.forward(Tensor.zeros(1, 1, 48, 40)).shape()).containsExactly(1, 3);
      assertThatThrownBy(() -> model.forward(Tensor.zeros(2, 3, 32, 32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[B, 1, H, W], got input x: [2, 3, 32, 32]");
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 8", "60, 64", "64, 64", "9, 16", "8.5, 8", "22.9, 24", "18, 24"})
  void widthsAreMultiplesOfEightNotFarBelow(double asked, int expected) {
    assertThat(InvertedResidual.makeDivisible(asked)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "channels | 8,8,16,16 | channels must have 5 elements of at least 1",
        "channels | 8,8,16,20,24 | num_blocks must divide the channels of the last three stages",
        "no_fuse | true,false | no_fuse must have one element for each of the last 3 stages",
        "output_stride | 4 | output_stride must be 8, 16 or null, got 4",
        "activation | gelu | must be one of swish, relu",
        "global_pool | max | must be one of mean",
        "expand_ratio | 0 | expand_ratio and last_layer_exp_factor must be positive",
        "classifier_dropout | 1 | classifier_dropout must lie in [0, 1), got 1.0"
      })
  void refusesConfigurationsThatDoNotFit(String key, String value, String message) {
    assertThatThrownBy(() -> config(key, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void widthsThatAreNotMultiplesOfEightNeedWidening() {
    assertThatThrownBy(() -> new InvertedResidual.Config(12, 12, 1, 1, 1, "relu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in_channels must be a multiple of 8, got 12");
    InvertedResidual.Config wide = new InvertedResidual.Config(12, 12, 1, 2, 2, "relu");
    try (InvertedResidual block = new InvertedResidual(wide, new Rng(1))) {
      assertThat(block.forward(Tensor.zeros(1, 12, 5, 6)).shape()).containsExactly(1, 12, 5, 6);
    }
  }

  @Test
  void inferenceIsTheSameWithTheNormsInTheConvolutions() {
    try (AffNet model = new AffNet(config(), new Rng(1))) {
      Tensor x = new Rng(2).normal(4, 3, 64, 64);
      model.train();
      model.forward(x); // running statistics of their own
      model.eval();
      double[] fast = model.forward(x).to(DType.F64).toDoubles();
      model.to(DType.F64);
      double[] exact = model.forward(x.to(DType.F64)).toDoubles();
      for (int i = 0; i < exact.length; i++) {
        assertThat(fast[i]).isCloseTo(exact[i], org.assertj.core.data.Offset.offset(1e-4));
      }
    }
  }

  @Test
  void segmentationLogitsHaveTheSizeOfTheImageOrOfTheMask() {
    DeepLabV3Head.Config config =
        new DeepLabV3Head.Config(24, 8, List.of(1, 2, 3), 0.5, 4, "swish", 16);
    try (DeepLabV3Head head = new DeepLabV3Head(config, new Rng(1))) {
      Tensor map = new Rng(2).normal(2, 24, 3, 5);
      assertThat(head.forward(map).shape()).containsExactly(2, 4, 48, 80);
      assertThat(head.forward(map, 50, 77).shape()).containsExactly(2, 4, 50, 77);
      head.train();
      Tensor first = new Rng(3).run(() -> head.forward(map));
      assertThat(new Rng(3).run(() -> head.forward(map)).toFloats()).isEqualTo(first.toFloats());
      assertThat(new Rng(4).run(() -> head.forward(map)).toFloats()).isNotEqualTo(first.toFloats());
      assertThatThrownBy(() -> head.forward(Tensor.zeros(1, 8, 3, 5)))
          .hasMessageContaining("expects a map [B, 24, h, w], got [1, 8, 3, 5]");
    }
  }
}
