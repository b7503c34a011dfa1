package dev.melange.optim;

import dev.melange.tensor.DType;
import dev.melange.tensor.Operator;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Adam (Kingma and Ba, 2015), with decoupled weight decay AdamW (Loshchilov and Hutter, 2019), as
 * PyTorch defines them: {@code m = beta1 m + (1 - beta1) g}, {@code v = beta2 v + (1 - beta2) g^2},
 * {@code p -= rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)}. Weight decay adds {@code
 * decay p} to g, or decoupled multiplies p by {@code 1 - rate decay} before. AMSGrad (Reddi et al.,
 * 2018) takes the largest v so far.
 *
 * <p>Its state beside {@code step} is {@code exp_avg} (m), {@code exp_avg_sq} (v) and, with
 * AMSGrad, {@code max_exp_avg_sq}.
 */
public final class Adam extends Optimizer {
  private final Config config;
  private final Operator fused;
  private final Tensor first;
  private final Tensor second;
  private final Tensor largest;
  private double beta1;

  /**
   * Settings.
   *
   * @param beta1 share of the old mean of gradients, in [0, 1)
   * @param beta2 share of the old mean of squared gradients, in [0, 1)
   * @param eps added to the root, positive
   * @param decoupled whether weights decay on their own (AdamW) or through the gradient
   * @param amsgrad whether to divide by the largest second moment so far
   */
  public record Config(double beta1, double beta2, double eps, boolean decoupled, boolean amsgrad) {
    /** Adam with betas 0.9 and 0.999 and eps 1e-8. */
    public static final Config ADAM = new Config(0.9, 0.999, 1e-8, false, false);

    /** AdamW with betas 0.9 and 0.999 and eps 1e-8. */
    public static final Config ADAM_W = new Config(0.9, 0.999, 1e-8, true, false);

    /** Checks the values. */
    public Config {
      checkShare("beta1", beta1);
      checkShare("beta2", beta2);
      if (!(eps > 0 && Double.isFinite(eps))) {
        throw new IllegalArgumentException("eps must be positive and finite, got " + eps);
      }
    }

    /** The same with other betas. */
    public Config withBetas(double first, double second) {
      return new Config(first, second, eps, decoupled, amsgrad);
    }
  }

  private Adam(List<ParameterGroup> groups, Config config) {
    super(groups);
    this.config = config;
    fused = Operator.find(config.decoupled() ? "aten::_fused_adamw_" : "aten::_fused_adam_", "");
    beta1 = config.beta1();
    first = stateVector("exp_avg");
    second = stateVector("exp_avg_sq");
    largest = config.amsgrad() ? stateVector("max_exp_avg_sq") : null;
  }

  /** An optimiser over groups. */
  public static Adam of(List<ParameterGroup> groups, Config config) {
    return new Adam(groups, config);
  }

  /** {@link Config#ADAM_W} over groups. */
  public static Adam adamW(List<ParameterGroup> groups) {
    return new Adam(groups, Config.ADAM_W);
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
    // The operator reads the number of this step from a tensor beside the parameters.
    Tensor step = Tensor.empty(DType.F32, values.device()).fill_((double) steps());
    fused.call(
        new Tensor[] {values},
        new Tensor[] {gradient},
        new Tensor[] {part.apply(first)},
        new Tensor[] {part.apply(second)},
        largest == null ? new Tensor[0] : new Tensor[] {part.apply(largest)},
        new Tensor[] {step},
        learningRate,
        beta1,
        config.beta2(),
        weightDecay,
        config.eps(),
        config.amsgrad(),
        false,
        null,
        null);
  }

  @Override
  public Config config() {
    return config;
  }
}
