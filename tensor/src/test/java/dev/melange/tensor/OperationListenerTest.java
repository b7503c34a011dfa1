package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class OperationListenerTest {
  private final List<String> heard = new ArrayList<>();

  private <T> T listening(Supplier<T> body) {
    return OperationListener.during((name, result, operands) -> heard.add(name), body);
  }

  @Test
  void hearsOperationsOfItsThreadInOrder() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(2, 3);
      listening(() -> x.matmul(Tensor.ones(3, 4)).relu());
      assertThat(heard).containsSubsequence("matmul", "relu");
      heard.clear();
      x.relu();
      assertThat(heard).isEmpty();
    }
  }

  @Test
  void hearsALinearLayerOnceWhateverComputesIt() {
    try (Scope scope = Scope.open()) {
      for (long rows : new long[] {3, 1024}) { // the plain and the fast product
        Tensor x = Tensor.ones(rows, 64);
        Tensor w = Tensor.ones(64, 64);
        listening(() -> Nn.linear(x, w, null));
        assertThat(heard).containsExactly("linear");
        heard.clear();
      }
    }
  }

  @Test
  void tellsTheEquationOfAnEinsteinSum() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(2, 3);
      listening(() -> Tensor.einsum("ij,kj->ik", x, x));
      assertThat(heard).containsExactly("einsum ij,kj->ik");
    }
  }

  @Test
  void givesTheResultAndTheOperands() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(2, 3);
      Tensor w = Tensor.ones(5, 3);
      Tensor[][] told = new Tensor[2][];
      Tensor y =
          OperationListener.during(
              (name, result, operands) -> {
                told[0] = new Tensor[] {result};
                told[1] = operands;
              },
              () -> Nn.linear(x, w, null));
      assertThat(told[0]).containsExactly(y);
      assertThat(told[1]).containsExactly(x, w, null);
    }
  }

  @Test
  void doesNotHearOtherThreads() {
    try (Scope scope = Scope.open()) {
      listening(
          () ->
              Engine.get()
                  .parallel(
                      List.<Supplier<Tensor>>of(
                          () -> Tensor.ones(2, 2).matmul(Tensor.ones(2, 2)))));
      assertThat(heard).doesNotContain("matmul");
    }
  }

  @Test
  void onlyTheInnermostHearsAndTheOuterHearsAgainAfterwards() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(2);
      List<String> inner = new ArrayList<>();
      listening(
          () -> {
            OperationListener.during((name, result, operands) -> inner.add(name), x::relu);
            return x.exp();
          });
      assertThat(inner).containsExactly("relu");
      assertThat(heard).containsExactly("exp");
    }
  }

  @Test
  void stopsListeningWhenTheBodyFails() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(2, 3);
      assertThatThrownBy(() -> listening(() -> x.matmul(x))).isInstanceOf(TensorException.class);
      x.relu();
      assertThat(heard).isEmpty();
    }
  }
}
