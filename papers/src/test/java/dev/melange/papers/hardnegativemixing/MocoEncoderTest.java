package dev.melange.papers.hardnegativemixing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.papers.Catalogue;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MocoEncoderTest {
  private static final long SEED = 4;

  @ParameterizedTest
  @CsvSource({
    // ResNet-50 without classifier 23,508,032; resnet18_cifar without classifier 11,168,832
    "moco_v2_resnet50, 27966656",
    "moco_v1_resnet50, 23770304",
    "moco_resnet18_cifar, 11497152",
    "moco_resnet_tiny_cifar, 85712"
  })
  void hasTheParametersOfItsParts(String name, long parameters) {
    try (MocoEncoder encoder = create(name)) {
      assertThat(encoder.parameterCount()).isEqualTo(parameters);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "basic, true, cifar, 8",
    "bottleneck, false, cifar, 32",
    "bottleneck, true, imagenet, 32"
  })
  void embedsOnTheUnitSphere(String block, boolean mlp, String stem, int width) {
    MocoEncoder.Config config = new MocoEncoder.Config(block, new int[] {1, 2}, 4, 1, 6, mlp, stem);
    try (MocoEncoder encoder = new MocoEncoder(config, new Rng(SEED));
        Scope scope = Scope.open();
        Autograd.NoGrad guard = Autograd.noGrad()) {
      encoder.eval();
      Tensor features = encoder.features(new Rng(SEED).normal(3, 1, 16, 24));
      assertThat(features.shape()).containsExactly(3, width);
      Tensor embedding = encoder.embed(features);
      assertThat(embedding.shape()).containsExactly(3, 6);
      for (double length : embedding.norm(2, 1).toDoubles()) {
        assertThat(length).isCloseTo(1, within(1e-6));
      }
      assertThat(encoder.state().containsKey("encoder_q.fc.weight")).isEqualTo(!mlp);
      assertThat(encoder.state().containsKey("encoder_q.fc.2.weight")).isEqualTo(mlp);
    }
  }

  @Test
  void loadsTheQueryEncoderOfAPublishedCheckpoint() {
    try (MocoEncoder source = create("moco_resnet_tiny_cifar");
        MocoEncoder target =
            (MocoEncoder) Catalogue.model("moco_resnet_tiny_cifar").create(new Rng(SEED + 1));
        Scope scope = Scope.open()) {
      Map<String, Tensor> checkpoint = new HashMap<>();
      source.state().forEach((name, tensor) -> checkpoint.put("module." + name, tensor));
      checkpoint.put("module.queue", Tensor.zeros(64, 8));
      target.loadPublished(checkpoint);
      source
          .state()
          .forEach(
              (name, tensor) ->
                  assertThat(target.state().get(name).toDoubles())
                      .as(name)
                      .isEqualTo(tensor.toDoubles()));
      checkpoint.remove("module.encoder_q.conv1.weight");
      assertThatThrownBy(() -> target.loadPublished(checkpoint))
          .hasMessageContaining("encoder_q.conv1.weight");
    }
  }

  @Test
  void refusesOtherImagesAndShapes() {
    try (MocoEncoder encoder = create("moco_resnet_tiny_cifar");
        Scope scope = Scope.open()) {
      Tensor gray = Tensor.zeros(2, 1, 32, 32);
      assertThatThrownBy(() -> encoder.features(gray))
          .hasMessageContaining("3 channels")
          .hasMessageContaining(Arrays.toString(gray.shape()));
    }
    assertThatThrownBy(
            () -> new MocoEncoder.Config("basic", new int[] {1, 0}, 4, 3, 5, true, "cifar"))
        .hasMessageContaining("[1, 0]");
    assertThatThrownBy(() -> new MocoEncoder.Config("basic", new int[] {1}, 4, 3, 0, true, "cifar"))
        .hasMessageContaining("dim 0");
  }

  private static MocoEncoder create(String name) {
    return (MocoEncoder) Catalogue.model(name).create(new Rng(SEED));
  }
}
