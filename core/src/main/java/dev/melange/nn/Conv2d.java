package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** 2d convolution: [B, Cin, H, W] to [B, Cout, H', W'], zero padding. */
public final class Conv2d extends UnaryLayer {
  /**
   * Shape of a convolution. {@code of(in, out, kernel)} and the {@code with} methods change single
   * values.
   *
   * @param in input channels
   * @param out output channels
   * @param kernel {height, width} of the filter
   * @param stride {vertical, horizontal}
   * @param padding zeros added at each border, {vertical, horizontal}
   * @param dilation {vertical, horizontal}
   * @param groups divides both channel numbers
   * @param bias whether there is a bias
   */
  public record Spec(
      long in,
      long out,
      long[] kernel,
      long[] stride,
      long[] padding,
      long[] dilation,
      long groups,
      boolean bias) {
    /** Square filter, stride 1, no padding, with bias. */
    public static Spec of(long in, long out, long kernel) {
      return new Spec(in, out, two(kernel), two(1), two(0), two(1), 1, true);
    }

    /** Another stride. */
    public Spec stride(long s) {
      return new Spec(in, out, kernel, two(s), padding, dilation, groups, bias);
    }

    /** Another padding. */
    public Spec padding(long p) {
      return new Spec(in, out, kernel, stride, two(p), dilation, groups, bias);
    }

    /** Another padding per direction. */
    public Spec padding(long vertical, long horizontal) {
      return new Spec(
          in, out, kernel, stride, new long[] {vertical, horizontal}, dilation, groups, bias);
    }

    /** Another filter size per direction. */
    public Spec kernel(long height, long width) {
      return new Spec(in, out, new long[] {height, width}, stride, padding, dilation, groups, bias);
    }

    /** Another dilation. */
    public Spec dilation(long d) {
      return new Spec(in, out, kernel, stride, padding, two(d), groups, bias);
    }

    /** Another number of groups. */
    public Spec groups(long g) {
      return new Spec(in, out, kernel, stride, padding, dilation, g, bias);
    }

    /** With or without bias. */
    public Spec bias(boolean on) {
      return new Spec(in, out, kernel, stride, padding, dilation, groups, on);
    }

    private static long[] two(long value) {
      return new long[] {value, value};
    }
  }

  private final Spec spec;
  private final Tensor weight; // [out, in/groups, kh, kw]
  private final Tensor bias; // [out] or null

  /** A layer with PyTorch's default initialisation. */
  public Conv2d(Spec spec, Rng rng) {
    this.spec = spec;
    weight =
        parameter(
            "weight",
            Init.defaultWeight(
                Tensor.empty(spec.out, spec.in / spec.groups, spec.kernel[0], spec.kernel[1]),
                rng));
    bias =
        spec.bias ? parameter("bias", Init.defaultBias(Tensor.empty(spec.out), weight, rng)) : null;
  }

  /** A square filter with stride 1, no padding and a bias. */
  public Conv2d(long in, long out, long kernel, Rng rng) {
    this(Spec.of(in, out, kernel), rng);
  }

  /** The shape of the convolution. */
  public Spec spec() {
    return spec;
  }

  /** The filters, [out, in/groups, kh, kw]. */
  public Tensor weight() {
    return weight;
  }

  /** The bias, [out], or null. */
  public Tensor bias() {
    return bias;
  }

  /**
   * The convolution with each filter scaled and another bias.
   *
   * @param scale one factor per output channel
   * @param shift the bias, one per output channel
   */
  public Tensor forward(Tensor x, Tensor scale, Tensor shift) {
    Tensor scaled = weight.mul(scale.reshape(-1, 1, 1, 1));
    return Nn.conv2d(x, scaled, shift, spec.stride, spec.padding, spec.dilation, spec.groups);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.conv2d(x, weight, bias, spec.stride, spec.padding, spec.dilation, spec.groups);
  }
}
