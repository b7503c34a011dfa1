package dev.melange.papers.bert;

import dev.melange.nn.Activation;
import dev.melange.nn.Dropout;
import dev.melange.nn.Layer;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.PackedLinear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;

/**
 * One encoder layer: self-attention and an MLP, each followed by the residual sum and a layer norm.
 */
final class BertLayer extends Layer {
  /**
   * What a layer computes.
   *
   * @param hidden its output, [B, T, d]
   * @param pattern attention probabilities before dropout, [B, H, T, T]
   * @param activation of the MLP's hidden features, [B, T, m]
   */
  record Step(Tensor hidden, Tensor pattern, Tensor activation) {}

  private final int heads;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear attentionOut;
  private final LayerNorm attentionNorm;
  private final Linear intermediate;
  private final Linear out;
  private final LayerNorm norm;
  private final Activation activation;
  private final Dropout drop;

  BertLayer(Bert.Config config, Rng rng) {
    int d = config.hidden_size();
    int m = config.intermediate_size();
    double eps = config.layer_norm_eps();
    heads = config.num_attention_heads();
    query = child("attention.self.query", Bert.linear(d, d, rng));
    key = child("attention.self.key", Bert.linear(d, d, rng));
    value = child("attention.self.value", Bert.linear(d, d, rng));
    attentionOut = child("attention.output.dense", Bert.linear(d, d, rng));
    attentionNorm = child("attention.output.LayerNorm", new LayerNorm(d, eps));
    intermediate = child("intermediate.dense", Bert.linear(d, m, rng));
    out = child("output.dense", Bert.linear(m, d, rng));
    norm = child("output.LayerNorm", new LayerNorm(d, eps));
    activation = Activation.of(config.hidden_act());
    drop = child("dropout", new Dropout(Bert.DROPOUT));
  }

  /**
   * Runs the layer.
   *
   * @param x [B, T, d]
   * @param mask added to the scores, [B, 1, 1, T]
   */
  Step forward(Tensor x, Tensor mask) {
    Tensor q = split(query.forward(x));
    Tensor k = split(key.forward(x));
    Tensor scores = q.matmul(k.t()).div(Math.sqrt((double) q.size(3)));
    Tensor pattern = scores.add(mask).softmax(-1);
    Tensor z =
        drop.forward(pattern)
            .matmul(split(value.forward(x)))
            .transpose(1, 2)
            .reshape(x.shape()); // [B, H, T, d/H] -> [B, T, d]
    Tensor attended = attentionNorm.forward(drop.forward(attentionOut.forward(z)).add(x));
    Tensor hidden = activation.apply(intermediate.forward(attended));
    Tensor y = norm.forward(drop.forward(out.forward(hidden)).add(attended));
    return new Step(y, pattern, hidden);
  }

  /** The layer for inference on one text. */
  PackedBertLayer packed() {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      // The scores' divisor is taken into the queries.
      double scale = Math.sqrt((double) heads / query.weight().size(0));
      Tensor weight = Tensor.cat(0, query.weight().mul(scale), key.weight(), value.weight());
      Tensor bias = Tensor.cat(0, query.bias().mul(scale), key.bias(), value.bias());
      return new PackedBertLayer(
          heads,
          PackedLinear.of(weight, bias),
          packed(attentionOut),
          attentionNorm,
          packed(intermediate),
          activation,
          packed(out),
          norm);
    }
  }

  private static PackedLinear packed(Linear linear) {
    return PackedLinear.of(linear.weight(), linear.bias());
  }

  /** [B, T, d] to [B, H, T, d/H]. */
  private Tensor split(Tensor x) {
    return x.reshape(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
  }
}
