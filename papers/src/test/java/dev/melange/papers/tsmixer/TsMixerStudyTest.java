package dev.melange.papers.tsmixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.papers.forecast.ForecastModel;
import dev.melange.papers.forecast.NormalizedLinear;
import dev.melange.papers.study.Scale;
import dev.melange.papers.tsmixer.TsMixerStudy.Rival;
import dev.melange.papers.tsmixer.TsMixerStudy.Settings;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TsMixerStudyTest {
  private static Settings settings(Scale scale) {
    return (Settings) new TsMixerStudy().settings(scale);
  }

  @ParameterizedTest
  @EnumSource(Rival.class)
  void allRivalsForecastTheSameWindows(Rival rival) {
    try (Scope scope = Scope.open();
        ForecastModel model = rival.model(settings(Scale.QUICK), 7, 96, new Rng(1))) {
      Tensor x = new Rng(2).normal(2, 512, 7);
      TensorBatch batch = TensorBatch.of(Map.of("x", x));
      assertThat(model.forward().apply(batch).shape()).containsExactly(2, 96, 7);
    }
  }

  @Test
  void theTransformerFollowsTheUnitsOfTheWindow() {
    try (Scope scope = Scope.open();
        ForecastModel model = Rival.TRANSFORMER.model(settings(Scale.QUICK), 2, 24, new Rng(1))) {
      Tensor x = new Rng(2).normal(1, 512, 2);
      Tensor own = model.forward().apply(TensorBatch.of(Map.of("x", x)));
      Tensor moved = model.forward().apply(TensorBatch.of(Map.of("x", x.mul(9).add(100))));
      assertThat(moved.sub(own.mul(9).add(100)).abs().max().item()).isLessThan(0.02);
    }
  }

  @Test
  void theLinearModelStartsAtTheLastValue() {
    try (Scope scope = Scope.open();
        NormalizedLinear model =
            new NormalizedLinear(new NormalizedLinear.Config(4, 2), new Rng(1))) {
      assertThat(model.parameterCount()).isEqualTo(4 * 2 + 2);
      model.state().get("Linear.weight").detach().zero_();
      model.state().get("Linear.bias").detach().zero_();
      Tensor x = Tensor.of(new float[] {1, 2, 3, 7}, 1, 4, 1);
      assertThat(model.forward(x).toFloats()).containsExactly(7, 7);
    }
    assertThatThrownBy(() -> new NormalizedLinear.Config(0, 2))
        .hasMessageContaining("must be positive, got 0 and 2");
  }

  @Test
  void settingsCanBeChanged() {
    Settings smoke = settings(Scale.SMOKE);
    assertThat(Configs.with(smoke, Map.of("horizon", "12,24")).horizon()).containsExactly(12, 24);
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("seeds", "0")))
        .hasMessageContaining("seeds and ablation_seeds must be positive");
    assertThat(settings(Scale.FULL).recipe().epochs()).isEqualTo(100);
    assertThat(settings(Scale.QUICK).config(7, 96, true, false).patches()).isEqualTo(32);
  }
}
