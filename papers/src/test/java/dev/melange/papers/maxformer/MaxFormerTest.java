package dev.melange.papers.maxformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.nn.ImageModel;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Vision;
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
import org.junit.jupiter.params.provider.ValueSource;

class MaxFormerTest {
  private static MaxFormerConfig config(Map<String, String> keys) {
    return Configs.with(Configs.defaults(MaxFormerConfig.class), keys, "vision/max-former");
  }

  private static MaxFormerConfig small(String embeds, String mixers) {
    return config(
        Map.of(
            "embeds", embeds,
            "mixers", mixers,
            "depths", "1,1",
            "num_heads", "2",
            "num_classes", "3",
            "embed_dims", "16",
            "mlp_ratio", "2",
            "T", "2"));
  }

  @ParameterizedTest
  @CsvSource({
    "max_former_cifar10, 6568282",
    "max_former_cifar100, 6602932",
    "max_former_10_384, 16237240",
    "max_former_10_512, 28653480",
    "max_former_10_768, 63992200",
    "max_resnet18_cifar10, 12502090",
    "max_resnet18_cifar100, 12548260",
    "max_former_cifar10_dvs, 1455626",
    "max_former_dvs_gesture, 1455883"
  })
  void hasTheParametersOfTheOfficialCode(String name, long parameters) {
    try (var layer = Catalogue.model(name).create(new Rng(1))) {
      assertThat(layer.parameterCount()).isEqualTo(parameters);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"identity", "max", "avg", "dwc3", "dwc5", "dwc7", "ssa", "ssa-dwc", "qka"})
  void trainsWithEveryMixer(String mixer) {
    long seed = 7;
    try (MaxFormer model = new MaxFormer(small("orig,max", mixer + "," + mixer), new Rng(seed));
        Scope scope = Scope.open()) {
      model.train();
      Tensor x = new Rng(seed + 1).normal(4, 3, 8, 8);
      Tensor logits = model.forward(x);
      assertThat(logits.shape()).containsExactly(4, 3);
      logits.square().sum().backward();
      model.parameters().forEach((name, weight) -> assertThat(weight.grad()).as(name).isNotNull());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"max", "avg", "1max", "1max-imagenet", "orig-later"})
  void halvesTheMapWithEveryLaterEmbedding(String embed) {
    try (MaxFormer model = new MaxFormer(small("orig," + embed, "identity,dwc3"), new Rng(1));
        Scope scope = Scope.open()) {
      List<Tensor> maps = model.maps(new Rng(2).normal(1, 3, 8, 12));
      assertThat(model.mapNames())
          .containsExactly("patch_embed1", "stage1.0", "patch_embed2", "stage2.0");
      assertThat(maps.get(1).shape()).containsExactly(2, 1, 8, 8, 12);
      assertThat(maps.get(3).shape()).containsExactly(2, 1, 16, 4, 6);
      assertThatThrownBy(() -> model.forward(Tensor.zeros(1, 3, 7, 12)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("max-former divides images by 2");
    }
  }

  @Test
  void anImageIsTheSameFrameInEveryStep() {
    try (MaxFormer model = new MaxFormer(small("orig,max", "dwc3,ssa"), new Rng(1));
        Scope scope = Scope.open()) {
      model.to(DType.F64);
      Tensor x = new Rng(2).normal(3, 3, 8, 8).to(DType.F64);
      Tensor frames = Tensor.stack(1, x, x);
      assertThat(model.forward(frames).toDoubles()).isEqualTo(model.forward(x).toDoubles());
    }
  }

  @Test
  void float32AgreesWithFloat64UpToSingleSpikes() {
    long seed = 4;
    try (MaxFormer model = new MaxFormer(small("orig,max", "dwc3,ssa"), new Rng(seed));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      model.train(); // batch statistics make neurons fire in an untrained network
      Tensor x = new Rng(seed + 1).normal(16, 3, 8, 8);
      double[] single = model.forward(x).toDoubles();
      model.to(DType.F64);
      double[] exact = model.forward(x.to(DType.F64)).toDoubles();
      int close = 0;
      for (int i = 0; i < exact.length; i++) {
        close += Math.abs(single[i] - exact[i]) < 1e-5 ? 1 : 0;
      }
      assertThat(close).as("seed " + seed + ", of " + exact.length).isGreaterThan(40);
    }
  }

  @Test
  void countsTheTimeStepsInItsFeatures() {
    try (MaxFormer model = new MaxFormer(small("orig,max", "max,max"), new Rng(1));
        MaxResNet resnet =
            new MaxResNet(
                new MaxResNet.Config(4, List.of(4, 6, 8), List.of(1, 1, 1), 5, 3), new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 3, 8, 8);
      assertThat(model.forwardFeatures(x).shape()).containsExactly(2, 2 * 16, 4, 4);
      assertThat(resnet.forwardFeatures(x).shape()).containsExactly(2, 3 * 8, 2, 2);
      assertThat(resnet.forward(x).shape()).containsExactly(2, 5);
    }
  }

  @Test
  void isMadeForOtherImagesAndClasses() {
    try (ImageModel model =
            Vision.create(
                "max_former_cifar10",
                options ->
                    options
                        .classes(5)
                        .channels(1)
                        .size(24, 16)
                        .set("embed_dims", "32")
                        .set("T", "2"));
        Scope scope = Scope.open()) {
      assertThat(model.forward(new Rng(1).normal(2, 1, 24, 16)).shape()).containsExactly(2, 5);
      assertThatThrownBy(() -> model.forward(Tensor.zeros(2, 3, 24, 16)))
          .hasMessageContaining("expects images [B, 1, H, W]")
          .hasMessageContaining("[2, 3, 24, 16]; convert with --channels 1");
    }
    assertThatThrownBy(() -> Vision.create("max_former_cifar10", options -> options.size(30)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("divides images by 4")
        .hasMessageContaining("30x30");
    assertThatThrownBy(
            () -> Vision.create("max_resnet18_cifar10", options -> options.channels(1).size(32)))
        .hasMessageContaining("3 channels, got 1");
  }

  @Test
  void theResNetHalvesOddSizesUpwards() {
    MaxResNet.Config config =
        new MaxResNet.Config(4, java.util.List.of(4, 6, 8), java.util.List.of(1, 1, 1), 3, 2);
    try (MaxResNet model = new MaxResNet(config, new Rng(1));
        Scope scope = Scope.open()) {
      Tensor images = new Rng(2).normal(2, 3, 7, 10);
      assertThat(model.forwardFeatures(images).shape()).containsExactly(2, 2 * 8, 2, 3);
      assertThat(model.forward(images).shape()).containsExactly(2, 3);
    }
  }

  @Test
  void theNewClassifierTakesTypeAndModeOfTheOld() {
    try (MaxFormer model = new MaxFormer(small("orig,max", "max,max"), new Rng(1));
        Scope scope = Scope.open()) {
      model.to(DType.F64);
      model.train();
      model.resetClassifier(7, new Rng(2));
      assertThat(model.classes()).isEqualTo(7);
      assertThat(model.children().get("head").isTraining()).isTrue();
      assertThat(model.forward(Tensor.zeros(2, 3, 8, 8).to(DType.F64)).shape())
          .containsExactly(2, 7);
      assertThatThrownBy(() -> model.resetClassifier(0, new Rng(2)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesStagesThatDoNotFit() {
    assertThatThrownBy(() -> config(Map.of("mixers", "ssa,ssa")))
        .hasMessageContaining("one element per stage");
    assertThatThrownBy(() -> config(Map.of("embed_dims", "36")))
        .hasMessageContaining("stage 3: num_heads must divide dim");
    assertThatThrownBy(() -> config(Map.of("embeds", "avg,max,max")))
        .hasMessageContaining("stage 1: the avg embedding doubles the width");
    assertThatThrownBy(() -> config(Map.of("mixers", "identity,dwc3,sssa")))
        .hasMessageContaining("did you mean 'ssa'");
    assertThatThrownBy(() -> config(Map.of("embed_dims", "3")))
        .hasMessageContaining("cannot be halved");
    assertThatThrownBy(() -> config(Map.of("T", "0"))).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> new MaxResNet.Config(4, List.of(4, 6), List.of(1, 1, 1), 5, 3))
        .hasMessageContaining("three elements");
    assertThat(config(Map.of("embed_dims", "36", "mixers", "max,max,max")).stride()).isEqualTo(4);
  }
}
