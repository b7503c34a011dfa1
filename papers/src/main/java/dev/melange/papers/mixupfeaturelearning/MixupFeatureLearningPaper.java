package dev.melange.papers.mixupfeaturelearning;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The Benefits of Mixup for Feature Learning (Zou, Cao, Li and Gu, ICML 2023). */
public final class MixupFeatureLearningPaper implements Paper {
  @Override
  public String key() {
    return "mixup-feature-learning";
  }

  @Override
  public List<Component> components() {
    return List.of(
        Component.function(
            "data/feature-noise", FeatureNoise.Config.class, MixupFeatureLearningPaper::data),
        Component.of(
            "vision/quadratic-cnn",
            QuadraticCnn.Config.class,
            QuadraticCnn::new,
            (model, in) -> Map.of("logits", model.forward(in.get("patches")))),
        Component.sizedByWeights(
            "loss/feature-mixup",
            FeatureMixup.Config.class,
            (config, weights, rng) -> network(weights, rng),
            (config, model, in) ->
                Map.of(
                    "loss",
                    FeatureMixup.loss(
                        config,
                        model.weight(),
                        in.get("patches"),
                        in.get("labels"),
                        in.optional("index")))),
        Component.sizedByWeights(
            "optim/feature-learning-gd",
            FeatureLearning.Config.class,
            (config, weights, rng) -> network(weights, rng),
            MixupFeatureLearningPaper::train),
        Component.function(
            "mixup/asymmetric", AsymmetricMixup.Config.class, MixupFeatureLearningPaper::mix));
  }

  @Override
  public Study study() {
    return new FeatureLearningStudy();
  }

  private static Map<String, Tensor> data(FeatureNoise.Config config, Inputs in) {
    var choices =
        new FeatureNoise.Choices(
            in.get("labels"),
            in.get("rare"),
            in.get("feature_patch"),
            in.get("noise_patch"),
            in.get("noise_side"));
    return Map.of(
        "patches", FeatureNoise.patches(config, choices, in.get("noise"), in.get("features")));
  }

  private static QuadraticCnn network(Map<String, Tensor> weights, Rng rng) {
    Tensor w = weights.get("w");
    if (w == null || w.dim() != 3) {
      throw new IllegalArgumentException(
          "expected the filters as weight w [K, m, d], got "
              + (w == null ? "weights " + weights.keySet() : Arrays.toString(w.shape())));
    }
    return new QuadraticCnn(
        new QuadraticCnn.Config((int) w.size(0), (int) w.size(1), (int) w.size(2)), rng);
  }

  private static Map<String, Tensor> train(
      FeatureLearning.Config config, QuadraticCnn model, Inputs in) {
    FeatureLearning.Result result =
        FeatureLearning.train(
            config, model.weight(), in.get("patches"), in.get("labels"), in.get("features"));
    return new Outputs()
        .put("w", result.w())
        .put("loss", result.loss())
        .put("strength", result.strength())
        .put("logits", result.logits())
        .map();
  }

  private static Map<String, Tensor> mix(AsymmetricMixup.Config config, Inputs in) {
    AsymmetricMixup.Result result =
        AsymmetricMixup.mix(
            config,
            in.get("image"),
            in.get("labels"),
            in.get("index"),
            in.get("lam_x"),
            in.get("lam_y"));
    return new Outputs()
        .put("image", result.image())
        .put("target", result.target())
        .put("lam_y", result.lamY())
        .map();
  }
}
