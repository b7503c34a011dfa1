package dev.melange.papers.adversarialautomixup;

import dev.melange.component.OneOf;
import dev.melange.mix.LearnedMixPolicy;
import dev.melange.mix.MixNotation;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.MixSetup;

/**
 * AdAutoMix as a policy for any image model: two or three images are mixed by masks of a generator
 * that works against a teacher in every other step.
 *
 * @param alpha weights are drawn from Beta(alpha, alpha); above 0
 * @param samples images in a mixture, 2 or 3
 * @param is_random whether the number of images is drawn for each step, from 2 to {@code samples}
 * @param switch_off 0, or: the generator rests in a step with probability {@code 1 - switch_off *
 *     c}, where c falls from 1 to 0 in half a cosine over the training
 * @param beta part of the cross entropy in the generator's adversarial objective
 * @param lam_margin weights closer than this to 0 or 1 mix linearly for the classifier
 * @param mixup_ratio of three images: part of the linear mixture in the clean loss
 * @param cosine_sign 1 lowers the similarity to the clean images' logits in adversarial steps, as
 *     the official code does; -1 raises it
 * @param reduction by which the generator's queries and keys are narrower than the features
 * @param lam_concat whether the generator's features get a channel with the image's weight
 * @param upsampling how masks are enlarged
 * @param momentum share of its weights that the teacher keeps at first; 0 for {@code 1 - 10 /
 *     steps}, at most the paper's 0.999
 * @param momentum_end the share at last
 */
public record AdAutoMixPolicy(
    double alpha,
    int samples,
    boolean is_random,
    double switch_off,
    double beta,
    double lam_margin,
    double mixup_ratio,
    int cosine_sign,
    int reduction,
    boolean lam_concat,
    @OneOf({"nearest", "bilinear", "bicubic", "None"}) String upsampling,
    double momentum,
    double momentum_end)
    implements LearnedMixPolicy {
  /** As for CIFAR-100. */
  public static final AdAutoMixPolicy USUAL =
      new AdAutoMixPolicy(1, 3, false, 0, 0.3, 0.03, 0.5, 1, 2, false, "bilinear", 0, 0.999999);

  /** Checks the ranges. */
  public AdAutoMixPolicy {
    LearnedOptions.requireAlpha("adautomix", alpha);
    if (samples != 2 && samples != 3) {
      throw new IllegalArgumentException("adautomix mixes 2 or 3 samples, got " + samples);
    }
    if (cosine_sign != 1 && cosine_sign != -1) {
      throw new IllegalArgumentException("adautomix: cosine_sign is 1 or -1, got " + cosine_sign);
    }
    LearnedOptions.requireShare("adautomix: switch_off", switch_off);
    LearnedOptions.requireShare("adautomix: beta", beta);
    LearnedOptions.requireShare("adautomix: lam_margin", lam_margin);
    LearnedOptions.requireShare("adautomix: mixup_ratio", mixup_ratio);
    LearnedOptions.requireShare("adautomix: momentum", momentum);
    LearnedOptions.requireShare("adautomix: momentum_end", momentum_end);
  }

  @Override
  public String name() {
    return MixNotation.describe("adautomix", this, USUAL);
  }

  @Override
  public MixPolicy bind(MixSetup setup) {
    return new MaskLearner(
        setup,
        new LearnedOptions(
            name(),
            alpha,
            samples,
            is_random,
            switch_off,
            true,
            momentum,
            momentum_end,
            new MixingStep.Weights(lam_margin, mixup_ratio, beta, 1, 1, 1, 0, cosine_sign, true)),
        (width, scale, rng) ->
            new AdaptiveMask(
                new AdaptiveMask.Config(
                    width, reduction, lam_concat, true, upsampling, scale, false),
                rng),
        generator -> new AdaptiveMasks((AdaptiveMask) generator));
  }
}
