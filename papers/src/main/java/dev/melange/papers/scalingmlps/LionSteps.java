package dev.melange.papers.scalingmlps;

import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.nn.Layer;
import dev.melange.optim.Gradients;
import dev.melange.optim.Lion;
import dev.melange.optim.ParameterGroup;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Some steps of {@link Lion} on a least-squares problem, {@code L = mean over the batch of |w a + b
 * - target|^2 / 2}: the component {@code optim/lion}.
 */
final class LionSteps {
  /**
   * Configuration.
   *
   * @param lr learning rate
   * @param betas shares of the old momentum in the direction and in the new momentum
   * @param weight_decay relative decay of the weights per step and learning rate
   * @param steps number of steps
   */
  record Config(
      @Default("1e-4") double lr,
      @Default("[0.9, 0.99]") List<Double> betas,
      @Default("0") double weight_decay,
      int steps) {
    /** Checks the numbers; Lion itself checks the betas. */
    Config {
      betas = List.copyOf(betas);
      if (betas.size() != 2 || steps < 0 || !(lr >= 0)) {
        throw new IllegalArgumentException(
            "lion needs two betas, and steps and lr that are not negative, got %s, %d and %s"
                .formatted(betas, steps, lr));
      }
    }
  }

  private LionSteps() {}

  /** The weights of the problem. */
  private static final class Weights extends Layer {
    Weights(Tensor w, Tensor b) {
      parameter("w", w.detach().copy());
      parameter("b", b.detach().copy());
    }
  }

  /** Runs the steps on inputs w [o, i], b [o], a [B, i] and target [B, o]. */
  static Map<String, Tensor> run(Config config, Inputs in) {
    double[] losses = new double[config.steps()];
    try (Weights weights = new Weights(in.get("w"), in.get("b"));
        Lion lion =
            Lion.of(
                ParameterGroup.all(weights, config.weight_decay()),
                new Lion.Config(config.betas().get(0), config.betas().get(1)))) {
      Tensor w = weights.parameters().get("w");
      Tensor b = weights.parameters().get("b");
      for (int step = 0; step < losses.length; step++) {
        try (Scope scope = Scope.open()) {
          Tensor error = in.get("a").matmul(w.t()).add(b).sub(in.get("target"));
          Tensor loss = error.square().sum(1).mean().mul(0.5);
          losses[step] = loss.item();
          try (Gradients gradients = lion.gradients(Autograd.grad(loss, lion.parameters()))) {
            lion.step(config.lr(), gradients);
          }
        }
      }
      Tensor[] momenta = lion.state().get("exp_avg").split(new long[] {w.numel(), b.numel()}, 0);
      return new Outputs()
          .put("w", w.detach().copy())
          .put("b", b.detach().copy())
          .put("m_w", momenta[0].reshape(w.shape()).copy())
          .put("m_b", momenta[1].copy())
          .put("loss", losses)
          .map();
    }
  }
}
