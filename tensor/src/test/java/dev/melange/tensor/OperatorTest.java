package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OperatorTest {
  private static final int STEPS = 5;
  private static final double LR = 0.01;
  private static final double DECAY = 0.1;

  private Scope scope;
  private final Rng rng = new Rng(8);

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private Tensor[] draws(long[]... shapes) {
    return Arrays.stream(shapes).map(rng::normal).toArray(Tensor[]::new);
  }

  private static Tensor[] zerosLike(Tensor[] tensors) {
    return Arrays.stream(tensors).map(Tensor::zerosLike).toArray(Tensor[]::new);
  }

  private void adamAgrees(String name, boolean decoupled) {
    Operator fused = Operator.find(name, "");
    Tensor[] p = draws(new long[] {70}, new long[] {3, 5});
    Tensor[] m = zerosLike(p);
    Tensor[] v = zerosLike(p);
    Tensor[] steps = {Tensor.zeros(), Tensor.zeros()};
    double[][] expected = {p[0].toDoubles(), p[1].toDoubles()};
    double[][] mean = {new double[70], new double[15]};
    double[][] square = {new double[70], new double[15]};
    for (int t = 1; t <= STEPS; t++) {
      Tensor[] g = draws(new long[] {70}, new long[] {3, 5});
      steps[0].add_(1);
      steps[1].add_(1);
      fused.call(
          p, g, m, v, new Tensor[0], steps, LR, 0.9, 0.999, DECAY, 1e-8, false, false, null, null);
      for (int k = 0; k < 2; k++) {
        double[] gradient = g[k].toDoubles();
        for (int i = 0; i < gradient.length; i++) {
          double d = gradient[i] + (decoupled ? 0 : DECAY * expected[k][i]);
          expected[k][i] *= decoupled ? 1 - LR * DECAY : 1;
          mean[k][i] = 0.9 * mean[k][i] + 0.1 * d;
          square[k][i] = 0.999 * square[k][i] + 0.001 * d * d;
          double root = Math.sqrt(square[k][i] / (1 - Math.pow(0.999, t))) + 1e-8;
          expected[k][i] -= LR * mean[k][i] / (1 - Math.pow(0.9, t)) / root;
        }
        assertThat(p[k].toDoubles()).containsExactly(expected[k], within(1e-6));
      }
    }
  }

  @Test
  void fusedAdamwAgreesWithItsDefinition() {
    adamAgrees("aten::_fused_adamw_", true);
  }

  @Test
  void fusedAdamAgreesWithItsDefinition() {
    adamAgrees("aten::_fused_adam_", false);
  }

  @Test
  void fusedSgdAgreesWithItsDefinition() {
    Operator fused = Operator.find("aten::_fused_sgd_", "");
    Tensor[] p = draws(new long[] {40});
    Tensor[] buffers = zerosLike(p);
    double[] expected = p[0].toDoubles();
    double[] momentum = new double[40];
    for (int t = 0; t < STEPS; t++) {
      Tensor[] g = draws(new long[] {40});
      fused.call(p, g, buffers, DECAY, 0.9, LR, 0.0, true, false, t == 0, null, null);
      double[] gradient = g[0].toDoubles();
      for (int i = 0; i < expected.length; i++) {
        double d = gradient[i] + DECAY * expected[i];
        momentum[i] = t == 0 ? d : 0.9 * momentum[i] + d;
        expected[i] -= LR * (d + 0.9 * momentum[i]);
      }
      assertThat(p[0].toDoubles()).containsExactly(expected, within(1e-6));
    }
  }

  @Test
  void resultsComeBackAsTensors() {
    Tensor[] pair = Operator.find("aten::var_mean", "").call(Tensor.of(new float[] {1, 3}), false);
    assertThat(pair[0].item()).isEqualTo(1);
    assertThat(pair[1].item()).isEqualTo(2);
  }

  @Test
  void refusesUnknownOperatorsAndArguments() {
    assertThatThrownBy(() -> Operator.find("aten::no_such_thing", ""))
        .isInstanceOf(TensorException.class)
        .hasMessageContaining("aten::no_such_thing")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("frame #"));
    assertThatThrownBy(() -> Operator.find("aten::relu", "").call(new Object()))
        .hasMessageContaining("no native form for class java.lang.Object");
  }
}
