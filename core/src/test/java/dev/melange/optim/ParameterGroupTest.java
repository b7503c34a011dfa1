package dev.melange.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.nn.Activation;
import dev.melange.nn.Mlp;
import dev.melange.tensor.Rng;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterGroupTest {
  private static Mlp mlp() {
    return new Mlp(4, 6, 3, Activation.GELU, 0, new Rng(1));
  }

  @Test
  void holdsAllParametersInTheOrderOfTheModel() {
    try (Mlp mlp = mlp()) {
      List<ParameterGroup> groups = ParameterGroup.all(mlp, 0.1);
      assertThat(groups).hasSize(1);
      assertThat(groups.get(0).parameters().keySet())
          .containsExactly("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias");
      assertThat(groups.get(0).weightDecay()).isEqualTo(0.1);
      assertThat(groups.get(0).learningRateScale()).isEqualTo(1);
    }
  }

  @Test
  void sparesVectorsAndNamedParametersFromDecay() {
    try (Mlp mlp = mlp()) {
      List<ParameterGroup> groups =
          ParameterGroup.noDecayOnVectors(mlp, 0.1, name -> name.startsWith("fc2."));
      assertThat(groups.get(0).parameters().keySet()).containsExactly("fc1.weight");
      assertThat(groups.get(0).weightDecay()).isEqualTo(0.1);
      assertThat(groups.get(1).parameters().keySet())
          .containsExactly("fc1.bias", "fc2.weight", "fc2.bias");
      assertThat(groups.get(1).weightDecay()).isZero();
    }
  }

  @Test
  void leavesFrozenParametersAndEmptyGroupsOut() {
    try (Mlp mlp = mlp()) {
      mlp.fc1().freeze(true);
      assertThat(ParameterGroup.all(mlp, 0).get(0).parameters().keySet())
          .containsExactly("fc2.weight", "fc2.bias");
      assertThat(ParameterGroup.noDecayOnVectors(mlp, 0.1, name -> true))
          .extracting(ParameterGroup::name)
          .containsExactly("no_decay");
      mlp.freeze(true);
      assertThat(ParameterGroup.all(mlp, 0)).isEmpty();
    }
  }

  @Test
  void refusesNegativeSettings() {
    assertThatThrownBy(() -> new ParameterGroup("head", Map.of(), -1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("head: learningRateScale");
    assertThatThrownBy(() -> new ParameterGroup("head", Map.of(), 1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weightDecay must be finite and not negative, got NaN");
  }
}
