package dev.melange.papers.gpt;

import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What a run of {@link Gpt} records and replaces. The names of activations are {@code resid_pre.i,
 * resid_mid.i, resid_post.i, mlp_in.i, mlp_out.i, attn_out.i} [B, T, d], {@code mlp_post.i} [B, T,
 * m], {@code pattern.i} [B, H, T, T] (query, key) and {@code v.i} [B, T, H, d / H].
 *
 * <p>A replacement changes what everything downstream sees; the cache holds the replaced value.
 */
public final class Hooks {
  private final Map<String, UnaryOperator<Tensor>> replacements = new LinkedHashMap<>();
  private final Map<Integer, UnaryOperator<Tensor>> mlps = new LinkedHashMap<>();
  private final Map<String, Tensor> cache;

  private Hooks(Map<String, Tensor> cache) {
    this.cache = cache;
  }

  /** Neither records nor (until told) replaces. */
  public static Hooks none() {
    return new Hooks(null);
  }

  /** Records all activations in {@link #cache()}. */
  public static Hooks caching() {
    return new Hooks(new LinkedHashMap<>());
  }

  /** Replaces the activation of a name; several replacements apply in order. Returns this. */
  public Hooks replace(String name, UnaryOperator<Tensor> replacement) {
    replacements.merge(name, replacement, (first, second) -> x -> second.apply(first.apply(x)));
    return this;
  }

  /**
   * Replaces the whole MLP of a layer by a map from {@code mlp_in} to {@code mlp_out}; {@code
   * mlp_post} of that layer does not exist in such a run. Returns this.
   */
  public Hooks replaceMlp(int layer, UnaryOperator<Tensor> mlp) {
    mlps.put(layer, mlp);
    return this;
  }

  /**
   * The recorded activations by name, in order of computation.
   *
   * @throws IllegalStateException if these hooks do not record
   */
  public Map<String, Tensor> cache() {
    if (cache == null) {
      throw new IllegalStateException("these hooks record nothing; use Hooks.caching()");
    }
    return cache;
  }

  boolean isEmpty() {
    return cache == null && replacements.isEmpty() && mlps.isEmpty();
  }

  UnaryOperator<Tensor> mlp(int layer) {
    return mlps.get(layer);
  }

  void check(GptConfig config) {
    for (String name : replacements.keySet()) {
      if (!name.matches(
              "(resid_pre|resid_mid|resid_post|mlp_in|mlp_post|mlp_out|attn_out|pattern|v)\\.\\d{1,6}")
          || Integer.parseInt(name.substring(name.indexOf('.') + 1)) >= config.n_layer()) {
        throw new IllegalArgumentException(
            "no activation '%s' in a model of %d layers; names are such as resid_post.0 or mlp_post.%d"
                .formatted(name, config.n_layer(), config.n_layer() - 1));
      }
    }
    for (int layer : mlps.keySet()) {
      if (layer < 0 || layer >= config.n_layer()) {
        throw new IllegalArgumentException(
            "no MLP of layer %d in a model of %d layers".formatted(layer, config.n_layer()));
      }
    }
  }

  Tensor at(String name, int layer, Tensor value) {
    String key = name + "." + layer;
    UnaryOperator<Tensor> replacement = replacements.get(key);
    Tensor result = replacement == null ? value : replacement.apply(value);
    if (cache != null) {
      cache.put(key, result);
    }
    return result;
  }
}
