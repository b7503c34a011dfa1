package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.optim.Adam;
import dev.melange.optim.Gradients;
import dev.melange.optim.ParameterGroup;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * The training step of click models: gradient clipped to a global norm, then Adam (betas 0.9 and
 * 0.999, eps 1e-8, no decay).
 */
final class CtrStep {
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
    Config {
      if (steps < 1 || !(learning_rate >= 0) || !(max_gradient_norm > 0)) {
        throw new IllegalArgumentException(
            "steps must be at least 1, learning_rate not negative and max_gradient_norm positive, got %d, %s and %s"
                .formatted(steps, learning_rate, max_gradient_norm));
      }
    }

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
    double[] losses = new double[steps];
    try (Adam adam = Adam.of(ParameterGroup.all(model, 0), Adam.Config.ADAM)) {
      for (int step = 0; step < steps; step++) {
        Tensor loss = model.loss(model.forward(batch), batch.get("label"));
        losses[step] = loss.item();
        Gradients gradients = adam.gradients(Autograd.grad(loss, adam.parameters()));
        gradients.clipNorm(maxNorm);
        adam.step(rate, gradients);
      }
    }
    Outputs outputs = new Outputs().put("losses", losses);
    model
        .parameters()
        .forEach((name, tensor) -> outputs.put("after." + name, tensor.detach().copy()));
    return outputs.map();
  }
}
