package dev.melange.papers.gpt;

import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The keys and values of the tokens a model has read, so that reading one more costs one token's
 * work. Belongs to the scope in which it is made.
 */
final class KeyValues {
  private final Tensor[] keys; // per layer [1, H, P, d / H]
  private final Tensor[] values;
  private long length;

  KeyValues(GptConfig config, Tensor like) {
    long heads = config.n_head();
    long[] shape = {1, heads, config.n_positions(), config.n_embd() / heads};
    keys = new Tensor[config.n_layer()];
    values = new Tensor[config.n_layer()];
    Arrays.setAll(keys, i -> like.newZeros(shape));
    Arrays.setAll(values, i -> like.newZeros(shape));
  }

  /** How many tokens have been read. */
  long length() {
    return length;
  }

  /** Counts tokens whose keys and values all layers have added. */
  void advance(long tokens) {
    length += tokens;
  }

  /** All keys of a layer after adding those of new tokens, [1, H, T, d / H]. */
  Tensor addKeys(int layer, Tensor fresh) {
    return add(keys[layer], fresh);
  }

  /** All values of a layer after adding those of new tokens, [1, H, T, d / H]. */
  Tensor addValues(int layer, Tensor fresh) {
    return add(values[layer], fresh);
  }

  private Tensor add(Tensor all, Tensor fresh) {
    long count = fresh.size(2);
    try (Scope scope = Scope.open()) {
      all.narrow(2, length, count).copy_(fresh);
    }
    return all.narrow(2, 0, length + count);
  }
}
