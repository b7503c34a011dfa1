package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.nn.ImageModel;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastLayerTest {
  private static final long SEED = 6;

  @ParameterizedTest
  @ValueSource(strings = {"poolformer_mini", "mixer_mini", "resnet_tiny_cifar", "strip_mlp_mini"})
  void featuresExplainTheLogitsOfEveryKindOfModel(String name) {
    System.out.println("seed " + SEED);
    try (ImageModel model = Vision.create(name, options -> options.classes(7).size(32).seed(SEED));
        Scope scope = Scope.open();
        Autograd.NoGrad off = Autograd.noGrad()) {
      model.eval();
      Tensor images = new Rng(SEED).normal(3, 3, 32, 32);
      Tensor logits = model.forward(images);
      LastLayer last = LastLayer.of(model);
      assertThat(last.weight().shape()).containsExactly(7, LastLayer.width(model));
      LastLayer.expose(model);
      Tensor features = model.forward(images);
      assertThat(features.shape()).containsExactly(3, last.weight().size(1));
      assertThat(last.logits(features).sub(logits).abs().max().item()).isCloseTo(0, within(1e-4));
      last.requireExplains(features, logits);
      assertThatThrownBy(() -> last.requireExplains(features, logits.add(0.5)))
          .hasMessageContaining("more than one linear layer");
    }
  }
}
