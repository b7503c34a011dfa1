package dev.melange.papers.stripmlp;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Tensor;

/**
 * Global response normalisation of [B, H, W, K]: each feature is scaled by its norm over the
 * positions, relative to the mean norm of all features, {@code y = gamma x N + beta + x}. It begins
 * as the identity.
 */
final class GlobalResponseNorm extends UnaryLayer {
  private static final double EPS = 1e-6;

  private final Tensor gamma; // [1, 1, 1, K]
  private final Tensor beta; // [1, 1, 1, K]

  GlobalResponseNorm(long features) {
    gamma = parameter("gamma", Tensor.zeros(1, 1, 1, features));
    beta = parameter("beta", Tensor.zeros(1, 1, 1, features));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor norms = x.normKeep(2, 1, 2); // [B, 1, 1, K]
    Tensor relative = norms.div(norms.meanKeep(3).add(EPS));
    return beta.addcmul(x, gamma.mul(relative).add(1), 1);
  }
}
