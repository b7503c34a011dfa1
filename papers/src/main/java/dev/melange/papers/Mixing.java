package dev.melange.papers;

import dev.melange.mix.MixLoss;
import dev.melange.mix.MixLosses;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.papers.decoupledmixup.DecoupledMixup;
import dev.melange.papers.decoupledmixup.DecoupledMixupConfig;

/**
 * How an image classifier is trained on mixed images: the policy and the loss.
 *
 * @param name in the notation of {@link #parse}
 * @param policy mixes each batch
 * @param loss of the mixed batch
 */
public record Mixing(String name, MixPolicy policy, MixLoss loss) {
  private static final String DECOUPLED = "decoupled";
  private static final double ETA = 0.1;

  /**
   * Reads a mixing from text: policies as {@link MixPolicies#parse} reads them, with the mixed
   * cross entropy; or {@code decoupled-} and policies, with decoupled mixup of weight 0.1. {@code
   * decoupled} alone is {@code decoupled-cutmix}.
   *
   * @throws IllegalArgumentException for unknown names (with a suggestion) or wrong numbers
   */
  public static Mixing parse(String text) {
    return parse(text, ETA);
  }

  /** As {@link #parse(String)}, with a given weight of the decoupled terms. */
  public static Mixing parse(String text, double eta) {
    if (!text.equals(DECOUPLED) && !text.startsWith(DECOUPLED + "-")) {
      MixPolicy policy = MixPolicies.parse(text);
      return new Mixing(policy.name(), policy, MixLosses.CROSS_ENTROPY);
    }
    MixPolicy policy =
        MixPolicies.parse(
            text.equals(DECOUPLED) ? "cutmix" : text.substring(DECOUPLED.length() + 1));
    return new Mixing(
        DECOUPLED + "-" + policy.name(),
        policy,
        DecoupledMixup.of(DecoupledMixupConfig.paper(eta)));
  }
}
