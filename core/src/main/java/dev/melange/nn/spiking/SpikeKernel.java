package dev.melange.nn.spiking;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The time loop of {@link SpikingNeuron} in one pass over float32 data. All configurations are the
 * recurrence {@code h = a v + b x + c}, a threshold, and a reset that is linear in h.
 *
 * <p>The neurons are cut into blocks whose state stays in the core's first cache. Within a block
 * every loop is plain arithmetic on arrays, comparisons included, because that is what the compiler
 * turns into vector instructions.
 */
final class SpikeKernel {
  private static final int BLOCK = 1024;
  private static final int PARALLEL_FROM =
      1 << 18; // elements; below, threads cost more than they save
  private static final float HUGE = 1e38f;

  private final Surrogate surrogate;
  private final float alpha;
  private final float a; // what is left of the potential after a step
  private final float b; // what of the input arrives
  private final float c;
  private final float theta;
  private final float rest;
  private final boolean hard;
  private final boolean detach;

  SpikeKernel(SpikingNeuron.Config config) {
    boolean leaky = config.neuron().equals("lif");
    surrogate = Surrogate.of(config.surrogate());
    alpha = config.alpha().floatValue();
    a = leaky ? (float) (1 - 1 / config.tau()) : 1;
    b = leaky && config.decay_input() ? (float) (1 / config.tau()) : 1;
    rest = (float) config.rest();
    c = leaky ? (float) (config.rest() / config.tau()) : 0;
    theta = (float) config.v_threshold();
    hard = config.v_reset() != null;
    detach = config.detach_reset();
  }

  /** Whether a time step fits into one buffer. */
  boolean fits(Tensor x) {
    return x.numel() > 0 && x.numel() / x.size(0) <= Integer.MAX_VALUE / Float.BYTES;
  }

  /** The spikes of x [T, ...], float32 on the CPU. */
  Tensor spikes(Tensor x) {
    if (!x.isContiguous() && x.dim() == 5) {
      // channels last: dense as well, only in another order, which neurons do not mind
      Tensor dense = x.permute(0, 1, 3, 4, 2);
      if (dense.isContiguous()) {
        return run(dense).permute(0, 1, 4, 2, 3);
      }
    }
    return run(x);
  }

  private Tensor run(Tensor x) {
    Tensor[] saved = new Tensor[1];
    return Autograd.custom(
        inputs -> {
          saved[0] = inputs[0].contiguous();
          Tensor out = Tensor.empty(x.dtype(), x.device(), x.shape());
          FloatBuffer[] xs = steps(saved[0]);
          FloatBuffer[] ss = steps(out);
          blocks(out, (from, to) -> forward(xs, ss, from, to));
          return out;
        },
        gradient -> {
          Tensor upstream = gradient.contiguous();
          Tensor out = Tensor.empty(upstream.dtype(), upstream.device(), upstream.shape());
          FloatBuffer[] xs = steps(saved[0]);
          FloatBuffer[] gs = steps(upstream);
          FloatBuffer[] outs = steps(out);
          blocks(out, (from, to) -> backward(xs, gs, outs, from, to));
          return new Tensor[] {out};
        },
        x);
  }

  private static FloatBuffer[] steps(Tensor x) {
    int count = (int) x.size(0);
    long bytes = x.numel() / count * Float.BYTES;
    FloatBuffer[] buffers = new FloatBuffer[count];
    for (int t = 0; t < count; t++) {
      buffers[t] = x.buffer(t * bytes, bytes).asFloatBuffer();
    }
    return buffers;
  }

  @FunctionalInterface
  private interface Range {
    void run(int from, int to);
  }

  /** Runs over all neurons, on all workers where that pays. */
  private static void blocks(Tensor x, Range work) {
    int neurons = (int) (x.numel() / x.size(0));
    int workers = x.numel() < PARALLEL_FROM ? 1 : Engine.get().workers();
    if (workers == 1) {
      work.run(0, neurons);
      return;
    }
    List<Supplier<Boolean>> parts = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      int from = (int) ((long) neurons * i / workers);
      int to = (int) ((long) neurons * (i + 1) / workers);
      parts.add(
          () -> {
            work.run(from, to);
            return true;
          });
    }
    Engine.get().parallel(parts);
  }

  private void forward(FloatBuffer[] xs, FloatBuffer[] ss, int from, int to) {
    float[] x = new float[BLOCK];
    float[] h = new float[BLOCK];
    float[] s = new float[BLOCK];
    float[] v = new float[BLOCK];
    for (int start = from; start < to; start += BLOCK) {
      int n = Math.min(BLOCK, to - start);
      Arrays.fill(v, 0, n, rest);
      for (int t = 0; t < xs.length; t++) {
        xs[t].get(start, x, 0, n);
        charge(x, v, h, n);
        fire(h, s, n);
        if (t + 1 < xs.length) {
          reset(h, s, v, n);
        }
        ss[t].put(start, s, 0, n);
      }
    }
  }

  private void charge(float[] x, float[] v, float[] h, int n) {
    for (int i = 0; i < n; i++) {
      h[i] = a * v[i] + b * x[i] + c;
    }
  }

  /** 1 where h is at least the threshold, 0 elsewhere; NaN stays NaN. */
  private void fire(float[] h, float[] s, int n) {
    for (int i = 0; i < n; i++) {
      // any difference, however small, becomes beyond -1 or 1 when multiplied twice
      s[i] = Math.min(1f, Math.max(0f, (h[i] - theta) * HUGE * HUGE + 1f));
    }
  }

  private void reset(float[] h, float[] s, float[] v, int n) {
    if (hard) {
      for (int i = 0; i < n; i++) {
        v[i] = (1f - s[i]) * h[i] + s[i] * rest;
      }
    } else {
      for (int i = 0; i < n; i++) {
        v[i] = h[i] - s[i] * theta;
      }
    }
  }

  private void backward(FloatBuffer[] xs, FloatBuffer[] gs, FloatBuffer[] outs, int from, int to) {
    float[] x = new float[BLOCK];
    float[] v = new float[BLOCK];
    float[][] h = new float[xs.length][BLOCK]; // before firing; cheaper to repeat than to keep
    float[][] s = new float[xs.length][BLOCK];
    float[] g = new float[BLOCK]; // of the spikes
    float[] slope = new float[BLOCK];
    float[] gv = new float[BLOCK]; // of the potential after the reset
    for (int start = from; start < to; start += BLOCK) {
      int n = Math.min(BLOCK, to - start);
      Arrays.fill(v, 0, n, rest);
      for (int t = 0; t < xs.length; t++) {
        xs[t].get(start, x, 0, n);
        charge(x, v, h[t], n);
        fire(h[t], s[t], n);
        reset(h[t], s[t], v, n);
      }
      Arrays.fill(gv, 0, n, 0f);
      for (int t = xs.length - 1; t >= 0; t--) {
        float[] u = h[t];
        gs[t].get(start, g, 0, n);
        aboveThreshold(u, n);
        surrogate.slope(u, slope, n, alpha);
        charged(g, gv, u, s[t], slope, n);
        discharge(g, gv, n);
        outs[t].put(start, g, 0, n);
      }
    }
  }

  private void aboveThreshold(float[] h, int n) {
    for (int i = 0; i < n; i++) {
      h[i] -= theta;
    }
  }

  /** From the gradient of the potential before firing to those of the input and the step before. */
  private void discharge(float[] g, float[] gv, int n) {
    for (int i = 0; i < n; i++) {
      gv[i] = g[i] * a;
      g[i] = g[i] * b;
    }
  }

  /** Turns g from the gradient of the spikes into that of the potential before firing. */
  private void charged(float[] g, float[] gv, float[] u, float[] s, float[] slope, int n) {
    if (hard && detach) {
      for (int i = 0; i < n; i++) {
        g[i] = g[i] * slope[i] + gv[i] * (1f - s[i]);
      }
    } else if (hard) {
      float gap = rest - theta; // r - h = (r - theta) - u
      for (int i = 0; i < n; i++) {
        g[i] = g[i] * slope[i] + gv[i] * (1f - s[i] + (gap - u[i]) * slope[i]);
      }
    } else if (detach) {
      for (int i = 0; i < n; i++) {
        g[i] = g[i] * slope[i] + gv[i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        g[i] = g[i] * slope[i] + gv[i] * (1f - theta * slope[i]);
      }
    }
  }
}
