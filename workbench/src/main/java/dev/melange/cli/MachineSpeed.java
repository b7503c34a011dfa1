package dev.melange.cli;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * How fast the processor multiplies matrices and moves memory, on one worker and on all at once.
 *
 * @param linear float32 products as linear layers compute them, in GFLOP/s (a multiply and an add
 *     are two)
 * @param matmul the same products by the plain matrix product (BLAS), in GFLOP/s
 * @param copy memory read and written by a copy that fits no cache, in GB/s
 */
record MachineSpeed(Rate linear, Rate matmul, Rate copy) {
  /**
   * A rate on one worker, and summed over all of them working at once.
   *
   * @param oneWorker with the other workers idle
   * @param allWorkers all together
   */
  record Rate(double oneWorker, double allWorkers) {}

  /** Rows, inputs and outputs of a layer of a vision model in a batch. */
  private static final long[] PRODUCT = {784, 512, 2048};

  // Copied by each worker: 64 MiB, and with many workers no more than 512 MiB in all.
  private static final long MOST_FLOATS = 16L << 20;
  private static final long MOST_FLOATS_IN_ALL = 128L << 20;
  private static final int ROUNDS = 7;
  private static final long ROUND_NANOS = 60_000_000;

  /** Measures; takes some seconds. The median of several rounds counts. */
  static MachineSpeed measure() {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = Tensor.ones(PRODUCT[0], PRODUCT[1]);
      Tensor weight = Tensor.ones(PRODUCT[2], PRODUCT[1]);
      Tensor transposed = weight.t();
      double flops = 2e-9 * PRODUCT[0] * PRODUCT[1] * PRODUCT[2];
      int workers = Engine.get().workers();
      long floats = Math.min(MOST_FLOATS, MOST_FLOATS_IN_ALL / workers);
      Tensor[] sources = new Tensor[workers];
      Tensor[] targets = new Tensor[workers];
      for (int i = 0; i < workers; i++) {
        sources[i] = Tensor.ones(floats);
        targets[i] = Tensor.zeros(floats);
      }
      return new MachineSpeed(
          rate(flops, worker -> Nn.linear(x, weight, null)),
          rate(flops, worker -> x.matmul(transposed)),
          rate(2e-9 * Float.BYTES * floats, worker -> targets[worker].copy_(sources[worker])));
    }
  }

  /** One unit of work of a worker. */
  private interface Work {
    Tensor run(int worker);
  }

  private static Rate rate(double amount, Work work) {
    return new Rate(median(1, amount, work), median(Engine.get().workers(), amount, work));
  }

  private static double median(int workers, double amount, Work work) {
    double[] rates = new double[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) { // the first warms up
      List<Supplier<Double>> tasks =
          IntStream.range(0, workers)
              .mapToObj(worker -> (Supplier<Double>) () -> amount * perSecond(worker, work))
              .toList();
      double rate = Engine.get().parallel(tasks).stream().mapToDouble(Double::doubleValue).sum();
      if (round >= 0) {
        rates[round] = rate;
      }
    }
    Arrays.sort(rates);
    return rates[ROUNDS / 2];
  }

  private static double perSecond(int worker, Work work) {
    long start = System.nanoTime();
    int done = 0;
    long elapsed;
    do {
      try (Scope scope = Scope.open()) {
        work.run(worker);
      }
      done++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < ROUND_NANOS);
    return done * 1e9 / elapsed;
  }
}
