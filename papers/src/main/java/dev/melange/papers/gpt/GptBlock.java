package dev.melange.papers.gpt;

import dev.melange.nn.Dropout;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.LayerNorm;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.function.UnaryOperator;

/** One pre-norm block: causal self-attention, then an MLP, each added to the residual stream. */
final class GptBlock extends Layer {
  private final GptConfig config;
  private final int index;
  private final LayerNorm ln1;
  private final LayerNorm ln2;
  private final InputMajor attention;
  private final InputMajor attentionOut;
  private final InputMajor mlpIn;
  private final InputMajor mlpOut;
  private final Dropout dropout;

  /** A linear map whose weight is stored [in, out], as GPT-2 checkpoints do. */
  private static final class InputMajor extends Layer {
    private final Tensor weight;
    private final Tensor bias;

    InputMajor(long in, long out, double std, Rng rng) {
      weight = parameter("weight", Init.normal(Tensor.empty(in, out), 0, std, rng));
      bias = parameter("bias", Tensor.zeros(out));
    }

    Tensor forward(Tensor x) {
      return x.matmul(weight).add(bias);
    }
  }

  GptBlock(GptConfig config, int index, double dropout, Rng rng) {
    this.config = config;
    this.index = index;
    long d = config.n_embd();
    // residual branches start smaller, so that the stream's variance does not grow with depth
    double residual = 0.02 / Math.sqrt(2.0 * config.n_layer());
    ln1 = child("ln_1", new LayerNorm(d, config.layer_norm_epsilon()));
    attention = child("attn.c_attn", new InputMajor(d, 3 * d, 0.02, rng));
    attentionOut = child("attn.c_proj", new InputMajor(d, d, residual, rng));
    ln2 = child("ln_2", new LayerNorm(d, config.layer_norm_epsilon()));
    mlpIn = child("mlp.c_fc", new InputMajor(d, config.inner(), 0.02, rng));
    mlpOut = child("mlp.c_proj", new InputMajor(config.inner(), d, residual, rng));
    this.dropout = child("dropout", new Dropout(dropout));
  }

  /**
   * The residual stream after this block, [B, T, d].
   *
   * @param mask true where a token must not look, [T, S]; S counts the tokens read before, too
   * @param past keys and values of the tokens read before, or null if there are none
   */
  Tensor forward(Tensor stream, Tensor mask, Hooks hooks, KeyValues past) {
    Tensor x = hooks.at("resid_pre", index, stream);
    x = hooks.at("resid_mid", index, x.add(attend(ln1.forward(x), mask, hooks, past)));
    Tensor in = hooks.at("mlp_in", index, ln2.forward(x));
    UnaryOperator<Tensor> replaced = hooks.mlp(index);
    Tensor out = replaced == null ? mlp(in, hooks) : replaced.apply(in);
    return hooks.at("resid_post", index, x.add(hooks.at("mlp_out", index, out)));
  }

  private Tensor mlp(Tensor in, Hooks hooks) {
    Tensor post = hooks.at("mlp_post", index, activation(config, mlpIn.forward(in)));
    return dropout.forward(mlpOut.forward(post));
  }

  private Tensor attend(Tensor a, Tensor mask, Hooks hooks, KeyValues past) {
    long batch = a.size(0);
    long length = a.size(1);
    long d = config.n_embd();
    long heads = config.n_head();
    Tensor[] qkv = attention.forward(a).split(d, 2);
    Tensor q = qkv[0].reshape(batch, length, heads, d / heads).transpose(1, 2);
    Tensor k = qkv[1].reshape(batch, length, heads, d / heads).transpose(1, 2);
    Tensor v =
        hooks.at("v", index, qkv[2].reshape(batch, length, heads, d / heads)).transpose(1, 2);
    if (past != null) {
      k = past.addKeys(index, k);
      v = past.addValues(index, v);
    }
    double scale = Math.sqrt((double) d / heads);
    if (config.scale_attn_by_inverse_layer_idx()) {
      scale *= index + 1;
    }
    Tensor scores =
        q.matmul(k.transpose(2, 3)).div(scale).maskedFill(mask, Double.NEGATIVE_INFINITY);
    Tensor pattern = hooks.at("pattern", index, scores.softmax(-1));
    Tensor z = dropout.forward(pattern).matmul(v);
    Tensor merged = z.transpose(1, 2).reshape(batch, length, d);
    return hooks.at("attn_out", index, dropout.forward(attentionOut.forward(merged)));
  }

  Tensor mlpOutWeight() {
    return mlpOut.weight;
  }

  static Tensor activation(GptConfig config, Tensor x) {
    return switch (config.activation_function()) {
      case "gelu_new" -> x.geluTanh();
      case "gelu" -> x.gelu();
      case "relu" -> x.relu();
      default -> throw new IllegalStateException(config.activation_function());
    };
  }
}
