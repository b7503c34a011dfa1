package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * The training step of click models: gradient clipped to a global norm, then Adam (betas 0.9 and
 * 0.999, eps 1e-8, no decay).
 */
final class CtrStep {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPS = 1e-8;
  private static final double NORM_EPS = 1e-6;

  /** Configuration: that of {@link DualMlp}, then learning rate, number of steps, largest norm. */
  record Config(
      List<Feature> features,
      @Default("10") int embedding_dim,
      @Default("[64, 64, 64]") int[] mlp1_hidden_units,
      @Default("\"ReLU\"") JsonNode mlp1_hidden_activations,
      @Default("0") JsonNode mlp1_dropout,
      @Default("false") boolean mlp1_batch_norm,
      @Default("[64, 64, 64]") int[] mlp2_hidden_units,
      @Default("\"ReLU\"") JsonNode mlp2_hidden_activations,
      @Default("0") JsonNode mlp2_dropout,
      @Default("false") boolean mlp2_batch_norm,
      @Default("null") JsonNode embedding_regularizer,
      @Default("null") JsonNode net_regularizer,
      @Default("0.001") double learning_rate,
      @Default("1") int steps,
      @Default("10") double max_gradient_norm) {
    DualMlp.Config model() {
      return new DualMlp.Config(
          features,
          embedding_dim,
          mlp1_hidden_units,
          mlp1_hidden_activations,
          mlp1_dropout,
          mlp1_batch_norm,
          mlp2_hidden_units,
          mlp2_hidden_activations,
          mlp2_dropout,
          mlp2_batch_norm,
          embedding_regularizer,
          net_regularizer);
    }
  }

  private CtrStep() {}

  /** Trains on one batch for some steps: the losses before each, and the weights after the last. */
  static Map<String, Tensor> run(
      ClickModel model, Inputs batch, double rate, int steps, double maxNorm) {
    Map<String, Tensor> parameters = model.parameters();
    Tensor[] weights = parameters.values().toArray(Tensor[]::new);
    Tensor[] first = new Tensor[weights.length];
    Tensor[] second = new Tensor[weights.length];
    for (int i = 0; i < weights.length; i++) {
      first[i] = weights[i].detach().zerosLike();
      second[i] = weights[i].detach().zerosLike();
    }
    double[] losses = new double[steps];
    for (int step = 1; step <= steps; step++) {
      Tensor loss = model.loss(model.forward(batch), batch.get("label"));
      losses[step - 1] = loss.item();
      Tensor[] gradients = Autograd.grad(loss, weights);
      try (var guard = Autograd.noGrad()) {
        double squares = 0;
        for (Tensor gradient : gradients) {
          squares += gradient == null ? 0 : gradient.square().sum().item();
        }
        double scale = Math.min(1, maxNorm / (Math.sqrt(squares) + NORM_EPS));
        for (int i = 0; i < weights.length; i++) {
          if (gradients[i] != null) {
            Tensor gradient = gradients[i].mul(scale);
            first[i].mul_(BETA1).add_(gradient, 1 - BETA1);
            second[i].mul_(BETA2).add_(gradient.square(), 1 - BETA2);
            Tensor root = second[i].sqrt().div(Math.sqrt(1 - Math.pow(BETA2, step))).add(EPS);
            weights[i].add_(first[i].div(root), -rate / (1 - Math.pow(BETA1, step)));
          }
        }
      }
    }
    Outputs outputs = new Outputs().put("losses", losses);
    parameters.forEach((name, tensor) -> outputs.put("after." + name, tensor.detach().copy()));
    return outputs.map();
  }
}
