package dev.melange.papers.seminmf;

import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;

/**
 * A concept, described by which tokens follow it.
 *
 * @param concept how probable each token is after the concept, float64 [V]; none is 0
 * @param marginal how probable it is anywhere, float64 [V]; none is 0
 */
public record NextTokens(Tensor concept, Tensor marginal) {
  /**
   * How much a prediction leans to the concept: the mean over rows of {@code sum_c p(c)
   * log(concept(c) / marginal(c))}, in nats.
   *
   * @param probabilities p, [..., V]
   */
  public double lift(Tensor probabilities) {
    try (Scope scope = Scope.open()) {
      return probabilities.to(DType.F64).mul(logRatio()).sum(-1).mean().item();
    }
  }

  /** The {@link #lift} of the concept's own distribution: its divergence from the marginal. */
  public double information() {
    return lift(concept);
  }

  private Tensor logRatio() {
    return concept.div(marginal).log();
  }
}
