package dev.melange.papers.seminmf;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.papers.gpt.GptConfig;
import java.util.List;

/**
 * A language model and how it is steered; the first keys are those of {@link GptConfig}.
 *
 * @param vocab_size number of tokens
 * @param n_positions longest sequence
 * @param n_embd width of the residual stream
 * @param n_layer number of blocks
 * @param n_head number of attention heads
 * @param n_inner width of the MLP, null for four times {@code n_embd}
 * @param activation_function tanh GELU, exact GELU, or ReLU
 * @param layer_norm_epsilon added to the variance in layer normalisation
 * @param scale_attn_by_inverse_layer_idx divide the attention scores of layer i by i + 1
 * @param tie_word_embeddings use the token embedding as output head
 * @param layer the layer that is steered, from 0
 * @param location which of its activations
 * @param replace whether the push takes the activation's place
 * @param alpha how far to push
 * @param target_kls divergences for which to find the alpha, in nats
 */
public record SteeringConfig(
    @Default("50257") int vocab_size,
    @Default("1024") int n_positions,
    @Default("768") int n_embd,
    @Default("12") int n_layer,
    @Default("12") int n_head,
    @Default("null") Integer n_inner,
    @Default("\"gelu_new\"") @OneOf({"gelu_new", "gelu", "relu"}) String activation_function,
    @Default("1e-5") double layer_norm_epsilon,
    @Default("false") boolean scale_attn_by_inverse_layer_idx,
    @Default("true") boolean tie_word_embeddings,
    int layer,
    @Default("mlp_act") Steering.Location location,
    @Default("false") boolean replace,
    double alpha,
    @Default("[0.025, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5]") List<Double> target_kls) {
  /** Checks the layer; the model's own keys are checked by {@link GptConfig}. */
  public SteeringConfig {
    if (layer < 0 || layer >= n_layer) {
      throw new IllegalArgumentException(
          "layer must lie in [0, %d], got %d".formatted(n_layer - 1, layer));
    }
    target_kls = List.copyOf(target_kls);
  }

  /** The model's part. */
  public GptConfig model() {
    return new GptConfig(
        vocab_size,
        n_positions,
        n_embd,
        n_layer,
        n_head,
        n_inner,
        activation_function,
        layer_norm_epsilon,
        scale_attn_by_inverse_layer_idx,
        tie_word_embeddings);
  }
}
