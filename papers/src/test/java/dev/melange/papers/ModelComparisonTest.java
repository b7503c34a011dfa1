package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.nn.ImageModel;
import dev.melange.papers.ModelComparison.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelComparisonTest {
  private static Entry entry(String name, long parameters, long macs, double... accuracies) {
    return new Entry(name, accuracies, new ModelCost(parameters, macs, 1 << 20));
  }

  private static final ModelComparison COMPARISON =
      new ModelComparison(
          List.of(
              entry("large", 1000, 40, 0.9, 0.8),
              entry("beaten", 1000, 50, 0.7, 0.7),
              entry("small", 100, 60, 0.5, 0.5)),
          8);

  @Test
  void theFrontHasWhatNoOtherBeats() {
    assertThat(COMPARISON.front(entry -> entry.cost().parameters()))
        .extracting(Entry::name)
        .containsExactly("small", "large");
    assertThat(COMPARISON.front(entry -> entry.cost().macs()))
        .extracting(Entry::name)
        .containsExactly("large");
  }

  @Test
  void theTableHasMeanAndSpreadOverSeeds() {
    String csv = COMPARISON.table("", false).toCsv();
    assertThat(csv)
        .contains("accuracy (%)")
        .contains("85")
        .contains("7.07")
        .doesNotContain("img/s");
    assertThat(COMPARISON.table("", true).toCsv()).contains("training (img/s)");
    assertThat(COMPARISON.charts()).hasSize(2);
  }

  @Test
  void aStepHoldsWeightsGradientsMomentsAndActivations() {
    assertThat(new ModelCost(10, 1, 100).stepBytes(3)).isEqualTo(160 + 300);
    try (ImageModel model = Vision.create("mixer_mini", options -> options.size(32).classes(10))) {
      ModelCost small = ModelCost.of(model, 3, 32, 32);
      assertThat(small.parameters()).isEqualTo(model.parameterCount());
      // at least the tokens after the patches and after each of both branches of four blocks
      assertThat(small.activationBytes()).isGreaterThan(9 * 64 * 64 * 4);
      assertThat(small.macs()).isPositive();
      assertThat(model.isTraining()).isFalse();
    }
  }

  @Test
  void modelsAreChosenByNamePatternAndKeys() {
    List<ModelChoice> choices =
        ModelChoice.parseAll(List.of("mixer_mini", "mixer_m*", "poolformer_mini:mixer=dwconv"));
    assertThat(choices)
        .extracting(ModelChoice::text)
        .containsExactly("mixer_mini", "poolformer_mini:mixer=dwconv");
    assertThat(choices.get(1).keys()).containsEntry("mixer", "dwconv");
    assertThatThrownBy(() -> ModelChoice.parse("mixer_mini:mixer"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected key=value");
    assertThatThrownBy(() -> new ModelComparison(List.of(), 1))
        .hasMessageContaining("no model to compare");
  }
}
