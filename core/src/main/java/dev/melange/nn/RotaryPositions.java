package dev.melange.nn;

import dev.melange.tensor.Tensor;

/**
 * Rotary positions (Su et al. 2021): pairs of the features of queries and keys are turned by an
 * angle proportional to their position, so that their product depends on the distance alone. Pair j
 * of a head of width d turns by {@code p theta^(-2j/d)} at position p.
 */
public final class RotaryPositions extends UnaryLayer {
  /** Which features form a pair; weights trained with one do not work with the other. */
  public enum Pairs {
    /** Features j and j + d/2, as in Hugging Face's models. */
    HALVES,
    /** Features 2j and 2j + 1, as in the paper and in LLaMA's own weights. */
    NEIGHBOURS
  }

  private final Pairs pairs;
  private final Tensor cos; // [length, d/2]
  private final Tensor sin;

  /**
   * Tables for positions 0 to {@code length - 1}.
   *
   * @param dim width of a head, even
   * @param theta base of the frequencies, usually 10000
   */
  public RotaryPositions(int length, int dim, double theta, Pairs pairs) {
    if (length < 1 || dim < 2 || dim % 2 != 0 || !(theta > 0)) {
      throw new IllegalArgumentException(
          "rotary positions need a length of at least 1, an even head width and a positive theta, got %d, %d and %s"
              .formatted(length, dim, theta));
    }
    this.pairs = pairs;
    int half = dim / 2;
    double[] cosines = new double[Math.multiplyExact(length, half)];
    double[] sines = new double[cosines.length];
    for (int p = 0; p < length; p++) {
      for (int j = 0; j < half; j++) {
        double angle = p * Math.pow(theta, -2.0 * j / dim);
        cosines[p * half + j] = Math.cos(angle);
        sines[p * half + j] = Math.sin(angle);
      }
    }
    cos = constant("cos", Tensor.of(cosines, length, half));
    sin = constant("sin", Tensor.of(sines, length, half));
  }

  /** Turns queries or keys [..., N, d] at positions 0 to N - 1. */
  @Override
  public Tensor forward(Tensor x) {
    return forward(x, 0);
  }

  /** Turns queries or keys [..., N, d] at positions {@code first} to {@code first + N - 1}. */
  public Tensor forward(Tensor x, long first) {
    long n = x.size(-2);
    long half = cos.size(1);
    if (x.size(-1) != 2 * half || first < 0 || first + n > cos.size(0)) {
      throw new IllegalArgumentException(
          "rotary positions 0 to %d of heads of width %d do not suit positions %d to %d of %s"
              .formatted(cos.size(0) - 1, 2 * half, first, first + n - 1, x));
    }
    Tensor c = cos.narrow(0, first, n).to(x.dtype());
    Tensor s = sin.narrow(0, first, n).to(x.dtype());
    if (pairs == Pairs.HALVES) {
      Tensor a = x.narrow(-1, 0, half);
      Tensor b = x.narrow(-1, half, half);
      return Tensor.cat(-1, a.mul(c).sub(b.mul(s)), b.mul(c).add(a.mul(s)));
    }
    Tensor split = x.unflatten(-1, half, 2); // [..., N, d/2, 2]
    Tensor a = split.select(-1, 0);
    Tensor b = split.select(-1, 1);
    return Tensor.stack(-1, a.mul(c).sub(b.mul(s)), b.mul(c).add(a.mul(s))).flatten(-2, -1);
  }
}
