package dev.melange.papers.seminmf;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.papers.Paper;
import dev.melange.papers.gpt.Gpt;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Semi-nonnegative matrix factorisation of MLP activations (2025). */
public final class SemiNmfPaper implements Paper {
  /** No settings. */
  public record NoConfig() {}

  private static final class SteeredGpt extends Gpt {
    private final SteeringConfig config;

    SteeredGpt(SteeringConfig config, Rng rng) {
      super(config.model(), rng);
      this.config = config;
    }
  }

  /** The method. */
  public SemiNmfPaper() {}

  @Override
  public String key() {
    return "semi-nmf";
  }

  @Override
  public List<Component> components() {
    return List.of(
        Component.function("interpret/semi-nmf", SemiNmf.Config.class, SemiNmfPaper::fit),
        Component.function(
            "interpret/semi-nmf-init", SemiNmfStart.Config.class, SemiNmfPaper::start),
        Component.function(
            "interpret/hierarchical-snmf", HierarchicalSnmf.Config.class, SemiNmfPaper::hierarchy),
        Component.function("interpret/concept-score", NoConfig.class, SemiNmfPaper::similarities),
        Component.function("interpret/concept-detection", NoConfig.class, SemiNmfPaper::detect),
        Component.function(
            "interpret/diff-mean",
            NoConfig.class,
            (config, in) ->
                Map.of("direction", DiffMean.direction(in.get("positive"), in.get("negative")))),
        Component.of(
            "interpret/steer", SteeringConfig.class, SteeredGpt::new, SemiNmfPaper::steer));
  }

  @Override
  public Study study() {
    return new SemiNmfStudy();
  }

  private static Map<String, Tensor> fit(SemiNmf.Config config, Inputs in) {
    SemiNmf.Fit fit = SemiNmf.fit(config, in.get("A"), new Factors(in.get("F0"), in.get("G0")));
    return factors(fit.factors())
        .put("loss", fit.loss())
        .put("best_iteration", (long) fit.bestIteration())
        .map();
  }

  private static Map<String, Tensor> start(SemiNmfStart.Config config, Inputs in) {
    Tensor a = in.get("A");
    Factors start =
        config.method().equals("svd")
            ? SemiNmfStart.svd(a, config.rank(), config.eps(), in.optional("reference_u"))
            : SemiNmfStart.kMeans(
                a,
                config.rank(),
                config.n_iter(),
                config.eps(),
                in.get("permutation"),
                Rng.bound());
    return factors(start).map();
  }

  private static Outputs factors(Factors factors) {
    return new Outputs().put("F", factors.features()).put("G", factors.coefficients());
  }

  private static Map<String, Tensor> hierarchy(HierarchicalSnmf.Config config, Inputs in) {
    Tensor x = in.get("A");
    List<Factors> starts = new ArrayList<>();
    for (int i = 1; i <= config.ranks().size(); i++) {
      starts.add(new Factors(in.get("F0." + i), in.get("G0." + i)));
    }
    HierarchicalSnmf.Levels levels = HierarchicalSnmf.fit(config, x, starts);
    HierarchicalSnmf.Levels tuned = HierarchicalSnmf.tune(config, x, levels);
    Outputs outputs = new Outputs();
    for (int i = 0; i < starts.size(); i++) {
      outputs
          .put("pretrained_W." + (i + 1), levels.weights().get(i))
          .put("pretrained_H." + (i + 1), levels.features().get(i))
          .put("W." + (i + 1), tuned.weights().get(i));
    }
    return outputs
        .put("H", tuned.features().get(0))
        .put("reconstruction", tuned.reconstruct())
        .map();
  }

  private static Map<String, Tensor> similarities(NoConfig config, Inputs in) {
    Outputs outputs = new Outputs();
    for (Similarity similarity : Similarity.values()) {
      for (Similarity.Scaling scaling : Similarity.Scaling.values()) {
        String name = similarity + "." + scaling;
        outputs.put(
            name.toLowerCase(Locale.ROOT), similarity.of(in.get("a"), in.get("b"), scaling));
      }
    }
    return outputs.map();
  }

  private static Map<String, Tensor> detect(NoConfig config, Inputs in) {
    Tensor direction = in.get("direction");
    Tensor activating =
        ConceptDetection.scores(direction, in.get("activating"), in.get("activating_mask"));
    Tensor neutral = ConceptDetection.scores(direction, in.get("neutral"), in.get("neutral_mask"));
    return new Outputs()
        .put("activating_scores", activating)
        .put("neutral_scores", neutral)
        .put("log_ratio", ConceptDetection.logRatio(activating, neutral))
        .map();
  }

  private static Map<String, Tensor> steer(SteeredGpt model, Inputs in) {
    SteeringConfig config = model.config;
    Tensor ids = in.get("input_ids");
    Steering steering =
        new Steering(
            config.layer(),
            config.location(),
            in.get("direction"),
            config.alpha(),
            config.replace());
    Tensor base = Steering.next(model, ids);
    Tensor logits = model.forward(ids, steering.hooks());
    Tensor steered = logits.get(0).get(ids.size(1) - 1);
    double[] alphas =
        config.target_kls().stream()
            .mapToDouble(
                target -> steering.alphaFor(model, ids, AlphaSearch.PAPER, target).orElse(-1))
            .toArray();
    return new Outputs()
        .put("logits", logits)
        .put("kl", Steering.divergence(base, steered))
        .put("logit_shift", steered.sub(base))
        .put("alphas", alphas)
        .map();
  }
}
