package dev.melange.papers.finalmlp;

import dev.melange.component.Default;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Bilinear fusion of two streams in heads: {@code w_x x + w_y y + sum_j x_j^T W_j y_j} (section
 * "Stream-Level Interaction Aggregation"). Heads are consecutive chunks.
 */
public final class InteractionAggregation extends Layer {
  /**
   * Configuration of the component.
   *
   * @param x_dim width of the first stream, a multiple of num_heads
   * @param y_dim width of the second stream, a multiple of num_heads
   * @param output_dim number of outputs
   * @param num_heads number of heads
   */
  public record Config(
      int x_dim, int y_dim, @Default("1") int output_dim, @Default("1") int num_heads) {
    /** Checks that the heads divide the streams. */
    public Config {
      if (x_dim < 1 || y_dim < 1 || output_dim < 1) {
        throw new IllegalArgumentException(
            "x_dim, y_dim and output_dim must be at least 1, got %d, %d and %d"
                .formatted(x_dim, y_dim, output_dim));
      }
      if (num_heads < 1 || x_dim % num_heads != 0 || y_dim % num_heads != 0) {
        throw new IllegalArgumentException(
            "num_heads must divide both streams, got %d heads for widths %d and %d"
                .formatted(num_heads, x_dim, y_dim));
      }
    }
  }

  private final Config config;
  private final Linear first;
  private final Linear second;
  private final Tensor bilinear;

  /** A fusion. */
  public InteractionAggregation(Config config, Rng rng) {
    this.config = config;
    first = child("w_x", Tower.linear(config.x_dim(), config.output_dim(), true, rng));
    second = child("w_y", Tower.linear(config.y_dim(), config.output_dim(), true, rng));
    long rows = (long) config.x_dim() * config.y_dim() / config.num_heads();
    bilinear =
        parameter("w_xy", Init.xavierNormal(Tensor.empty(rows, config.output_dim()), 1, rng));
  }

  /** [B, x_dim] and [B, y_dim] to [B, output_dim]. */
  public Tensor forward(Tensor x, Tensor y) {
    int heads = config.num_heads();
    int wide = config.x_dim() / heads;
    int high = config.y_dim() / heads;
    Tensor weight = bilinear.reshape(heads, wide, (long) config.output_dim() * high);
    Tensor left =
        Tensor.einsum("bkh,khm->bkm", x.reshape(-1, heads, wide), weight)
            .reshape(-1, heads, config.output_dim(), high);
    Tensor product = Tensor.einsum("bkoy,bky->bo", left, y.reshape(-1, heads, high));
    return first.forward(x).add(second.forward(y)).add(product);
  }
}
