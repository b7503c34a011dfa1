package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** 1d convolution: [B, Cin, T] to [B, Cout, T'], with zero or circular padding. */
public final class Conv1d extends UnaryLayer {
  /**
   * Shape of a convolution.
   *
   * @param in input channels
   * @param out output channels
   * @param kernel length of the filter
   * @param stride step
   * @param padding elements added at each end
   * @param groups divides both channel numbers
   * @param bias whether there is a bias
   * @param circular whether padding wraps around instead of being zero
   */
  public record Spec(
      long in,
      long out,
      long kernel,
      long stride,
      long padding,
      long groups,
      boolean bias,
      boolean circular) {
    /** Stride 1, no padding, with bias. */
    public static Spec of(long in, long out, long kernel) {
      return new Spec(in, out, kernel, 1, 0, 1, true, false);
    }

    /** Another stride. */
    public Spec stride(long s) {
      return new Spec(in, out, kernel, s, padding, groups, bias, circular);
    }

    /** Another zero padding. */
    public Spec padding(long p) {
      return new Spec(in, out, kernel, stride, p, groups, bias, false);
    }

    /** Padding that wraps around. */
    public Spec circularPadding(long p) {
      return new Spec(in, out, kernel, stride, p, groups, bias, true);
    }

    /** Another number of groups. */
    public Spec groups(long g) {
      return new Spec(in, out, kernel, stride, padding, g, bias, circular);
    }

    /** With or without bias. */
    public Spec bias(boolean on) {
      return new Spec(in, out, kernel, stride, padding, groups, on, circular);
    }
  }

  private final Spec spec;
  private final Tensor weight; // [out, in/groups, k]
  private final Tensor bias; // [out] or null

  /** A layer with PyTorch's default initialisation. */
  public Conv1d(Spec spec, Rng rng) {
    this.spec = spec;
    weight =
        parameter(
            "weight",
            Init.defaultWeight(Tensor.empty(spec.out, spec.in / spec.groups, spec.kernel), rng));
    bias =
        spec.bias ? parameter("bias", Init.defaultBias(Tensor.empty(spec.out), weight, rng)) : null;
  }

  /** The filters, [out, in/groups, k]. */
  public Tensor weight() {
    return weight;
  }

  /** The bias, [out], or null. */
  public Tensor bias() {
    return bias;
  }

  @Override
  public Tensor forward(Tensor x) {
    if (spec.circular) {
      Tensor padded = Nn.pad(x, new long[] {spec.padding, spec.padding}, "circular", 0);
      return Nn.conv1d(padded, weight, bias, spec.stride, 0, 1, spec.groups);
    }
    return Nn.conv1d(x, weight, bias, spec.stride, spec.padding, 1, spec.groups);
  }
}
