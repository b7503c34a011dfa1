package dev.melange.papers.adversarialautomixup;

import dev.melange.train.TrainingProgress;

/**
 * How a generator of masks is trained.
 *
 * @param name of the policy
 * @param alpha of the Beta distribution of the weights
 * @param samples images in a mixture
 * @param random whether their number is drawn from 2 to {@code samples}
 * @param switchOff 0, or what makes the generator rest more and more often
 * @param adversarial whether every other step is against the teacher
 * @param momentum of the teacher at first; 0 for one that suits the number of steps
 * @param momentumEnd of the teacher at last
 * @param weights of the objective
 */
record LearnedOptions(
    String name,
    double alpha,
    int samples,
    boolean random,
    double switchOff,
    boolean adversarial,
    double momentum,
    double momentumEnd,
    MixingStep.Weights weights) {
  private static final double MOMENTUM = 0.999;
  private static final double FOLLOWED_STEPS = 10;

  static void requireAlpha(String policy, double alpha) {
    if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(policy + " expects an alpha above 0, got " + alpha);
    }
  }

  static void requireShare(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("%s lies in [0, 1], got %s".formatted(what, value));
    }
  }

  /** The share that the teacher keeps in a step. */
  double momentum(TrainingProgress progress) {
    double base =
        momentum > 0
            ? momentum
            : Math.min(MOMENTUM, Math.max(0, 1 - FOLLOWED_STEPS / (double) progress.steps()));
    int steps = (int) Math.min(Integer.MAX_VALUE, progress.steps());
    return new EmaSchedule(
            base, Math.max(base, momentumEnd), new double[] {0.1, 1}, "constant", steps)
        .momentum(progress.step());
  }
}
