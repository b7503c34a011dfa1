package dev.melange.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.melange.papers.mambamixer.SelectiveScan;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The time of a selective scan, and of one with gradients, by its kernel and as a composition of
 * operators step by step; {@code benchmarks/peers/selective_scan.py} measures the latter in
 * PyTorch.
 *
 * <p>Arguments: samples, channels, states, lengths joined by commas, seconds per measurement, and
 * the longest length of the composition.
 */
public final class ScanSpeed {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static final int WARM_UP = 300; // calls

  private ScanSpeed() {}

  /** Measures both. */
  public static void main(String[] arguments) {
    int batch = Integer.parseInt(arguments[0]);
    int channels = Integer.parseInt(arguments[1]);
    int states = Integer.parseInt(arguments[2]);
    double seconds = Double.parseDouble(arguments[4]);
    int longest = Integer.parseInt(arguments[5]);
    for (String text : arguments[3].split(",")) {
      int length = Integer.parseInt(text);
      try (Scope scope = Scope.open()) {
        Tensor[] inputs = inputs(batch, channels, states, length);
        measure("kernel", length, inputs, in -> SelectiveScan.out(arguments(in)), seconds);
        if (length <= longest) {
          measure("composition", length, inputs, in -> stepwise(arguments(in)), seconds);
        }
      }
    }
  }

  private static Tensor[] inputs(int batch, int channels, int states, int length) {
    Rng rng = new Rng(1);
    Tensor[] inputs = {
      rng.normal(batch, channels, length),
      rng.normal(batch, channels, length),
      Tensor.arange(1, states + 1L).to(DType.F32).neg().repeat(channels, 1),
      rng.normal(batch, states, length),
      rng.normal(batch, states, length),
      Tensor.ones(channels),
      rng.normal(batch, channels, length),
      Tensor.ones(channels)
    };
    for (Tensor input : inputs) {
      input.requiresGrad_(true);
    }
    return inputs;
  }

  private static SelectiveScan.Arguments arguments(Tensor[] in) {
    return new SelectiveScan.Arguments(
        in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], true);
  }

  private static Tensor stepwise(SelectiveScan.Arguments in) {
    Tensor dt = in.delta().add(in.deltaBias().unsqueeze(1)).softplus();
    Tensor decay = dt.unsqueeze(3).mul(in.a().unsqueeze(1)).exp(); // [B, D, L, N]
    Tensor entry = dt.mul(in.u()).unsqueeze(3).mul(in.b().transpose(1, 2).unsqueeze(1));
    Tensor h = entry.select(2, 0);
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; i < in.u().size(2); i++) {
      h = i == 0 ? h : decay.select(2, i).mul(h).add(entry.select(2, i));
      outputs.add(h.matmul(in.c().select(2, i).unsqueeze(2)).squeeze(2));
    }
    Tensor y = Tensor.stack(2, outputs.toArray(Tensor[]::new));
    return y.add(in.u().mul(in.skip().unsqueeze(1))).mul(in.z().silu());
  }

  private static void measure(String name, int length, Tensor[] inputs, Scan scan, double seconds) {
    print(
        name,
        length,
        "forward",
        time(
            () -> {
              try (var guard = Autograd.noGrad();
                  Scope scope = Scope.open()) {
                scan.apply(inputs);
              }
            },
            seconds));
    print(
        name,
        length,
        "forward and gradients",
        time(
            () -> {
              try (Scope scope = Scope.open()) {
                Autograd.grad(scan.apply(inputs).sum(), inputs);
              }
            },
            seconds));
  }

  /** Computes the scan of its inputs. */
  private interface Scan {
    Tensor apply(Tensor[] inputs);
  }

  /** Milliseconds per call: elapsed (median), and of processors (mean, all threads). */
  private record Times(double elapsed, double processor) {}

  private static Times time(Runnable step, double seconds) {
    long warm = System.nanoTime();
    double elapsed;
    int calls = 0;
    do { // the JIT compiler needs many calls, and time if others use the machine
      step.run();
      calls++;
      elapsed = (System.nanoTime() - warm) / 1e9;
    } while (elapsed < seconds * 0.5 || (calls < WARM_UP && elapsed < seconds * 10));
    List<Double> times = new ArrayList<>();
    long processor = SYSTEM.getProcessCpuTime();
    long begin = System.nanoTime();
    while (times.size() < 3 || System.nanoTime() - begin < seconds * 1e9) {
      long start = System.nanoTime();
      step.run();
      times.add((System.nanoTime() - start) / 1e6);
    }
    processor = SYSTEM.getProcessCpuTime() - processor;
    double[] sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new Times(sorted[sorted.length / 2], processor / 1e6 / sorted.length);
  }

  private static void print(String name, int length, String mode, Times times) {
    System.out.printf(
        Locale.ROOT,
        "%-14s L %6d  %-22s %10.2f ms elapsed %10.2f ms of processors%n",
        name,
        length,
        mode,
        times.elapsed(),
        times.processor());
  }
}
