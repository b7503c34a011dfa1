package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ScopeTest {
  private record Pair(Tensor first, List<Tensor> rest) {}

  @Test
  void innermostScopeFreesWhatWasMadeInIt() {
    try (Scope outer = Scope.open()) {
      Tensor a = Tensor.ones(2);
      Tensor b;
      try (Scope inner = Scope.open()) {
        b = a.add(1);
        assertThat(b.isClosed()).isFalse();
      }
      assertThat(b.isClosed()).isTrue();
      assertThat(a.isClosed()).isFalse();
    }
  }

  @Test
  void resultsOfRunEscapeToTheScopeAround() {
    Tensor[] inner = new Tensor[1];
    Tensor y;
    try (Scope outer = Scope.open()) {
      y =
          Scope.run(
              () -> {
                inner[0] = Tensor.ones(3);
                return inner[0].mul(2);
              });
      assertThat(inner[0].isClosed()).isTrue();
      assertThat(y.toFloats()).containsExactly(2, 2, 2);
    }
    assertThat(y.isClosed()).isTrue();
  }

  @Test
  void arraysListsMapsAndRecordsEscapeNested() {
    try (Scope outer = Scope.open()) {
      Map<String, Object[]> result =
          Scope.run(
              () ->
                  Map.of(
                      "a",
                      new Object[] {
                        new Pair(Tensor.ones(1), List.of(Tensor.ones(2), Tensor.ones(3))), "text"
                      }));
      Pair pair = (Pair) result.get("a")[0];
      assertThat(pair.first().isClosed()).isFalse();
      assertThat(pair.rest()).noneMatch(Tensor::isClosed);
      Tensor[] array = Scope.run(() -> new Tensor[] {Tensor.ones(1), null, Tensor.ones(1)});
      assertThat(array[0].isClosed()).isFalse();
      assertThat(array[2].isClosed()).isFalse();
    }
  }

  @Test
  void keepHandsToTheScopeAroundAndDisownToNobody() {
    Tensor kept;
    Tensor disowned;
    try (Scope outer = Scope.open()) {
      try (Scope inner = Scope.open()) {
        kept = inner.keep(Tensor.ones(1));
        disowned = Tensor.ones(1).disown();
      }
      assertThat(kept.isClosed()).isFalse();
    }
    assertThat(kept.isClosed()).isTrue();
    assertThat(disowned.isClosed()).isFalse();
    disowned.close();
    assertThat(disowned.isClosed()).isTrue();
  }

  @Test
  void keepFromTheOutermostScopeLeavesTheTensorToItsHolder() {
    Tensor kept;
    try (Scope scope = Scope.open()) {
      kept = scope.keep(Tensor.ones(1));
    }
    try (kept) {
      assertThat(kept.toFloats()).containsExactly(1);
    }
  }

  @Test
  void keepLeavesTensorsOfOtherScopesAlone() {
    try (Scope outer = Scope.open()) {
      Tensor a = Tensor.ones(1);
      try (Scope inner = Scope.open()) {
        assertThat(inner.keep(a)).isSameAs(a);
        assertThat(inner.keep(null)).isNull();
      }
      assertThat(a.owner()).isSameAs(outer);
    }
  }

  @Test
  void anExceptionInTheBodyFreesEverything() {
    AtomicReference<Tensor> made = new AtomicReference<>();
    assertThatThrownBy(
            () ->
                Scope.run(
                    () -> {
                      made.set(Tensor.ones(1));
                      throw new IllegalStateException("stop");
                    }))
        .hasMessage("stop");
    assertThat(made.get().isClosed()).isTrue();
    assertThat(Scope.current()).isNull();
  }

  @Test
  void refusesClosingOutOfOrder() {
    try (Scope outer = Scope.open();
        Scope inner = Scope.open()) {
      assertThatThrownBy(outer::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("reverse order");
      inner.close();
      inner.close();
    }
  }

  @Test
  void refusesClosingOnAnotherThread() throws InterruptedException {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    try (Scope scope = Scope.open()) {
      Tensor a = Tensor.ones(2);
      Thread other =
          new Thread(
              () -> {
                try {
                  scope.close();
                } catch (IllegalStateException e) {
                  thrown.set(e);
                }
              });
      other.start();
      other.join();
      assertThat(thrown.get()).hasMessageContaining("on the thread that opened them");
      assertThat(a.isClosed()).isFalse();
    }
  }

  @Test
  void tensorsServeOtherThreadsWhileTheirScopeIsOpen() throws InterruptedException {
    AtomicReference<float[]> seen = new AtomicReference<>();
    try (Scope scope = Scope.open()) {
      Tensor a = Tensor.ones(2);
      Thread other = new Thread(() -> Scope.run(() -> seen.set(a.add(1).toFloats())));
      other.start();
      other.join();
    }
    assertThat(seen.get()).containsExactly(2, 2);
  }

  @Test
  void useAfterCloseSaysWhatToDo() {
    Tensor dead;
    try (Scope scope = Scope.open()) {
      dead = Tensor.ones(2);
    }
    try (Scope scope = Scope.open()) {
      Tensor alive = Tensor.ones(2);
      assertThatThrownBy(() -> alive.add(dead))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("add: an operand was already closed")
          .hasMessageContaining("Scope.run");
      assertThatThrownBy(() -> dead.relu()).hasMessageContaining("relu: ");
      assertThatThrownBy(dead::shape).hasMessageContaining("already closed");
      assertThatThrownBy(dead::toFloats).hasMessageContaining("already closed");
      assertThatThrownBy(dead::torch).hasMessageContaining("already closed");
      assertThatThrownBy(() -> Tensor.cat(0, alive, dead)).hasMessageContaining("already closed");
      assertThatThrownBy(() -> Nn.linear(alive, alive, dead))
          .hasMessageContaining("already closed");
    }
    assertThat(dead).hasToString("Tensor(closed)");
    dead.close();
  }

  @Test
  void aLongScopeForgetsTensorsClosedByHand() {
    try (Scope scope = Scope.open()) {
      Tensor a = Tensor.ones(2);
      for (int i = 0; i < 1000; i++) {
        a.sum().close();
        assertThat(a.toFloats()).hasSize(2);
      }
      assertThat(scope.size()).isEqualTo(1);
    }
  }
}
