package dev.melange.papers.adamixup;

import dev.melange.mix.LearnedMixPolicy;
import dev.melange.mix.MixNotation;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.MixSetup;

/**
 * AdaMixUp as a policy for any image model: a generator, a network of the classifier's
 * architecture, learns from which interval the weights of a tuple of images are drawn. Half of each
 * batch is mixed; the other half only shows the discriminator what real images are. In long
 * trainings expect narrow intervals around one half (see {@link PolicyGenerator}).
 *
 * @param fold images in a mixture, 2 or more
 * @param intrusion weight of the loss by which mixtures are kept away from real images; 0 leaves it
 *     out
 * @param label_grad whether the gradient reaches the generator through the mixed targets, too
 * @param gate_hidden width of the generator's last hidden layer
 */
public record AdaMixUpPolicy(int fold, double intrusion, boolean label_grad, int gate_hidden)
    implements LearnedMixPolicy {
  /** As published. */
  public static final AdaMixUpPolicy USUAL = new AdaMixUpPolicy(2, 1, false, 100);

  /** Checks the ranges. */
  public AdaMixUpPolicy {
    if (fold < 2 || gate_hidden < 1 || !(intrusion >= 0 && Double.isFinite(intrusion))) {
      throw new IllegalArgumentException(
          "adamixup expects a fold of 2 or more, gate_hidden of 1 or more and intrusion of 0 or more, got %d, %d and %s"
              .formatted(fold, gate_hidden, intrusion));
    }
  }

  @Override
  public String name() {
    return MixNotation.describe("adamixup", this, USUAL);
  }

  @Override
  public MixPolicy bind(MixSetup setup) {
    return new RegionLearner(setup, this);
  }
}
