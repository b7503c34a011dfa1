package dev.melange.optim;

import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Lion (Chen et al., 2023): steps of equal size in all coordinates, {@code p *= 1 - rate decay},
 * {@code p -= rate sign(beta1 m + (1 - beta1) g)}, then {@code m = beta2 m + (1 - beta2) g}. The
 * sign of 0 is 0. It wants learning rates several times smaller than Adam's.
 *
 * <p>Its state beside {@code step} is {@code exp_avg} (m).
 */
public final class Lion extends Optimizer {
  private final Config config;
  private final Tensor mean;
  private double beta1;

  /**
   * Settings.
   *
   * @param beta1 share of the old mean in the direction of the step, in [0, 1)
   * @param beta2 share of the old mean in the new one, in [0, 1)
   */
  public record Config(double beta1, double beta2) {
    /** Betas 0.9 and 0.99. */
    public static final Config DEFAULT = new Config(0.9, 0.99);

    /** Checks the values. */
    public Config {
      checkShare("beta1", beta1);
      checkShare("beta2", beta2);
    }
  }

  private Lion(List<ParameterGroup> groups, Config config) {
    super(groups);
    this.config = config;
    beta1 = config.beta1();
    mean = stateVector("exp_avg");
  }

  /** An optimiser over groups. */
  public static Lion of(List<ParameterGroup> groups, Config config) {
    return new Lion(groups, config);
  }

  /** Sets beta1 from the next step on. */
  @Override
  public void momentum(double value) {
    checkShare("beta1", value);
    beta1 = value;
  }

  @Override
  protected void update(
      UnaryOperator<Tensor> part,
      Tensor values,
      Tensor gradient,
      double learningRate,
      double weightDecay) {
    Tensor m = part.apply(mean);
    values.mul_(1 - learningRate * weightDecay);
    values.add_(m.mul(beta1).add_(gradient, 1 - beta1).sign(), -learningRate);
    m.mul_(config.beta2()).add_(gradient, 1 - config.beta2());
  }

  @Override
  public Config config() {
    return config;
  }
}
