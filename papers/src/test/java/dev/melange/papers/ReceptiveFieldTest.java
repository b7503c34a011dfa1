package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.nn.Conv2d;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ReceptiveFieldTest {
  @Test
  void aFilterSeesItsWindowAndNothingElse() {
    try (Conv2d conv = new Conv2d(Conv2d.Spec.of(3, 4, 3).padding(1), new Rng(1));
        Scope scope = Scope.open()) {
      double[][] field = ReceptiveField.ofCentre(conv::forward, new Rng(2).normal(5, 3, 9, 7));
      assertThat(field).hasDimensions(9, 7);
      double greatest = 0;
      for (int row = 0; row < 9; row++) {
        for (int column = 0; column < 7; column++) {
          boolean inside = Math.abs(row - 4) <= 1 && Math.abs(column - 3) <= 1;
          assertThat(field[row][column] > 0).as("%d, %d", row, column).isEqualTo(inside);
          greatest = Math.max(greatest, field[row][column]);
        }
      }
      assertThat(greatest).isEqualTo(1);
      assertThat(conv.weight().grad()).isNull();
    }
  }

  @Test
  void needsAMap() {
    try (Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 3, 4, 4);
      assertThatThrownBy(() -> ReceptiveField.ofCentre(in -> in.flatten(1, 3), x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("needs a map [B, C, h, w], got [2, 48]");
    }
  }
}
