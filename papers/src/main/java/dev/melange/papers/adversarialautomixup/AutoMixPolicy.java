package dev.melange.papers.adversarialautomixup;

import dev.melange.component.OneOf;
import dev.melange.mix.LearnedMixPolicy;
import dev.melange.mix.MixNotation;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.MixSetup;

/**
 * AutoMix as a policy for any image model: two images are mixed by a mask of a generator that helps
 * the teacher to recognise both.
 *
 * @param alpha weights are drawn from Beta(alpha, alpha); above 0
 * @param switch_off as for {@link AdAutoMixPolicy}
 * @param lam_margin weights closer than this to 0 or 1 mix linearly for the classifier
 * @param reduction by which queries and keys are narrower than the features
 * @param lam_concat whether the generator's features get a channel with the image's weight
 * @param upsampling how masks are enlarged
 * @param mask_loss what the mask's mean or variance is held to
 * @param mask_margin what is not punished of it
 * @param mask_weight of it in the generator's objective
 * @param momentum share of its weights that the teacher keeps at first; 0 for {@code 1 - 10 /
 *     steps}, at most the paper's 0.999
 * @param momentum_end the share at last
 */
public record AutoMixPolicy(
    double alpha,
    double switch_off,
    double lam_margin,
    int reduction,
    boolean lam_concat,
    @OneOf({"nearest", "bilinear", "bicubic", "None"}) String upsampling,
    @OneOf({"L1", "Sparsity", "L1+Variance", "L2+Variance"}) String mask_loss,
    double mask_margin,
    double mask_weight,
    double momentum,
    double momentum_end)
    implements LearnedMixPolicy {
  /** As for CIFAR-100. */
  public static final AutoMixPolicy USUAL =
      new AutoMixPolicy(2, 0, 0.08, 2, true, "nearest", "L1", 0.1, 0.1, 0, 0.999999);

  /** Checks the ranges. */
  public AutoMixPolicy {
    LearnedOptions.requireAlpha("automix", alpha);
    LearnedOptions.requireShare("automix: switch_off", switch_off);
    LearnedOptions.requireShare("automix: lam_margin", lam_margin);
    LearnedOptions.requireShare("automix: momentum", momentum);
    LearnedOptions.requireShare("automix: momentum_end", momentum_end);
    if (!(mask_weight >= 0)) {
      throw new IllegalArgumentException("automix: mask_weight is 0 or more, got " + mask_weight);
    }
  }

  @Override
  public String name() {
    return MixNotation.describe("automix", this, USUAL);
  }

  @Override
  public MixPolicy bind(MixSetup setup) {
    return new MaskLearner(
        setup,
        new LearnedOptions(
            name(),
            alpha,
            2,
            false,
            switch_off,
            false,
            momentum,
            momentum_end,
            new MixingStep.Weights(lam_margin, 0, 0, 1, 1, 1, mask_weight, 1, false)),
        (width, scale, rng) ->
            new AutoMixBlock(
                new AutoMixBlock.Config(
                    width,
                    reduction,
                    true,
                    upsampling,
                    scale,
                    lam_concat,
                    false,
                    0,
                    -1,
                    false,
                    false,
                    false,
                    false,
                    false,
                    mask_loss,
                    mask_margin),
                rng),
        generator -> new BlockMasks((AutoMixBlock) generator));
  }
}
