package dev.melange.papers.gpt;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An equivalent parametrisation of {@link Gpt} for analyses: normalisations without scale and
 * shift, weights per head, and everything that reads from or writes to the residual stream centred.
 * The residual stream differs from the model's by its mean only, and log-probabilities are equal.
 *
 * <p>Weights by name: {@code W_E} [V, d], {@code W_pos} [P, d], {@code W_U} [d, V], {@code b_U}
 * [V], and per layer i {@code W_Q.i, W_K.i, W_V.i} [H, d, d/H], {@code b_Q.i, b_K.i, b_V.i} [H,
 * d/H], {@code W_O.i} [H, d/H, d], {@code b_O.i} [d], {@code W_in.i} [d, m], {@code b_in.i} [m],
 * {@code W_out.i} [m, d], {@code b_out.i} [d].
 */
public final class FoldedGpt {
  private final GptConfig config;
  private final Map<String, Tensor> weights = new LinkedHashMap<>();

  /** Folds the present weights of a model; later changes of the model do not show. */
  public FoldedGpt(Gpt model) {
    config = model.config();
    Map<String, Tensor> from = new LinkedHashMap<>();
    model.state().forEach((name, tensor) -> from.put(name, tensor.detach()));
    Tensor table = from.get("transformer.wte.weight");
    weights.put("W_E", centre(table, 1));
    weights.put("W_pos", centre(from.get("transformer.wpe.weight"), 1));
    for (int i = 0; i < config.n_layer(); i++) {
      foldAttention(from, i);
      foldMlp(from, i);
    }
    Tensor out = model.headWeight().detach().t();
    Tensor[] folded = fold(out, out.newZeros(config.vocab_size()), from, "transformer.ln_f");
    weights.put("W_U", centre(folded[0], 1));
    weights.put("b_U", centre(folded[1], 0));
  }

  private void foldAttention(Map<String, Tensor> from, int i) {
    long d = config.n_embd();
    long heads = config.n_head();
    long size = d / heads;
    String layer = "transformer.h." + i + ".";
    Tensor[] folded =
        fold(
            from.get(layer + "attn.c_attn.weight"),
            from.get(layer + "attn.c_attn.bias"),
            from,
            layer + "ln_1");
    Tensor[] w = folded[0].split(d, 1);
    Tensor[] b = folded[1].split(d, 0);
    String[] names = {"Q", "K", "V"};
    for (int n = 0; n < 3; n++) {
      weights.put("W_" + names[n] + "." + i, w[n].reshape(d, heads, size).permute(1, 0, 2));
      weights.put("b_" + names[n] + "." + i, b[n].reshape(heads, size));
    }
    Tensor write = centre(from.get(layer + "attn.c_proj.weight"), 1).reshape(heads, size, d);
    Tensor bias = centre(from.get(layer + "attn.c_proj.bias"), 0);
    // attention rows sum to one, so the values' bias passes through unchanged
    Tensor values = weights.get("b_V." + i);
    weights.put("W_O." + i, write);
    weights.put("b_O." + i, bias.add(Tensor.einsum("hk,hkd->d", values, write)));
    weights.put("b_V." + i, values.zerosLike());
  }

  private void foldMlp(Map<String, Tensor> from, int i) {
    String layer = "transformer.h." + i + ".";
    Tensor[] in =
        fold(
            from.get(layer + "mlp.c_fc.weight"),
            from.get(layer + "mlp.c_fc.bias"),
            from,
            layer + "ln_2");
    weights.put("W_in." + i, in[0]);
    weights.put("b_in." + i, in[1]);
    weights.put("W_out." + i, centre(from.get(layer + "mlp.c_proj.weight"), 1));
    weights.put("b_out." + i, centre(from.get(layer + "mlp.c_proj.bias"), 0));
  }

  /** Moves a normalisation's scale and shift into the map [d, n] that reads it, and centres it. */
  private static Tensor[] fold(Tensor w, Tensor b, Map<String, Tensor> from, String norm) {
    Tensor bias = b.add(from.get(norm + ".bias").unsqueeze(0).matmul(w).squeeze(0));
    Tensor scaled = w.mul(from.get(norm + ".weight").unsqueeze(1));
    return new Tensor[] {centre(scaled, 0), bias};
  }

  private static Tensor centre(Tensor w, long dim) {
    return w.sub(w.meanKeep(dim));
  }

  /** The weights by name. */
  public Map<String, Tensor> weights() {
    return weights;
  }

  /** Log-probabilities [B, T, V] of the next token, of int64 [B, T]. */
  public Tensor logProbs(Tensor ids) {
    Gpt.checkIds(ids, config);
    long length = ids.size(1);
    Tensor mask = Gpt.causalMask(length, 0).to(ids.device());
    Tensor x =
        Nn.embedding(weights.get("W_E"), ids, -1).add(weights.get("W_pos").narrow(0, 0, length));
    for (int i = 0; i < config.n_layer(); i++) {
      x = x.add(attend(normalise(x), mask, i));
      Tensor h = normalise(x).matmul(weights.get("W_in." + i)).add(weights.get("b_in." + i));
      Tensor post = GptBlock.activation(config, h);
      x = x.add(post.matmul(weights.get("W_out." + i)).add(weights.get("b_out." + i)));
    }
    return normalise(x).matmul(weights.get("W_U")).add(weights.get("b_U")).logSoftmax(-1);
  }

  private Tensor attend(Tensor a, Tensor mask, int i) {
    double scale = Math.sqrt((double) config.n_embd() / config.n_head());
    if (config.scale_attn_by_inverse_layer_idx()) {
      scale *= i + 1;
    }
    Tensor pattern =
        read(a, "Q", i)
            .matmul(read(a, "K", i).transpose(2, 3))
            .div(scale)
            .maskedFill(mask, Double.NEGATIVE_INFINITY)
            .softmax(-1);
    Tensor z = pattern.matmul(read(a, "V", i));
    return Tensor.einsum("bhtk,hkd->btd", z, weights.get("W_O." + i)).add(weights.get("b_O." + i));
  }

  private Tensor read(Tensor a, String what, int i) {
    return Tensor.einsum("btd,hdk->bhtk", a, weights.get("W_" + what + "." + i))
        .add(weights.get("b_" + what + "." + i).unsqueeze(1));
  }

  private Tensor normalise(Tensor x) {
    return Nn.layerNorm(x, null, null, config.layer_norm_epsilon());
  }
}
