package dev.melange.papers.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ClassifierRecipeTest {
  private static ClassifierRecipe recipe(int epochs, double lr, double warmup, String mix) {
    return new ClassifierRecipe("sgd", epochs, 8, lr, 0, 0, warmup, "constant", 0, 1, 0, mix, 0);
  }

  @Test
  void anotherRateForTheBodyChangesNothingElse() {
    ClassifierRecipe recipe = recipe(3, 0.1, 0.2, "mixup:0.8");
    ClassifierRecipe slower = recipe.withBodyRate(0.1);
    assertThat(slower.body_lr()).isEqualTo(0.1);
    assertThat(slower.withBodyRate(1)).isEqualTo(recipe);
  }

  @Test
  void refusesImpossibleValues() {
    assertThatThrownBy(() -> recipe(0, 0.1, 0, "vanilla")).hasMessageContaining("epochs");
    assertThatThrownBy(() -> recipe(1, 0, 0, "vanilla"))
        .hasMessageContaining("lr must be positive");
    assertThatThrownBy(() -> recipe(1, 0.1, 1, "vanilla")).hasMessageContaining("warmup in [0, 1)");
    assertThatThrownBy(() -> recipe(1, 0.1, 0, "blend")).hasMessageContaining("blend");
  }
}
