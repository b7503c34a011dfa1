package dev.melange.mix;

import dev.melange.component.Default;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Mixup with a share of its own for the labels (Zou et al., 2023, "The Benefits of Mixup for
 * Feature Learning"). {@code lam_y=1} mixes images only, {@code lam_x=1} labels only.
 *
 * @param alpha shares that are not given are drawn from Beta(alpha, alpha), one for the images and
 *     another for the labels; above 0
 * @param lam_x the image's share, 0 to 1; null to draw it
 * @param lam_y its label's share, 0 to 1; null to draw it
 * @param same_side whether a drawn share of the label is reflected to 1 minus itself where it is on
 *     the other side of one half than the image's, so that both have the same majority
 */
public record AsymmetricMix(
    double alpha, @Default("null") Double lam_x, @Default("null") Double lam_y, boolean same_side)
    implements MixPolicy {
  /** Refuses what cannot be drawn or is no share. */
  public AsymmetricMix {
    MixPolicies.requireAlpha("asymmetric", alpha);
    requireShare("lam_x", lam_x);
    requireShare("lam_y", lam_y);
  }

  private static void requireShare(String key, Double share) {
    if (share != null && !(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "asymmetric expects a %s of 0 to 1, got %s".formatted(key, share));
    }
  }

  @Override
  public String name() {
    return MixPolicies.name("asymmetric", this);
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    double x = lam_x == null ? pairs.drawLam(alpha, rng) : lam_x;
    double y = lam_y == null ? drawLabelShare(x, rng) : lam_y;
    return pairs.mixed(pairs.partner().lerp(pairs.image(), x), y);
  }

  private double drawLabelShare(double x, Rng rng) {
    double y = rng.beta(alpha, alpha);
    return same_side && (x - 0.5) * (y - 0.5) < 0 ? 1 - y : y;
  }

  /**
   * Shares of labels, reflected where they are on the other side of one half than the images'.
   *
   * @param lamX shares of the images, a number or [N]
   * @param lamY shares of their labels, of the same shape
   */
  public static Tensor sameSide(Tensor lamX, Tensor lamY) {
    return Tensor.where(lamX.sub(0.5).mul(lamY.sub(0.5)).lt(0.0), lamY.rsub(1), lamY);
  }
}
