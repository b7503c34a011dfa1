package dev.melange.papers.adversarialautomixup;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** AdAutoMix (Adversarial AutoMixup, 2023) with AutoMix's block. */
public final class AdAutoMixPaper implements Paper {
  @Override
  public String key() {
    return "adversarial-automixup";
  }

  @Override
  public List<Component> components() {
    return List.of(
        Component.of(
            "mixup/adautomix-mask",
            AdaptiveMask.Config.class,
            (config, rng) -> new MixBlockHolder<>(new AdaptiveMask(config, rng)),
            (holder, in) -> Map.of("mask", holder.block().forward(features(in), in.get("lam")))),
        Component.of(
            "mixup/automix-block",
            AutoMixBlock.Config.class,
            (config, rng) -> new MixBlockHolder<>(new AutoMixBlock(config, rng)),
            (holder, in) -> mix(holder.block(), in)),
        Component.of(
            "mixup/adautomix-step", AdAutoMix.Config.class, AdAutoMix::new, AdAutoMixPaper::step),
        Component.function("optim/ema-schedule", EmaSchedule.class, AdAutoMixPaper::average));
  }

  @Override
  public Study study() {
    return new AdAutoMixStudy();
  }

  private static List<Tensor> features(Inputs in) {
    List<Tensor> features = new ArrayList<>();
    while (in.has("feature_" + features.size())) {
      features.add(in.get("feature_" + features.size()));
    }
    return features;
  }

  private static Map<String, Tensor> mix(AutoMixBlock block, Inputs in) {
    AutoMixBlock.Mix mix = block.forward(in.get("feature"), in.get("index"), in.get("lam"));
    return Map.of("mask", mix.mask(), "mask_loss", mix.loss(), "attention", mix.attention());
  }

  private static Map<String, Tensor> step(AdAutoMix model, Inputs in) {
    AdAutoMixDraws draws =
        new AdAutoMixDraws(in.get("lam"), in.get("index_mb"), in.get("index_bb"));
    AdAutoMix.Losses losses =
        model.losses(in.get("image"), in.get("labels"), draws, model.config().adversarial());
    return new Outputs()
        .put("loss", losses.total())
        .put("loss_one_q", losses.clean())
        .put("loss_mix_q", losses.mixed())
        .put("loss_mix_k", losses.teacher())
        .put("cosine", losses.cosine())
        .put("img_mix_mb", losses.generatorImage())
        .put("img_mix_bb", losses.classifierImage())
        .map();
  }

  private static Map<String, Tensor> average(EmaSchedule schedule, Inputs in) {
    double[] momentum =
        Arrays.stream(in.get("iter").toLongs()).mapToDouble(schedule::momentum).toArray();
    Tensor average = in.get("param_ema");
    for (double share : momentum) {
      average = average.mul(share).add(in.get("param").mul(1 - share));
    }
    Tensor shares = Tensor.of(momentum, momentum.length).to(DType.F64);
    return Map.of("momentum", shares, "param_ema", average);
  }
}
