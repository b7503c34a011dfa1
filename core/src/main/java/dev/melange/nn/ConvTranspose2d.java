package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Transposed 2d convolution: [B, Cin, H, W] to [B, Cout, H', W'] with {@code H' = (H - 1) stride -
 * 2 padding + kernel + outputPadding}; the adjoint of {@link Conv2d} with the same weight.
 */
public final class ConvTranspose2d extends UnaryLayer {
  /**
   * Shape of a transposed convolution.
   *
   * @param in input channels
   * @param out output channels
   * @param kernel side of the square filter
   * @param stride step between the positions of neighbouring inputs in the output
   * @param padding cut off at each border of the output
   * @param outputPadding added at the lower and right border of the output; less than the stride
   * @param groups divides both channel numbers
   * @param bias whether there is a bias
   */
  public record Spec(
      long in,
      long out,
      long kernel,
      long stride,
      long padding,
      long outputPadding,
      long groups,
      boolean bias) {
    /** Stride 1, no padding, with bias. */
    public static Spec of(long in, long out, long kernel) {
      return new Spec(in, out, kernel, 1, 0, 0, 1, true);
    }

    /** Another stride. */
    public Spec stride(long s) {
      return new Spec(in, out, kernel, s, padding, outputPadding, groups, bias);
    }

    /** Another padding. */
    public Spec padding(long p) {
      return new Spec(in, out, kernel, stride, p, outputPadding, groups, bias);
    }

    /** Another output padding. */
    public Spec outputPadding(long p) {
      return new Spec(in, out, kernel, stride, padding, p, groups, bias);
    }

    /** Another number of groups. */
    public Spec groups(long g) {
      return new Spec(in, out, kernel, stride, padding, outputPadding, g, bias);
    }

    /** With or without bias. */
    public Spec bias(boolean on) {
      return new Spec(in, out, kernel, stride, padding, outputPadding, groups, on);
    }
  }

  private final Spec spec;
  private final Tensor weight; // [in, out/groups, k, k]
  private final Tensor bias; // [out] or null

  /** A layer with PyTorch's default initialisation. */
  public ConvTranspose2d(Spec spec, Rng rng) {
    this.spec = spec;
    weight =
        parameter(
            "weight",
            Init.defaultWeight(
                Tensor.empty(spec.in, spec.out / spec.groups, spec.kernel, spec.kernel), rng));
    bias =
        spec.bias ? parameter("bias", Init.defaultBias(Tensor.empty(spec.out), weight, rng)) : null;
  }

  /** The filters, [in, out/groups, k, k]. */
  public Tensor weight() {
    return weight;
  }

  /** The bias, [out], or null. */
  public Tensor bias() {
    return bias;
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.convTranspose2d(
        x,
        weight,
        bias,
        new long[] {spec.stride},
        new long[] {spec.padding},
        new long[] {spec.outputPadding},
        spec.groups);
  }
}
