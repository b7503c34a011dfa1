package dev.melange.optim;

import dev.melange.tensor.Operator;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Stochastic gradient descent with momentum as PyTorch defines it: {@code d = g + decay p}, buffer
 * {@code b = momentum b + (1 - dampening) d} (the first one is d), {@code p -= rate b}, with
 * Nesterov {@code p -= rate (d + momentum b)}.
 *
 * <p>Its state beside {@code step} is {@code momentum_buffer}, with momentum only.
 */
public final class Sgd extends Optimizer {
  private final Config config;
  private final Operator fused = Operator.find("aten::_fused_sgd_", "");
  private final Tensor buffer;
  private double momentum;

  /**
   * Settings.
   *
   * @param momentum share of the old buffer, in [0, 1); 0 for none
   * @param dampening share of the gradient kept out of the buffer, in [0, 1]
   * @param nesterov whether the step looks ahead; needs momentum and no dampening
   */
  public record Config(double momentum, double dampening, boolean nesterov) {
    /** Checks the values. */
    public Config {
      checkShare("momentum", momentum);
      if (!(dampening >= 0 && dampening <= 1)) {
        throw new IllegalArgumentException("dampening must lie in [0, 1], got " + dampening);
      }
      if (nesterov && (momentum == 0 || dampening != 0)) {
        throw new IllegalArgumentException(
            "Nesterov's step needs a momentum and no dampening, got momentum %s and dampening %s"
                .formatted(momentum, dampening));
      }
    }

    /** Without dampening and Nesterov's step. */
    public static Config withMomentum(double momentum) {
      return new Config(momentum, 0, false);
    }

    /** With Nesterov's step. */
    public static Config withNesterov(double momentum) {
      return new Config(momentum, 0, true);
    }
  }

  private Sgd(List<ParameterGroup> groups, Config config) {
    super(groups);
    this.config = config;
    momentum = config.momentum();
    buffer = momentum == 0 ? null : stateVector("momentum_buffer");
  }

  /** An optimiser over groups. */
  public static Sgd of(List<ParameterGroup> groups, Config config) {
    return new Sgd(groups, config);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if it was built without momentum
   */
  @Override
  public void momentum(double value) {
    checkShare("momentum", value);
    if (buffer == null) {
      throw new IllegalStateException(
          "this Sgd was built without momentum; give its Config one to change it later");
    }
    momentum = value;
  }

  @Override
  protected void update(
      UnaryOperator<Tensor> part,
      Tensor values,
      Tensor gradient,
      double learningRate,
      double weightDecay) {
    fused.call(
        new Tensor[] {values},
        new Tensor[] {gradient},
        buffer == null ? new Tensor[0] : new Tensor[] {part.apply(buffer)},
        weightDecay,
        momentum,
        learningRate,
        config.dampening(),
        config.nesterov(),
        false,
        steps() == 1,
        null,
        null);
  }

  @Override
  public Config config() {
    return config;
  }
}
