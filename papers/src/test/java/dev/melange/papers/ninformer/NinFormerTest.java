package dev.melange.papers.ninformer;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NinFormerTest {
  private static final NinFormerConfig SMALL = new NinFormerConfig(8, 12, 4, 1, 3, 6, 10, 2, 0.5);

  @ParameterizedTest
  @CsvSource({
    "ninformer_cifar10, 2652170",
    "ninformer_cifar100, 2675300",
    "ninformer_mnist, 2582478"
  })
  void hasTheParametersOfTheOfficialCode(String name, long parameters) {
    Model model = Catalogue.model(name);
    try (var layer = model.create(new Rng(1))) {
      assertThat(layer.parameterCount()).isEqualTo(parameters);
    }
  }

  @Test
  void needsTheMultiplicationsOfItsFormula() {
    long n = 64;
    long d = 256;
    long ffn = 512;
    long block = n * d * d + 2 * d * n * ffn + 2 * (2 * n * d * ffn);
    try (NinFormer model = new NinFormer(Configs.defaults(NinFormerConfig.class), new Rng(1));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = Tensor.zeros(1, 3, 32, 32);
      assertThat(Macs.count(() -> model.forward(x))).isEqualTo(4 * block + n * 3 * 16 * d + d * 10);
    }
  }

  @Test
  void isMadeForOtherImagesAndClasses() {
    try (ImageModel model =
            Vision.create(
                "ninformer_cifar10", options -> options.classes(5).channels(1).size(24, 16));
        Scope scope = Scope.open()) {
      assertThat(model.forward(new Rng(1).normal(2, 1, 24, 16)).shape()).containsExactly(2, 5);
    }
    assertThatThrownBy(() -> Vision.create("ninformer_cifar10", options -> options.size(30)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("30x30 cannot be cut into patches of 4x4");
  }

  @Test
  void refusesImagesOfAnotherSize() {
    try (NinFormer model = new NinFormer(SMALL, new Rng(1));
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> model.forward(Tensor.zeros(2, 1, 12, 8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("NinFormer expects images [B, 1, 8, 12], got [2, 1, 12, 8]");
    }
  }

  @Test
  void theNewClassifierTakesTypeAndModeOfTheOld() {
    try (NinFormer model = new NinFormer(SMALL, new Rng(1));
        Scope scope = Scope.open()) {
      model.to(DType.F64);
      model.train();
      model.resetClassifier(7, new Rng(2));
      assertThat(model.classes()).isEqualTo(7);
      assertThat(model.parameters().get("classifier.weight").dtype()).isEqualTo(DType.F64);
      assertThat(model.children().get("classifier").isTraining()).isTrue();
      model.eval();
      Tensor x = new Rng(3).normal(2, 1, 8, 12).to(DType.F64);
      assertThat(model.forward(x).shape()).containsExactly(2, 7);
      assertThatThrownBy(() -> model.resetClassifier(0, new Rng(2)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void dropsOnlyInTraining() {
    try (NinFormer model = new NinFormer(SMALL, new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 1, 8, 12);
      float[] calm = model.forward(x).toFloats();
      assertThat(model.forward(x).toFloats()).isEqualTo(calm);
      model.train();
      float[] first = new Rng(3).run(() -> model.forward(x)).toFloats();
      float[] second = new Rng(4).run(() -> model.forward(x)).toFloats();
      assertThat(first).isNotEqualTo(calm).isNotEqualTo(second);
      assertThat(new Rng(3).run(() -> model.forward(x)).toFloats()).isEqualTo(first);
    }
  }

  @Test
  void gatesAreMapsOverThePatchesAndChangeWithTheImage() {
    try (NinFormer model = new NinFormer(SMALL, new Rng(1));
        Scope scope = Scope.open()) {
      List<Tensor> maps = model.gateMaps(new Rng(2).normal(2, 1, 8, 12));
      assertThat(maps).hasSize(2);
      for (Tensor map : maps) {
        assertThat(map.shape()).containsExactly(2, 2, 3);
        assertThat(map.get(0).toFloats()).isNotEqualTo(map.get(1).toFloats());
      }
    }
  }

  @Test
  void multipliesInFloat32WhenItsInputIsShorter() {
    GatingUnit.Config config = new GatingUnit.Config(6, 4, 5, 7, 0);
    try (GatingUnit unit = new GatingUnit(config, new Rng(1));
        Scope scope = Scope.open()) {
      unit.to(DType.BF16);
      Tensor y = unit.forward(new Rng(2).normal(2, 4, 6).to(DType.BF16));
      assertThat(y.dtype()).isEqualTo(DType.F32);
    }
  }

  @Test
  void refusesSizesBelowOne() {
    assertThatThrownBy(() -> new NinBlock.Config(0, 8, 9, 0))
        .hasMessageContaining("d_model, d_ffn and seq_len must be at least 1, got 0, 8 and 9");
    assertThatThrownBy(() -> new GatingUnit.Config(1, 0, 1, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MixerBlock.Config(1, 1, 0, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new NinFormerConfig(8, 8, 4, 0, 2, 4, 4, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
