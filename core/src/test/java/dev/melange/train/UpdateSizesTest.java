package dev.melange.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UpdateSizesTest {
  private static final class Two extends Layer {
    final Linear first = child("first", new Linear(4, 3, new Rng(0)));

    Two() {
      child("second", new Linear(3, 2, new Rng(1)));
    }
  }

  @Test
  void tellsHowFarEachPartMoved() {
    try (Two model = new Two();
        Scope scope = Scope.open();
        UpdateSizes sizes = new UpdateSizes(model)) {
      Autograd.noGrad(
          () -> {
            model.first.weight().mul_(1.01);
            model.first.bias().mul_(1.01);
            return model;
          });
      Map<String, Double> ratios = sizes.ratios();
      assertThat(ratios).containsOnlyKeys("first", "second");
      assertThat(ratios.get("first")).isCloseTo(0.01, within(1e-5));
      assertThat(ratios.get("second")).isZero();
    }
  }

  @Test
  void namesPartsByTheBeginOfTheirParametersNames() {
    assertThat(UpdateSizes.part("stages.0.blocks.1.weight", 2)).isEqualTo("stages.0");
    assertThat(UpdateSizes.part("head.weight", 3)).isEqualTo("head");
    assertThat(UpdateSizes.part("scale", 1)).isEqualTo("scale");
  }
}
