package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AutogradTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor leaf(DType type, double... values) {
    return Tensor.of(values).to(type).copy().requiresGrad_(true);
  }

  /** {@code a * b} with its gradient written out. */
  private static Tensor product(Tensor a, Tensor b) {
    Tensor[] saved = new Tensor[2];
    return Autograd.custom(
        in -> {
          saved[0] = in[0];
          saved[1] = in[1];
          return in[0].mul(in[1]);
        },
        g -> new Tensor[] {g.mul(saved[1]), g.mul(saved[0])},
        a,
        b);
  }

  @Test
  void backwardAccumulatesUntilCleared() {
    Tensor x = leaf(DType.F64, 1, 2);
    assertThat(x.grad()).isNull();
    x.square().sum().backward();
    x.square().sum().backward();
    assertThat(x.grad().toDoubles()).containsExactly(4, 8);
    x.clearGrad();
    assertThat(x.grad()).isNull();
  }

  @Test
  void gradReturnsNullWhereTheOutputDoesNotDepend() {
    Tensor x = leaf(DType.F64, 3);
    Tensor y = leaf(DType.F64, 5);
    Tensor[] g = Autograd.grad(x.square().sum(), x, y);
    assertThat(g[0].toDoubles()).containsExactly(6);
    assertThat(g[1]).isNull();
    assertThat(x.grad()).isNull();
  }

  @Test
  void gradientsCanBeDifferentiatedAgain() {
    Tensor x = leaf(DType.F64, 2, 3);
    Tensor first = Autograd.gradWithGraph(x.pow(3).sum(), x)[0];
    Tensor second = Autograd.gradWithGraph(first.sum(), x)[0];
    Tensor third = Autograd.grad(second.sum(), x)[0];
    assertThat(first.toDoubles()).containsExactly(12, 27);
    assertThat(second.toDoubles()).containsExactly(12, 18);
    assertThat(third.toDoubles()).containsExactly(6, 6);
  }

  @Test
  void vectorJacobianProducts() {
    Tensor x = leaf(DType.F64, 1, 2);
    Tensor v = Tensor.of(new double[] {10, 100});
    Tensor[] g =
        Autograd.grad(new Tensor[] {x.square()}, new Tensor[] {v}, new Tensor[] {x}, false);
    assertThat(g[0].toDoubles()).containsExactly(20, 400);
  }

  @Test
  void noGradRecordsNothingAndEnableGradRecordsAgain() {
    Tensor x = leaf(DType.F64, 1);
    assertThat(Autograd.isEnabled()).isTrue();
    try (var off = Autograd.noGrad()) {
      assertThat(x.mul(2).requiresGrad()).isFalse();
      try (var on = Autograd.enableGrad()) {
        assertThat(x.mul(2).requiresGrad()).isTrue();
      }
    }
    assertThat(x.mul(2).requiresGrad()).isTrue();
    assertThat(Autograd.noGrad(() -> x.mul(2)).requiresGrad()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void customGradientsOfSeveralInputs(DType type) {
    Tensor a = leaf(type, 1, -2, 3);
    Tensor b = leaf(type, 5, 7, 11);
    Tensor y = product(a.mul(2), b);
    assertThat(y.dtype()).isEqualTo(type);
    assertThat(y.toDoubles()).containsExactly(10, -28, 66);
    y.square().sum().backward();
    assertThat(a.grad().toDoubles()).containsExactly(200, -784, 2904);
    assertThat(b.grad().toDoubles()).containsExactly(40, 224, 792);
  }

  @Test
  void customGradientsOfMatricesScalarsAndPermutedInputs() {
    Tensor m = leaf(DType.F64, 1, 2, 3, 4, 5, 6);
    Tensor s = Tensor.scalar(3, DType.F64).requiresGrad_(true);
    product(m.reshape(2, 3).t(), Tensor.ones(3, 2).to(DType.F64)).square().sum().backward();
    assertThat(m.grad().toDoubles()).containsExactly(2, 4, 6, 8, 10, 12);
    product(s, Tensor.scalar(2, DType.F64)).backward();
    assertThat(s.grad().item()).isEqualTo(2);
  }

  @Test
  void inputsWithoutGradAndNullGradients() {
    Tensor a = leaf(DType.F64, 1, 2);
    Tensor constant = Tensor.of(new double[] {3, 4});
    product(a, constant).sum().backward();
    assertThat(a.grad().toDoubles()).containsExactly(3, 4);
    Tensor b = leaf(DType.F64, 1, 2);
    Autograd.custom(in -> in[0].add(1), g -> new Tensor[] {null}, b).sum().backward();
    assertThat(b.grad().toDoubles()).containsExactly(0, 0);
    Tensor unrecorded = product(constant, constant);
    assertThat(unrecorded.requiresGrad()).isFalse();
  }

  @Test
  void anInputUsedTwiceReceivesBothGradients() {
    Tensor a = leaf(DType.F64, 3);
    product(a, a).sum().backward();
    assertThat(a.grad().toDoubles()).containsExactly(6);
  }

  @Test
  void nonFiniteInputsDoNotPoisonTheOutput() {
    Tensor a = leaf(DType.F64, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1);
    Tensor y = Autograd.custom(in -> in[0].nanToNum(0, 1, -1), g -> new Tensor[] {g.mul(2)}, a);
    assertThat(y.toDoubles()).containsExactly(0, 1, -1, 1);
    y.sum().backward();
    assertThat(a.grad().toDoubles()).containsExactly(2, 2, 2, 2);
  }

  @Test
  void gradientReversalMayReturnItsInputItself() {
    Tensor a = leaf(DType.F64, 1, 2);
    Tensor y = Autograd.custom(in -> in[0], g -> new Tensor[] {g.neg()}, a);
    y.sum().backward();
    assertThat(a.grad().toDoubles()).containsExactly(-1, -1);
    a.clearGrad();
    Autograd.custom(in -> in[0].mul(5), g -> new Tensor[] {g}, a).sum().backward();
    assertThat(a.grad().toDoubles()).containsExactly(1, 1);
  }

  @Test
  void customGraphsOutliveInnerScopesAndSurviveCollections() {
    Tensor a = leaf(DType.F64, 2);
    Tensor loss = Scope.run(() -> Scope.run(() -> product(a, a)).square().sum());
    System.gc();
    loss.backward();
    assertThat(a.grad().toDoubles()).containsExactly(32);
  }

  @Test
  void partialGradientsOfACustomFunction() {
    Tensor a = leaf(DType.F64, 2);
    Tensor b = leaf(DType.F64, 3);
    Tensor y = product(a, b);
    Tensor[] g = Autograd.grad(new Tensor[] {y.sum()}, null, new Tensor[] {a}, true);
    assertThat(g[0].toDoubles()).containsExactly(3);
    assertThat(Autograd.grad(y.sum(), b)[0].toDoubles()).containsExactly(2);
  }

  @Test
  void wrongCustomGradientsAreNamed() {
    Tensor a = leaf(DType.F64, 2, 3);
    assertThatThrownBy(
            () ->
                Autograd.custom(in -> in[0].mul(1), g -> new Tensor[] {g.sum()}, a)
                    .sum()
                    .backward())
        .isInstanceOf(TensorException.class)
        .hasMessageContaining("custom gradient of input 0: expected shape [2], got []");
    assertThatThrownBy(
            () -> Autograd.custom(in -> in[0].mul(1), g -> new Tensor[0], a).sum().backward())
        .hasMessageContaining("expected 1, got 0");
    assertThatThrownBy(() -> Autograd.custom(in -> in[0].argmax(0), g -> new Tensor[] {null}, a))
        .hasMessageContaining("floating-point, got int64");
  }

  @Test
  void hooksAreFreedWithTheirGraphsAlsoWithoutBackward() {
    CustomGradient.sweep();
    Tensor a = leaf(DType.F64, 2);
    Tensor alive = product(a, a);
    long handles = Memory.liveHandles();
    int before = CustomGradient.sweep();
    for (int i = 0; i < 2000; i++) {
      Tensor dropped = Scope.run(() -> product(a, a).sum());
      if (i % 2 == 0) {
        dropped.backward();
      }
      dropped.close();
    }
    assertThat(CustomGradient.sweep()).isEqualTo(before);
    assertThat(Memory.liveHandles()).isEqualTo(handles);
    a.clearGrad();
    alive.sum().backward();
    assertThat(a.grad().toDoubles()).containsExactly(4);
  }

  @Test
  void whatForwardSavedIsFreedWhenTheStepsScopeCloses() {
    Tensor a = leaf(DType.F64, 2);
    long handles = Memory.liveHandles();
    Scope.run(
        () -> {
          Tensor loss = product(a, a).sum();
          assertThat(Memory.liveHandles()).isGreaterThan(handles + 3);
          loss.backward();
        });
    assertThat(Memory.liveHandles()).isEqualTo(handles);
  }

  @Test
  void graphsOutliveTheThreadThatMadeThem() throws InterruptedException {
    Tensor a = leaf(DType.F64, 3);
    Tensor[] loss = new Tensor[1];
    Thread maker = new Thread(() -> loss[0] = Scope.run(() -> product(a, a).sum()));
    maker.start();
    maker.join();
    System.gc();
    loss[0].backward();
    loss[0].close();
    assertThat(a.grad().toDoubles()).containsExactly(6);
    assertThat(CustomGradient.sweep()).isZero();
  }

  @Test
  void gradientsThatWentThroughCustomGradientsAreFreed() {
    List<Tensor> seen = new ArrayList<>();
    Tensor a = leaf(DType.F64, 1, 2);
    Scope.run(
        () -> {
          Tensor y =
              Autograd.custom(
                  in -> in[0].mul(2),
                  g -> {
                    seen.add(new Tensor(new org.bytedeco.pytorch.Tensor(g.raw())).disown());
                    Tensor result = g.mul(2);
                    seen.add(new Tensor(new org.bytedeco.pytorch.Tensor(result.raw())).disown());
                    return new Tensor[] {result};
                  },
                  a.mul(3));
          Autograd.grad(y.mul(4).sum(), a);
        });
    assertThat(seen).hasSize(2).allSatisfy(t -> assertThat(t.raw().use_count()).isEqualTo(1));
    seen.forEach(Tensor::close);
  }

  @Test
  void workersUseCustomGradientsAtOnce() {
    List<Supplier<double[]>> tasks = new ArrayList<>();
    for (int t = 0; t < 64; t++) {
      double value = t;
      tasks.add(
          () -> {
            Tensor a = leaf(DType.F64, value, 1);
            for (int i = 0; i < 20; i++) {
              a.clearGrad();
              Tensor y = Scope.run(() -> product(product(a, a), a));
              y.sum().backward();
            }
            return a.grad().toDoubles();
          });
    }
    List<double[]> gradients = Engine.get().parallel(tasks);
    for (int t = 0; t < 64; t++) {
      assertThat(gradients.get(t)).containsExactly(3.0 * t * t, 3);
    }
  }
}
