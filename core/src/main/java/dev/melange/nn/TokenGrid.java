package dev.melange.nn;

import dev.melange.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * How tokens [B, N, C] lie in a map [B, C, h, w]: row by row, N = h w. Both directions are views.
 *
 * @param rows h
 * @param columns w
 */
public record TokenGrid(int rows, int columns) {
  /** Tokens [B, N, C] as a map [B, C, h, w]. */
  public Tensor map(Tensor tokens) {
    return tokens.transpose(1, 2).unflatten(2, rows, columns);
  }

  /** A map [B, C, h, w] as tokens [B, N, C]. */
  public Tensor tokens(Tensor map) {
    return map.flatten(2, 3).transpose(1, 2);
  }

  /** A layer of maps for those who have tokens: [B, N, C] to [B, N, C]. */
  public UnaryLayer onTokens(UnaryLayer mapLayer) {
    return new Adapted(mapLayer, x -> tokens(mapLayer.forward(map(x))));
  }

  /** A layer of tokens for those who have maps: [B, C, h, w] to [B, C, h, w]. */
  public UnaryLayer onMaps(UnaryLayer tokenLayer) {
    return new Adapted(tokenLayer, x -> map(tokenLayer.forward(tokens(x))));
  }

  /** A layer between two views; its weights are called {@code mixer.*}. */
  private static final class Adapted extends UnaryLayer {
    private final UnaryOperator<Tensor> forward;

    Adapted(UnaryLayer layer, UnaryOperator<Tensor> forward) {
      child("mixer", layer);
      this.forward = forward;
    }

    @Override
    public Tensor forward(Tensor x) {
      return forward.apply(x);
    }
  }
}
