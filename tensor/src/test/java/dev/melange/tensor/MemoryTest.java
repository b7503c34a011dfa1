package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private static final int RUNS = 200;

  @Test
  void countsHandlesAndBytes() {
    long handles = Memory.liveHandles();
    long bytes = Memory.liveBytes();
    try (Scope scope = Scope.open()) {
      Tensor a = Tensor.zeros(256);
      assertThat(a.numel()).isEqualTo(256);
      assertThat(Memory.liveHandles()).isEqualTo(handles + 1);
      assertThat(Memory.liveBytes()).isEqualTo(bytes + 1024);
    }
    assertThat(Memory.liveHandles()).isEqualTo(handles);
    assertThat(Memory.liveBytes()).isEqualTo(bytes);
  }

  /** Everything typical work does: a step, errors, lists, parallel parts, custom gradients. */
  private static void work(Tensor w, Rng rng) {
    Scope.run(
        () -> {
          Tensor x = rng.normal(64, 256);
          Tensor hidden = Nn.linear(x, w, null).gelu();
          Tensor custom = Autograd.custom(in -> in[0].mul(2), g -> new Tensor[] {g.mul(2)}, hidden);
          Tensor loss = custom.square().mean();
          loss.backward();
          w.clearGrad();
          Tensor[] grads = Autograd.grad(x.matmul(w).mean(), w);
          assertThat(grads[0].shape()).containsExactly(256, 256);
          assertThat(x.split(16, 0)).hasSize(4);
          assertThat(x.maxIndexed(1).indices().toLongs()).hasSize(64);
          assertThat(x.index(null, Tensor.arange(3)).shape()).containsExactly(64, 3);
          Operator.find("aten::_foreach_add_", "Scalar").call(new Tensor[] {x, hidden}, 1.0);
          Supplier<Tensor> part = () -> x.matmul(w.detach()).sum();
          List<Tensor> sums = Engine.get().parallel(List.of(part, part));
          assertThat(sums.get(0).item()).isEqualTo(sums.get(1).item());
          Tensor mean = x.mul(rng.nextDouble()).add(rng.fork(3).normal(64, 256)).mean();
          assertThat(mean.item()).isFinite();
        });
  }

  @Test
  void typicalWorkDoesNotLeak() {
    Rng rng = new Rng(7);
    try (Tensor w = Tensor.full(0.01, 256, 256).disown()) {
      w.requiresGrad_(true);
      for (int i = 0; i < 100; i++) {
        work(w, rng);
      }
      CustomGradient.sweep();
      long handles = Memory.liveHandles();
      long bytes = Memory.liveBytes();
      long resident = Memory.residentBytes();
      for (int i = 0; i < RUNS; i++) {
        work(w, rng);
      }
      assertThat(CustomGradient.sweep()).isZero();
      assertThat(Memory.liveHandles()).isEqualTo(handles);
      assertThat(Memory.liveBytes()).isEqualTo(bytes);
      // a single leaked activation per run would be 64 * 256 * 4 * 200 = 13 MB; the Java heap is
      // part of the resident memory too
      assertThat(Memory.residentBytes() - resident).isLessThan(64L << 20);
    }
  }

  @Test
  void theGarbageCollectorFreesForgottenTensorsAsALastResort() {
    long before = Memory.leakedHandles();
    for (int i = 0; i < 10; i++) {
      assertThat(Tensor.ones(1000).numel()).isEqualTo(1000);
    }
    // at most 500 collections; each allocates, so that the collector has work
    for (int i = 0; i < 500 && Memory.leakedHandles() < before + 10; i++) {
      System.gc();
      Thread.onSpinWait();
    }
    assertThat(Memory.leakedHandles()).isGreaterThanOrEqualTo(before + 10);
  }

  @Test
  void residentMemoryIsThatOfTheProcess() {
    assertThat(Memory.residentBytes()).isGreaterThan(10L << 20);
  }
}
