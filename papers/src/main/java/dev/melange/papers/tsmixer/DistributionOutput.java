package dev.melange.papers.tsmixer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Special;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/**
 * The distributions that a head can describe: its raw outputs become parameters by {@link #domain},
 * and a window's location m and scale s move it ({@link #scaled}). Component {@code
 * loss/distribution-nll}.
 */
public enum DistributionOutput {
  /** Student's t with df, loc and scale. */
  STUDENT_T("df", "loc", "scale"),
  /** Normal with loc and scale. */
  NORMAL("loc", "scale"),
  /** Negative binomial: counts until total_count failures, success probability by logits. */
  NEGATIVE_BINOMIAL("total_count", "logits");

  private final List<String> parameters;

  DistributionOutput(String... parameters) {
    this.parameters = List.of(parameters);
  }

  /**
   * Configuration of the component.
   *
   * @param distribution_output the distribution
   * @param dim horizon, H
   */
  public record Config(
      @Default("student_t") @OneOf({"student_t", "normal", "negative_binomial"})
          String distribution_output,
      int dim) {}

  /** The distribution of a configuration's name. */
  public static DistributionOutput of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** The parameters' names, in the order of the head's projections. */
  public List<String> parameters() {
    return parameters;
  }

  /**
   * Raw outputs as parameters.
   *
   * @param raw one per parameter, of one shape
   * @return the parameters, of that shape
   */
  public Tensor[] domain(Tensor... raw) {
    return switch (this) {
      case STUDENT_T ->
          new Tensor[] {squarePlus(raw[0]).add(2), raw[1], positive(squarePlus(raw[2]))};
      case NORMAL -> new Tensor[] {raw[0], positive(squarePlus(raw[1]))};
      case NEGATIVE_BINOMIAL -> new Tensor[] {squarePlus(raw[0]), raw[1]};
    };
  }

  private static Tensor squarePlus(Tensor x) {
    return x.add(x.square().add(4).sqrt()).div(2);
  }

  private static Tensor positive(Tensor x) {
    return x.clampMin(x.dtype() == DType.F64 ? Math.ulp(1.0) : Math.ulp(1.0f));
  }

  /**
   * The parameters that a head returns for a scaled window: only the negative binomial's logits
   * change, by {@code + log(scale)}.
   *
   * @param scale [B, 1, C], or null for 1
   */
  public Tensor[] scaled(Tensor[] parameters, Tensor scale) {
    return this == NEGATIVE_BINOMIAL && scale != null
        ? new Tensor[] {parameters[0], parameters[1].add(scale.log())}
        : parameters;
  }

  /**
   * The negative log-likelihood of values, element by element.
   *
   * @param parameters from {@link #scaled}
   * @param loc the window's location m, [B, 1, C]; null for 0; not used by the negative binomial
   * @param scale its scale s, [B, 1, C]; null for 1; not used by the negative binomial
   * @param value of the parameters' shape, in the window's own units
   */
  public Tensor nll(Tensor[] parameters, Tensor loc, Tensor scale, Tensor value) {
    if (this == NEGATIVE_BINOMIAL) {
      return negativeBinomial(parameters[0], parameters[1], value);
    }
    Tensor x = loc == null ? value : value.sub(loc);
    x = scale == null ? x : x.div(scale);
    Tensor nll = this == NORMAL ? normal(parameters, x) : student(parameters, x);
    return scale == null ? nll : nll.add(scale.abs().log());
  }

  private static Tensor normal(Tensor[] parameters, Tensor x) {
    Tensor z = x.sub(parameters[0]).div(parameters[1]);
    return z.square().div(2).add(parameters[1].log()).add(Math.log(2 * Math.PI) / 2);
  }

  private static Tensor student(Tensor[] parameters, Tensor x) {
    Tensor df = parameters[0];
    Tensor z = x.sub(parameters[1]).div(parameters[2]);
    Tensor half = df.add(1).div(2);
    Tensor normalizer =
        parameters[2]
            .log()
            .add(df.log().add(Math.log(Math.PI)).div(2))
            .add(Special.lgamma(df.div(2)))
            .sub(Special.lgamma(half));
    return half.mul(z.square().div(df).log1p()).add(normalizer);
  }

  private static Tensor negativeBinomial(Tensor count, Tensor logits, Tensor value) {
    Tensor unnormalized = count.mul(logits.neg().logSigmoid()).add(value.mul(logits.logSigmoid()));
    Tensor total = count.add(value);
    Tensor normalizer =
        Special.lgamma(value.add(1)).add(Special.lgamma(count)).sub(Special.lgamma(total));
    return normalizer.maskedFill(total.eq(0), 0).sub(unnormalized);
  }

  /** The mean, in the window's own units; arguments as for {@link #nll}. */
  public Tensor mean(Tensor[] parameters, Tensor loc, Tensor scale) {
    if (this == NEGATIVE_BINOMIAL) {
      return parameters[0].mul(parameters[1].exp());
    }
    return moved(parameters[this == NORMAL ? 0 : 1], loc, scale);
  }

  private static Tensor moved(Tensor x, Tensor loc, Tensor scale) {
    Tensor y = scale == null ? x : x.mul(scale);
    return loc == null ? y : y.add(loc);
  }

  /**
   * Draws values, each alone.
   *
   * @param parameters as for {@link #nll}, [B, H, C]
   * @param count draws per element, S
   * @return [B, S, H, C] in the window's own units, on the CPU
   */
  public Tensor sample(Tensor[] parameters, Tensor loc, Tensor scale, int count, Rng rng) {
    long[] shape = parameters[0].shape();
    double[][] values = new double[parameters.length][];
    for (int i = 0; i < values.length; i++) {
      values[i] = parameters[i].detach().to(Device.CPU).to(DType.F64).toDoubles();
    }
    int each = values[0].length / (int) shape[0];
    double[] drawn = new double[values[0].length * count];
    for (int at = 0; at < values[0].length; at++) {
      int window = at / each;
      for (int s = 0; s < count; s++) {
        drawn[(window * count + s) * each + at % each] = draw(values, at, rng);
      }
    }
    Tensor all = Tensor.of(drawn, shape[0], count, shape[1], shape[2]).to(parameters[0].dtype());
    return this == NEGATIVE_BINOMIAL ? all : moved(all, aside(loc), aside(scale));
  }

  private static Tensor aside(Tensor x) {
    return x == null ? null : x.detach().to(Device.CPU).unsqueeze(1);
  }

  private double draw(double[][] p, int at, Rng rng) {
    return switch (this) {
      case NORMAL -> p[0][at] + p[1][at] * rng.nextGaussian();
      case STUDENT_T -> {
        double chiSquare = 2 * rng.gamma(p[0][at] / 2);
        yield p[1][at] + p[2][at] * rng.nextGaussian() * Math.sqrt(p[0][at] / chiSquare);
      }
      // a Poisson number whose rate is gamma distributed
      case NEGATIVE_BINOMIAL -> poisson(rng.gamma(p[0][at]) * Math.exp(p[1][at]), rng);
    };
  }

  // Exact for small rates; large ones are halved, for a sum of Poisson numbers is one.
  private static double poisson(double rate, Rng rng) {
    double count = 0;
    double rest = rate;
    while (rest > 30) {
      if (rest > 1e6) {
        return count + Math.max(0, Math.rint(rest + Math.sqrt(rest) * rng.nextGaussian()));
      }
      count += poissonByProducts(30, rng);
      rest -= 30;
    }
    return count + poissonByProducts(rest, rng);
  }

  private static int poissonByProducts(double rate, Rng rng) {
    double limit = Math.exp(-rate);
    double product = rng.nextDouble();
    int count = 0;
    while (product > limit) {
      product *= rng.nextDouble();
      count++;
    }
    return count;
  }
}
