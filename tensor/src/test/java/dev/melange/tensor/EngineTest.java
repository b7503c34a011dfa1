package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class EngineTest {
  private static <T> List<Supplier<T>> times(int n, Supplier<T> task) {
    return new ArrayList<>(java.util.Collections.nCopies(n, task));
  }

  @Test
  void workersComputeAlone() {
    Engine engine = Engine.get();
    Supplier<Integer> threads = torch::get_num_threads;
    assertThat(engine.parallel(times(4 * engine.workers(), threads))).containsOnly(1);
    assertThat(torch.get_num_threads()).isEqualTo(engine.plan().intraOp());
  }

  @Test
  void resultsKeepTheOrderOfTheTasksAndBelongToTheCaller() {
    List<Supplier<Tensor>> tasks = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      int value = i;
      tasks.add(() -> Tensor.full(value, 2).add(0));
    }
    long handles = Memory.liveHandles();
    try (Scope scope = Scope.open()) {
      List<Tensor> results = Engine.get().parallel(tasks);
      for (int i = 0; i < 50; i++) {
        assertThat(results.get(i).get(0).item()).isEqualTo(i);
      }
    }
    assertThat(Memory.liveHandles()).isEqualTo(handles);
  }

  @Test
  void tensorsThatATaskDidNotMakeStayTheirOwners() {
    try (Tensor parameter = Tensor.ones(1).disown()) {
      Supplier<Tensor> task = () -> parameter;
      Scope.run(() -> assertThat(Engine.get().parallel(List.of(task))).containsExactly(parameter));
      assertThat(parameter.isClosed()).isFalse();
    }
  }

  @Test
  void aTasksExceptionReachesTheCallerAfterAllHaveEnded() {
    AtomicInteger ended = new AtomicInteger();
    List<Supplier<Integer>> tasks = times(20, ended::incrementAndGet);
    tasks.set(
        0,
        () -> {
          throw new IllegalStateException("first");
        });
    tasks.set(
        7,
        () -> {
          throw new IllegalArgumentException("second");
        });
    assertThatThrownBy(() -> Engine.get().parallel(tasks))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("first")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("second"));
    assertThat(ended).hasValue(18);
  }

  @Test
  void errorsOfTasksArriveAsErrors() {
    Supplier<Integer> task =
        () -> {
          throw new AssertionError("broken");
        };
    assertThatThrownBy(() -> Engine.get().parallel(List.of(task)))
        .isInstanceOf(AssertionError.class)
        .hasMessage("broken");
  }

  @Test
  void tasksOfTasksDoNotBlock() {
    Engine engine = Engine.get();
    Supplier<Integer> inner = () -> 1;
    Supplier<Integer> outer =
        () -> engine.parallel(times(3, inner)).stream().mapToInt(Integer::intValue).sum();
    assertThat(engine.parallel(times(10, outer))).containsOnly(3);
  }

  @Test
  void tasksRecordGradientsAsTheirCallerDoes() {
    Supplier<Boolean> recording = Autograd::isEnabled;
    assertThat(Engine.get().parallel(times(4, recording))).containsOnly(true);
    try (var guard = Autograd.noGrad()) {
      assertThat(Engine.get().parallel(times(4, recording))).containsOnly(false);
    }
    assertThat(Engine.get().parallel(times(4, recording))).containsOnly(true);
  }

  @Test
  void resultsAreBitIdenticalFromRunToRun() {
    float[] first = gradient();
    for (int i = 0; i < 5; i++) {
      assertThat(gradient()).containsExactly(first);
    }
  }

  private static float[] gradient() {
    return Scope.run(
        () -> {
          Rng rng = new Rng(11);
          Tensor w = rng.normal(128, 128).requiresGrad_(true);
          List<Supplier<Tensor>> parts = new ArrayList<>();
          for (int i = 0; i < 8; i++) {
            Tensor x = rng.normal(48, 128);
            parts.add(() -> Autograd.grad(Nn.linear(x, w, null).gelu().square().mean(), w)[0]);
          }
          Tensor sum = w.zerosLike();
          Engine.get().parallel(parts).forEach(sum::add_);
          return sum.toFloats();
        });
  }

  @Test
  void aProcessHasOnePlan() {
    Engine engine = Engine.get();
    assertThat(Engine.start(engine.plan())).isSameAs(engine);
    Engine.Plan other =
        new Engine.Plan(Device.CPU, engine.workers() + 1, 1, Engine.Precision.FLOAT32);
    assertThatThrownBy(() -> Engine.start(other)).hasMessageContaining("a process has one plan");
    assertThatThrownBy(() -> new Engine.Plan(Device.CPU, 0, 1, Engine.Precision.FLOAT32))
        .hasMessageContaining("at least 1, got 0 and 1");
    assertThat(engine.describe()).containsKeys("device", "workers", "BLAS", "oneDNN");
  }
}
