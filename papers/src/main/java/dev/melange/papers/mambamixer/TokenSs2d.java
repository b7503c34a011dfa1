package dev.melange.papers.mambamixer;

import dev.melange.nn.TokenGrid;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** An {@link Ss2d} for tokens that lie row by row: [B, N, C] to [B, N, C]. */
final class TokenSs2d extends Ss2d {
  private final TokenGrid grid;

  TokenSs2d(Config config, TokenGrid grid, Rng rng) {
    super(config, rng);
    this.grid = grid;
  }

  @Override
  public Tensor forward(Tensor x) {
    return super.forward(image(x)).flatten(1, 2);
  }

  @Override
  public Tensor stepMaps(Tensor x) {
    return super.stepMaps(image(x));
  }

  private Tensor image(Tensor tokens) {
    return tokens.unflatten(1, grid.rows(), grid.columns());
  }
}
