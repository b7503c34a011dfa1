package dev.melange.papers.mambamixer;

import dev.melange.nn.Init;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Initial weights of selective state spaces, as in Mamba. */
final class MambaInit {
  private static final double MIN_STEP = 0.001;
  private static final double MAX_STEP = 0.1;
  private static final double FLOOR = 1e-4;

  private MambaInit() {}

  /** Logarithms of the rates: ln(1..N) for each channel, [channels, N]. */
  static Tensor logRates(long channels, long states) {
    return Tensor.arange(1, states + 1).to(DType.F32).log().repeat(channels, 1);
  }

  /** Projection to the step sizes, uniform up to the root of 1 / rank. */
  static Tensor stepWeight(Tensor weight, long rank, Rng rng) {
    double bound = 1 / Math.sqrt((double) rank);
    return Init.uniform(weight, -bound, bound, rng);
  }

  /**
   * Biases whose softplus, the first step sizes, is spread evenly over the orders of magnitude from
   * 0.001 to 0.1.
   */
  static Tensor stepBias(Rng rng, long... shape) {
    Tensor logs = rng.uniform(shape).mul(Math.log(MAX_STEP / MIN_STEP)).add(Math.log(MIN_STEP));
    Tensor steps = logs.exp().clampMin(FLOOR);
    return steps.add(steps.neg().expm1().neg().log()); // the inverse of softplus
  }
}
