package dev.melange.benchmarks;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The cost of calling an operation, on tensors so small that nothing else counts. Prints
 * nanoseconds per operation (median of rounds); {@code benchmarks/peers/op_overhead.py} prints the
 * same for PyTorch's Python.
 */
public final class OpOverhead {
  private static final int ROUNDS = 31;
  private static final int CALLS = 20_000;

  private OpOverhead() {}

  /** Runs all measurements. */
  public static void main(String[] arguments) {
    Engine.get();
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor a = Tensor.ones(8, 8);
      Tensor b = Tensor.ones(8, 8);
      measure("add", () -> a.add(b));
      measure("mul scalar", () -> a.mul(1.5));
      measure("matmul 8x8", () -> a.matmul(b));
      measure("view", () -> a.view(64));
      measure("sum", a::sum);
    }
  }

  private static void measure(String name, Supplier<Tensor> operation) {
    double[] rounds = new double[ROUNDS];
    for (int round = -ROUNDS; round < ROUNDS; round++) { // the first half warms the JIT up
      long start = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        operation.get().close();
      }
      if (round >= 0) {
        rounds[round] = (System.nanoTime() - start) / (double) CALLS;
      }
    }
    Arrays.sort(rounds);
    System.out.printf(Locale.ROOT, "%-12s %8.0f ns%n", name, rounds[ROUNDS / 2]);
  }
}
