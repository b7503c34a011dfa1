package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** 3d convolution: [B, Cin, D, H, W] to [B, Cout, D', H', W'], zero padding. */
public final class Conv3d extends UnaryLayer {
  /**
   * Shape of a convolution.
   *
   * @param in input channels
   * @param out output channels
   * @param kernel {depth, height, width} of the filter
   * @param stride steps in the same order
   * @param padding zeros added at each border, in the same order
   * @param groups divides both channel numbers
   * @param bias whether there is a bias
   */
  public record Spec(
      long in, long out, long[] kernel, long[] stride, long[] padding, long groups, boolean bias) {
    /** Cubic filter, stride 1, no padding, with bias. */
    public static Spec of(long in, long out, long kernel) {
      return new Spec(in, out, three(kernel), three(1), three(0), 1, true);
    }

    /** Another filter size per direction. */
    public Spec kernel(long depth, long height, long width) {
      return new Spec(in, out, new long[] {depth, height, width}, stride, padding, groups, bias);
    }

    /** Another stride. */
    public Spec stride(long s) {
      return new Spec(in, out, kernel, three(s), padding, groups, bias);
    }

    /** Another padding. */
    public Spec padding(long p) {
      return new Spec(in, out, kernel, stride, three(p), groups, bias);
    }

    /** Another number of groups. */
    public Spec groups(long g) {
      return new Spec(in, out, kernel, stride, padding, g, bias);
    }

    /** With or without bias. */
    public Spec bias(boolean on) {
      return new Spec(in, out, kernel, stride, padding, groups, on);
    }

    private static long[] three(long value) {
      return new long[] {value, value, value};
    }
  }

  private final Spec spec;
  private final Tensor weight; // [out, in/groups, kd, kh, kw]
  private final Tensor bias; // [out] or null

  /** A layer with PyTorch's default initialisation. */
  public Conv3d(Spec spec, Rng rng) {
    this.spec = spec;
    long[] k = spec.kernel;
    weight =
        parameter(
            "weight",
            Init.defaultWeight(
                Tensor.empty(spec.out, spec.in / spec.groups, k[0], k[1], k[2]), rng));
    bias =
        spec.bias ? parameter("bias", Init.defaultBias(Tensor.empty(spec.out), weight, rng)) : null;
  }

  /** The filters, [out, in/groups, kd, kh, kw]. */
  public Tensor weight() {
    return weight;
  }

  /** The bias, [out], or null. */
  public Tensor bias() {
    return bias;
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.conv3d(x, weight, bias, spec.stride, spec.padding, spec.groups);
  }
}
