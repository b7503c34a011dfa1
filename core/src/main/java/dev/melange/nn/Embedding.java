package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** A table of vectors looked up by number: int64 [...] to [..., dim]. */
public final class Embedding extends UnaryLayer {
  private final long padding;
  private final Tensor weight; // [rows, dim]

  /** Rows drawn from N(0, 1). */
  public Embedding(long rows, long dim, Rng rng) {
    this(rows, dim, -1, rng);
  }

  /** Rows drawn from N(0, 1); the row {@code padding} (if not -1) is zero and gets no gradient. */
  public Embedding(long rows, long dim, long padding, Rng rng) {
    this.padding = padding;
    weight = parameter("weight", Init.normal(Tensor.empty(rows, dim), 0, 1, rng));
    if (padding >= 0) {
      Init.constant(weight.detach().select(0, padding), 0);
    }
  }

  /** The table, [rows, dim]. */
  public Tensor weight() {
    return weight;
  }

  @Override
  public Tensor forward(Tensor index) {
    return Nn.embedding(weight, index, padding);
  }
}
