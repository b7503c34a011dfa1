package dev.melange.papers.bert;

import dev.melange.nn.Activation;
import dev.melange.nn.LayerNorm;
import dev.melange.tensor.PackedLinear;
import dev.melange.tensor.Tensor;

/**
 * A {@link BertLayer} for inference on one text, whose few tokens leave nothing to do but to read
 * the weights: queries, keys and values are one product, no mask, no dropout.
 *
 * @param heads of the attention
 * @param qkv from d to 3 d features, the queries' divided by the root of a head's width
 * @param attentionOut joins the heads
 * @param attentionNorm after the attention; stays the layer's
 * @param intermediate the MLP's first product
 * @param activation of the MLP
 * @param out the MLP's second product
 * @param norm after the MLP; stays the layer's
 */
record PackedBertLayer(
    int heads,
    PackedLinear qkv,
    PackedLinear attentionOut,
    LayerNorm attentionNorm,
    PackedLinear intermediate,
    Activation activation,
    PackedLinear out,
    LayerNorm norm)
    implements AutoCloseable {
  /** Runs the layer: [T, d] to [T, d]. */
  Tensor forward(Tensor x) {
    long tokens = x.size(0);
    long width = x.size(1);
    // [T, 3 d] -> three of [H, T, d/H]
    Tensor[] parts =
        qkv.forward(x).view(tokens, 3, heads, width / heads).permute(1, 2, 0, 3).unbind(0);
    Tensor pattern = parts[0].matmul(parts[1].t()).softmax(-1);
    Tensor z = pattern.matmul(parts[2]).transpose(0, 1).reshape(tokens, width);
    Tensor attended = attentionNorm.forward(attentionOut.forward(z).add(x));
    Tensor hidden = activation.apply(intermediate.forward(attended));
    return norm.forward(out.forward(hidden).add(attended));
  }

  @Override
  public void close() {
    qkv.close();
    attentionOut.close();
    intermediate.close();
    out.close();
  }
}
