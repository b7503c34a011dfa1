package dev.melange.nn;

import static dev.melange.nn.Ramps.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.nn.RotaryPositions.Pairs;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Expected numbers were computed with PyTorch 2.13 in float64. */
class PositionsTest {
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static void assertValues(Tensor actual, double... expected) {
    double[] values = actual.detach().contiguous().toDoubles();
    assertThat(values).containsExactly(expected, within(1e-10));
  }

  @Test
  void sinesOfALineAreInterleaved() {
    Tensor table = SinusoidalPositions.line(3, 6);
    assertThat(table.shape()).containsExactly(3, 6);
    assertValues(
        table.get(2),
        0.909297426826,
        -0.416146836547,
        0.0926985007787,
        0.995694224124,
        0.00430885604674,
        0.999990716837);
  }

  @Test
  void sinesOfAGridTellTheColumnFirst() {
    Tensor table = SinusoidalPositions.grid(2, 3, 8);
    assertThat(table.shape()).containsExactly(6, 8);
    assertValues( // row 1, column 2
        table.get(5),
        0.909297426826,
        0.0199986666933,
        -0.416146836547,
        0.999800006667,
        0.841470984808,
        0.00999983333417,
        0.540302305868,
        0.999950000417);
  }

  @Test
  void sinesRefuseWidthsThatDoNotDivide() {
    assertThatThrownBy(() -> SinusoidalPositions.line(3, 5)).hasMessageContaining("2, got 5");
    assertThatThrownBy(() -> SinusoidalPositions.grid(3, 3, 6)).hasMessageContaining("4, got 6");
  }

  @Test
  void learnedPositionsAreResizedAsInPyTorch() {
    Tensor resized = LearnedPositions.resize(ramp(1, 7, 2), 1, 2, 3, 4, 2);
    assertThat(resized.shape()).containsExactly(1, 9, 2);
    assertValues(
        resized.get(0).select(1, 1),
        0.644217687238,
        0.470833626256,
        -0.933869850566,
        0.447144709584,
        -0.519651426982,
        0.400171238971,
        0.301714835431,
        0.376482322299,
        0.715933259016);
  }

  @Test
  void storedPositionsOfSquareGridsAreMadeToFit() {
    try (LearnedPositions positions = new LearnedPositions(1, 4, 2, 2, new Rng(1))) {
      positions.to(DType.F64);
      Tensor stored = ramp(1, 10, 2);
      LoadReport report = positions.loadMatching(Map.of("pos_embed", stored));
      assertThat(report.fitted()).containsExactly("pos_embed");
      assertValues(
          positions.state().get("pos_embed").reshape(-1),
          LearnedPositions.resize(stored, 1, 3, 3, 4, 2).reshape(-1).toDoubles());
      LoadReport other = positions.loadMatching(Map.of("pos_embed", ramp(1, 7, 2)));
      assertThat(other.loaded()).isEmpty();
      assertThat(other.misshaped()).hasSize(1);
    }
  }

  @Test
  void learnedPositionsAreAddedAndTrained() {
    try (LearnedPositions positions = new LearnedPositions(1, 2, 3, 2, new Rng(1))) {
      assertThat(positions.state().keySet()).containsExactly("pos_embed");
      positions.to(DType.F64);
      positions.load(Map.of("pos_embed", ramp(1, 7, 2)));
      assertValues(positions.forward(Tensor.zeros(3, 7, 2)).get(2), ramp(7, 2).toDoubles());
      Tensor larger = positions.forward(Tensor.zeros(1, 25, 2), 4, 6);
      larger.sum().backward();
      Tensor gradient = positions.parameters().get("pos_embed").grad();
      // the class token is used once; the others share the 24 positions
      assertValues(gradient.get(0).get(0), 1, 1);
      assertThat(gradient.sum().item()).isCloseTo(2 * 25, within(1e-9));
    }
  }

  @Test
  void learnedPositionsRefuseOtherNumbersOfTokens() {
    try (LearnedPositions positions = new LearnedPositions(1, 2, 3, 2, new Rng(1))) {
      assertThatThrownBy(() -> positions.forward(Tensor.zeros(1, 6, 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2x3 grid expect tokens [B, 7, 2], got");
    }
  }

  @Test
  void rotationOfHalvesIsThatOfHuggingFace() {
    try (RotaryPositions rotary = new RotaryPositions(8, 4, 100, Pairs.HALVES)) {
      rotary.to(DType.F64);
      assertValues(
          rotary.forward(ramp(2, 3, 4), 2).get(1),
          -0.0224001029035,
          0.487506207919,
          0.929593718391,
          -0.798765354911,
          0.964633720003,
          -0.788400333101,
          -0.171468133492,
          0.456992418688,
          -0.418103450072,
          0.927770034891,
          -0.947825498914,
          -0.0225617502951);
    }
  }

  @Test
  void rotationOfNeighboursIsAComplexProduct() {
    try (RotaryPositions rotary = new RotaryPositions(8, 4, 100, Pairs.NEIGHBOURS)) {
      assertValues(
          rotary.forward(ramp(2, 3, 4), 2).get(1),
          -0.645793951906,
          0.644292814054,
          -0.184405378119,
          -0.934968576376,
          1.05661011896,
          0.473769533955,
          -0.165750070613,
          0.649600715705,
          -0.00744086662278,
          -1.3025111397,
          0.427976112888,
          -0.233871231284);
    }
  }

  @ParameterizedTest
  @EnumSource(Pairs.class)
  void rotatedProductsDependOnTheDistanceAlone(Pairs pairs) {
    try (RotaryPositions rotary = new RotaryPositions(64, 8, 10_000, pairs)) {
      assertThat(rotary.state()).isEmpty();
      Tensor q = ramp(1, 8);
      Tensor k = ramp(2, 8).get(1).reshape(1, 8);
      double near = rotary.forward(q, 7).mul(rotary.forward(k, 3)).sum().item();
      double far = rotary.forward(q, 60).mul(rotary.forward(k, 56)).sum().item();
      double other = rotary.forward(q, 60).mul(rotary.forward(k, 55)).sum().item();
      assertThat(near).isCloseTo(far, within(1e-10)).isNotCloseTo(other, within(1e-3));
      assertThat(rotary.forward(q, 9).square().sum().item())
          .isCloseTo(q.square().sum().item(), within(1e-10));
      assertValues(rotary.forward(q), q.toDoubles()); // position 0 is not turned
    }
  }

  @Test
  void rotationRefusesPositionsBeyondItsTables() {
    try (RotaryPositions rotary = new RotaryPositions(4, 4, 100, Pairs.HALVES)) {
      assertThatThrownBy(() -> rotary.forward(ramp(1, 3, 4), 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "positions 0 to 3 of heads of width 4 do not suit positions 2 to 4");
      assertThatThrownBy(() -> rotary.forward(ramp(1, 3, 6)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
