package dev.melange.papers.mambamixer;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * The selective scan: a linear recurrence for each of D channels, with N states each, whose
 * coefficients depend on the input (Mamba; section 2 of the paper).
 *
 * <pre>
 *   dt = delta + bias, through softplus if asked for
 *   h_i = exp(dt_i A) h_(i-1) + dt_i B_i u_i,  h_0 = 0
 *   y_i = sum over states of C_i h_i, + D u_i if there is a skip, * silu(z_i) if there is a gate
 * </pre>
 *
 * <p>On the CPU the recurrence and its gradient are one kernel each, parallel over samples and
 * channels with the workers of the {@linkplain dev.melange.tensor.Engine engine}; time and memory
 * grow linearly with the length, and states are added up in float64 for tensors of any type. On
 * CUDA the recurrence is composed of operators, in about log2(L) rounds over tensors of B x D x N x
 * L numbers: nothing is copied to the host, and memory is that much larger. The kernel can be
 * differentiated once, the composition any number of times.
 */
public final class SelectiveScan {
  /**
   * Configuration of {@code layer/selective-scan}.
   *
   * @param delta_softplus whether the step sizes go through softplus
   */
  public record Config(boolean delta_softplus) {}

  /**
   * What a scan takes. Only the first five are needed; the others may be null.
   *
   * @param u the sequences, [B, D, L]
   * @param delta step sizes, [B, D, L]
   * @param a rates, [D, N], negative for a decaying state
   * @param b input coefficients: [D, N], [B, N, L] or, by groups of channels, [B, G, N, L]
   * @param c output coefficients, of one of these shapes
   * @param skip D, [D]
   * @param z gate, [B, D, L]
   * @param deltaBias added to the step sizes, [D]
   * @param deltaSoftplus whether the step sizes then go through softplus
   */
  public record Arguments(
      Tensor u,
      Tensor delta,
      Tensor a,
      Tensor b,
      Tensor c,
      Tensor skip,
      Tensor z,
      Tensor deltaBias,
      boolean deltaSoftplus) {
    /** Checks the shapes. */
    public Arguments {
      if (u.dim() != 3 || u.numel() == 0) {
        throw new IllegalArgumentException(
            "a selective scan needs sequences u [B, D, L], got " + Arrays.toString(u.shape()));
      }
      if (a.dim() != 2) {
        throw new IllegalArgumentException(
            "a selective scan needs rates A [D, N], got " + Arrays.toString(a.shape()));
      }
      check("delta", delta, u.shape());
      check("A", a, u.size(1), a.size(1));
      checkCoefficients("B", b, u, a);
      checkCoefficients("C", c, u, a);
      check("D", skip, u.size(1));
      check("z", z, u.shape());
      check("delta_bias", deltaBias, u.size(1));
      if (u.size(1) * a.size(1) > Integer.MAX_VALUE / u.size(2)) {
        throw new IllegalArgumentException(
            "a sample of %d channels x %d states x %d steps is more than 2^31 numbers; scan its channels apart"
                .formatted(u.size(1), a.size(1), u.size(2)));
      }
    }

    private static void check(String name, Tensor x, long... shape) {
      if (x != null && !Arrays.equals(x.shape(), shape)) {
        throw new IllegalArgumentException(
            "selective scan: %s must have shape %s, got %s"
                .formatted(name, Arrays.toString(shape), Arrays.toString(x.shape())));
      }
    }

    private static void checkCoefficients(String name, Tensor x, Tensor u, Tensor a) {
      long d = u.size(1);
      long n = a.size(1);
      boolean fits =
          switch (x.dim()) {
            case 2 -> x.size(0) == d && x.size(1) == n;
            case 3 -> x.size(0) == u.size(0) && x.size(1) == n && x.size(2) == u.size(2);
            case 4 ->
                x.size(0) == u.size(0)
                    && x.size(1) > 0
                    && d % x.size(1) == 0
                    && x.size(2) == n
                    && x.size(3) == u.size(2);
            default -> false;
          };
      if (!fits) {
        throw new IllegalArgumentException(
            "selective scan: %s must have shape [%d, %d], [%d, %d, %d] or [%d, G, %d, %d] with G a divisor of %d, got %s"
                .formatted(
                    name,
                    d,
                    n,
                    u.size(0),
                    n,
                    u.size(2),
                    u.size(0),
                    n,
                    u.size(2),
                    d,
                    Arrays.toString(x.shape())));
      }
    }

    private Tensor steps() {
      Tensor dt = deltaBias == null ? delta : delta.add(deltaBias.unsqueeze(1));
      return deltaSoftplus ? dt.softplus() : dt;
    }

    private Tensor finish(Tensor y) {
      Tensor skipped = skip == null ? y : y.add(u.mul(skip.unsqueeze(1)));
      return z == null ? skipped : skipped.mul(z.silu());
    }
  }

  /**
   * What a scan gives.
   *
   * @param out the outputs, [B, D, L]
   * @param lastState the states after the last step, [B, D, N]
   */
  public record Result(Tensor out, Tensor lastState) {}

  private SelectiveScan() {}

  /** The outputs alone, [B, D, L]. */
  public static Tensor out(Arguments arguments) {
    return packed(arguments, false);
  }

  /** The outputs and the last states. */
  public static Result run(Arguments arguments) {
    long length = arguments.u().size(2);
    Tensor packed = packed(arguments, true);
    return new Result(packed.narrow(2, 0, length), packed.narrow(2, length, arguments.a().size(1)));
  }

  /** The outputs, [B, D, L]; with the last state appended, [B, D, L + N]. */
  private static Tensor packed(Arguments in, boolean withState) {
    Tensor b = perGroup(in.b());
    Tensor c = perGroup(in.c());
    if (b.dim() == 4 && c.dim() == 4 && b.size(1) != c.size(1)) {
      long groups = leastCommonMultiple(b.size(1), c.size(1));
      b = b.repeatInterleave(groups / b.size(1), 1);
      c = c.repeatInterleave(groups / c.size(1), 1);
    }
    if (in.u().device().isCuda()) {
      Tensor y = composed(in.u(), in.steps(), in.a(), b, c, withState);
      if (!withState) {
        return in.finish(y);
      }
      long length = in.u().size(2);
      Tensor state = y.narrow(2, length, in.a().size(1));
      return Tensor.cat(2, in.finish(y.narrow(2, 0, length)), state);
    }
    Tensor[] all = {in.u(), in.delta(), in.a(), b, c, in.skip(), in.z(), in.deltaBias()};
    Tensor[] given = present(all);
    boolean differentiable =
        Autograd.isEnabled() && Arrays.stream(given).anyMatch(Tensor::requiresGrad);
    ScanKernel[] kernel = new ScanKernel[1];
    return Autograd.custom(
        detached -> {
          Iterator<Tensor> next = List.of(detached).iterator();
          Tensor[] inputs =
              Arrays.stream(all).map(x -> x == null ? null : next.next()).toArray(Tensor[]::new);
          kernel[0] = new ScanKernel(inputs, in.deltaSoftplus(), withState, differentiable);
          return kernel[0].forward();
        },
        gradient -> present(kernel[0].backward(gradient)),
        given);
  }

  private static Tensor[] present(Tensor[] tensors) {
    return Arrays.stream(tensors).filter(Objects::nonNull).toArray(Tensor[]::new);
  }

  private static Tensor perGroup(Tensor coefficients) {
    return coefficients.dim() == 3 ? coefficients.unsqueeze(1) : coefficients;
  }

  private static long leastCommonMultiple(long x, long y) {
    long a = x;
    long b = y;
    while (b != 0) {
      long rest = a % b;
      a = b;
      b = rest;
    }
    return x / a * y;
  }

  /**
   * The recurrence by operators: neighbouring steps (a, x) and (a', x') are joined to (a' a, a' x +
   * x'), in rounds of doubling distance.
   *
   * @return [B, D, L], with the last state appended [B, D, L + N]
   */
  static Tensor composed(Tensor u, Tensor dt, Tensor a, Tensor b, Tensor c, boolean withState) {
    long length = u.size(2);
    Tensor decay = dt.unsqueeze(2).mul(a.unsqueeze(2)).exp(); // [B, D, N, L]
    Tensor state = dt.mul(u).unsqueeze(2).mul(perChannel(b, u.size(1)));
    for (long distance = 1; distance < length; distance *= 2) {
      long rest = length - distance;
      state = state.add(decay.mul(Nn.pad(state.narrow(3, 0, rest), distance, 0)));
      decay = decay.mul(Nn.pad(decay.narrow(3, 0, rest), distance, 0));
    }
    Tensor y = state.mul(perChannel(c, u.size(1))).sum(2);
    return withState ? Tensor.cat(2, y, state.select(3, length - 1)) : y;
  }

  private static Tensor perChannel(Tensor coefficients, long channels) {
    return coefficients.dim() == 2
        ? coefficients.unsqueeze(2)
        : coefficients.repeatInterleave(channels / coefficients.size(1), 1);
  }
}
