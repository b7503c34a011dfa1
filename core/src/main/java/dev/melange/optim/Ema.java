package dev.melange.optim;

import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The exponential moving average of an optimiser's parameters: {@code average = decay average + (1
 * - decay) values} after each step. It starts as a copy.
 *
 * <p>Parameters are averaged; buffers such as the running statistics of batch norms are not: they
 * are averages already, and the averaged model uses the current ones.
 *
 * <pre>{@code
 * optimizer.step(rate);
 * ema.update();
 * ...
 * ema.swap();        // the model now has the averaged weights: evaluate, save
 * ema.swap();        // and back, before the next step
 * }</pre>
 */
public final class Ema implements AutoCloseable {
  private final Optimizer optimizer;
  private final double decay;
  private final boolean warmUp;
  private final Tensor average;
  private final Tensor counter;
  private long updates;
  private boolean swapped;

  /**
   * An average that starts at the current parameters.
   *
   * @param optimizer whose values are averaged; close this before it
   * @param decay share of the old average, in [0, 1)
   * @param warmUp whether update number n (from 1) takes at most {@code (1 + n) / (10 + n)} as
   *     decay, so that the first, bad weights are forgotten soon
   */
  public Ema(Optimizer optimizer, double decay, boolean warmUp) {
    Optimizer.checkShare("decay", decay);
    this.optimizer = optimizer;
    this.decay = decay;
    this.warmUp = warmUp;
    average = Scope.run(() -> optimizer.values().copy()).disown();
    counter = Tensor.zeros(DType.I64, Device.CPU).disown();
  }

  /** Takes the current parameters into the average, with the decay given at the start. */
  public void update() {
    double limit = (2.0 + updates) / (11.0 + updates); // this is update number updates + 1
    update(warmUp ? Math.min(decay, limit) : decay);
  }

  /**
   * Takes the current parameters into the average, for decays that follow a schedule.
   *
   * @param share of the old average, in [0, 1)
   */
  public void update(double share) {
    Optimizer.checkShare("decay", share);
    checkRaw("update()");
    average.lerp_(optimizer.values(), 1 - share);
    updates++;
  }

  /** Number of updates so far. */
  public long updates() {
    return updates;
  }

  /** Exchanges averaged and current parameters in place; a second call exchanges them back. */
  public void swap() {
    try (Scope scope = Scope.open()) {
      Tensor current = optimizer.values().copy();
      optimizer.values().copy_(average);
      average.copy_(current);
    }
    swapped = !swapped;
  }

  /** Whether the model has the averaged parameters now. */
  public boolean isSwapped() {
    return swapped;
  }

  /**
   * What a continued training needs: {@code average} [P] and {@code updates} (int64 scalar). The
   * tensors are this average's own, not copies.
   */
  public Map<String, Tensor> state() {
    checkRaw("state()");
    counter.fill_((double) updates);
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put("average", average);
    state.put("updates", counter);
    return Collections.unmodifiableMap(state);
  }

  /**
   * Continues from a saved {@link #state()}, bit by bit.
   *
   * @throws IllegalArgumentException if names, shapes or element types differ; nothing changes then
   */
  public void load(Map<String, Tensor> saved) {
    Map<String, Tensor> own = state();
    Optimizer.checkState("Ema", own, saved);
    own.forEach((name, tensor) -> tensor.copy_(saved.get(name)));
    updates = counter.itemLong();
  }

  private void checkRaw(String method) {
    if (swapped) {
      throw new IllegalStateException(
          method + ": the model has the averaged weights; call swap() before to have its own back");
    }
  }

  /** Frees the average. The model keeps the parameters that it has now. */
  @Override
  public void close() {
    average.close();
    counter.close();
  }
}
