package dev.melange.papers.gpt;

import dev.melange.component.Default;
import dev.melange.component.OneOf;

/**
 * Configuration of a GPT-2 style decoder; the keys are those of published GPT-2 checkpoints.
 *
 * @param vocab_size number of tokens
 * @param n_positions longest sequence
 * @param n_embd width of the residual stream; a multiple of {@code n_head}
 * @param n_layer number of blocks
 * @param n_head number of attention heads
 * @param n_inner width of the MLP, null for four times {@code n_embd}
 * @param activation_function tanh GELU, exact GELU, or ReLU
 * @param layer_norm_epsilon added to the variance in layer normalisation
 * @param scale_attn_by_inverse_layer_idx divide the attention scores of layer i by i + 1
 * @param tie_word_embeddings use the token embedding as output head
 */
public record GptConfig(
    @Default("50257") int vocab_size,
    @Default("1024") int n_positions,
    @Default("768") int n_embd,
    @Default("12") int n_layer,
    @Default("12") int n_head,
    @Default("null") Integer n_inner,
    @Default("\"gelu_new\"") @OneOf({"gelu_new", "gelu", "relu"}) String activation_function,
    @Default("1e-5") double layer_norm_epsilon,
    @Default("false") boolean scale_attn_by_inverse_layer_idx,
    @Default("true") boolean tie_word_embeddings) {

  /** Checks the sizes. */
  public GptConfig {
    if (vocab_size < 1 || n_positions < 1 || n_embd < 1 || n_layer < 1 || n_head < 1) {
      throw new IllegalArgumentException(
          "vocab_size, n_positions, n_embd, n_layer and n_head must be at least 1, got %d, %d, %d, %d, %d"
              .formatted(vocab_size, n_positions, n_embd, n_layer, n_head));
    }
    if (n_embd % n_head != 0) {
      throw new IllegalArgumentException(
          "n_embd must be a multiple of n_head, got %d and %d".formatted(n_embd, n_head));
    }
    if (n_inner != null && n_inner < 1) {
      throw new IllegalArgumentException("n_inner must be at least 1 or null, got " + n_inner);
    }
    if (!(layer_norm_epsilon > 0)) {
      throw new IllegalArgumentException(
          "layer_norm_epsilon must be positive, got " + layer_norm_epsilon);
    }
  }

  /** GPT-2 defaults (tanh GELU, MLP of four times the width, tied head) of a given size. */
  public static GptConfig of(int vocabulary, int positions, int width, int layers, int heads) {
    return new GptConfig(
        vocabulary, positions, width, layers, heads, null, "gelu_new", 1e-5, false, true);
  }

  /** Width of the MLP. */
  public int inner() {
    return n_inner == null ? 4 * n_embd : n_inner;
  }

  /** Number of trainable numbers of the model; a tied head counts once. */
  public long parameterCount() {
    long d = n_embd;
    long m = inner();
    long block = 4 * d * d + 4 * d + 2 * d * m + m + d + 4 * d;
    long head = tie_word_embeddings ? 0 : vocab_size * d;
    return vocab_size * d + n_positions * d + n_layer * block + 2 * d + head;
  }
}
