package dev.melange.papers.seminmf;

import dev.melange.tensor.Tensor;

/**
 * How well steering brings a concept out without spoiling the text: measures that need no judge.
 * The paper rates both with a language model, on the same scale from 0 to 2.
 *
 * @param concept presence of the concept, 0 to 2
 * @param fluency of the steered text, 0 to 2
 */
public record SteeringScore(double concept, double fluency) {
  private static final double MOST = 2;

  /** Checks the ranges. */
  public SteeringScore {
    if (!(concept >= 0 && concept <= MOST && fluency >= 0 && fluency <= MOST)) {
      throw new IllegalArgumentException(
          "scores lie in [0, 2], got concept %s and fluency %s".formatted(concept, fluency));
    }
  }

  /**
   * Scores a steered model.
   *
   * @param tokens the concept
   * @param steered its predictions, probabilities [..., V]
   * @param steeredLoss the unsteered model's cross entropy, in nats per token, on text generated
   *     with steering
   * @param unsteeredLoss the same on text generated without
   */
  public static SteeringScore of(
      NextTokens tokens, Tensor steered, double steeredLoss, double unsteeredLoss) {
    return new SteeringScore(
        presence(tokens.lift(steered), tokens.information()), fluency(steeredLoss, unsteeredLoss));
  }

  /** {@code 2 clip(lift / information, 0, 1)}; 0 for a concept that says nothing. */
  static double presence(double lift, double information) {
    return information > 0 ? MOST * Math.min(1, Math.max(0, lift / information)) : 0;
  }

  /** {@code 2 exp(-max(0, steered - unsteered))}. */
  static double fluency(double steeredLoss, double unsteeredLoss) {
    return MOST * Math.exp(-Math.max(0, steeredLoss - unsteeredLoss));
  }

  /** The harmonic mean of both; 0 if either is 0. */
  public double harmonicMean() {
    return concept == 0 || fluency == 0 ? 0 : 2 * concept * fluency / (concept + fluency);
  }
}
