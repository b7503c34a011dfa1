package dev.melange.papers.raftmlp;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.mix.Box;
import dev.melange.nn.TokenMixer;
import dev.melange.nn.UnaryLayer;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.raftmlp.RaftMlpConfig.Level;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** RaftMLP (Tatsunami and Taki, 2021): its networks and its way of mixing training images. */
public final class RaftMlpPaper implements Paper {
  /**
   * Configuration of {@code mixup/cut-mixup}.
   *
   * @param mixup whether images are mixed; otherwise its inputs are ignored
   * @param cutmix whether boxes are pasted; otherwise its inputs are ignored
   * @param label_smoothing share of the targets that is spread over all classes
   */
  public record CutMixupConfig(boolean mixup, boolean cutmix, double label_smoothing) {}

  private static final Component CLASSIFIER =
      Component.of("vision/raft-mlp", RaftMlpConfig.class, RaftMlp::new, RaftMlpPaper::outputs)
          .withExample(
              RaftMlpConfig.class,
              config ->
                  Map.of(
                      "x",
                      Tensor.zeros(
                          1,
                          config.in_channels(),
                          config.pretrained_image_size(),
                          config.pretrained_image_size())));

  private static final Component CUT_MIXUP =
      Component.function("mixup/cut-mixup", CutMixupConfig.class, RaftMlpPaper::cutMixup);

  @Override
  public String key() {
    return "raft-mlp";
  }

  @Override
  public List<Component> components() {
    return List.of(CLASSIFIER, CUT_MIXUP);
  }

  @Override
  public List<Model> models() {
    return List.of(
        pyramid("raftmlp_s", "emb_cross_mlp", "2.09 G", "76.1 %", 64, 128, 256, 512),
        pyramid("raftmlp_m", "emb_cross_mlp", "4.27 G", "78.8 %", 96, 192, 384, 768),
        pyramid("raftmlp_l", "emb_cross_mlp", "6.54 G", "79.4 %", 128, 192, 512, 1024),
        pyramid("raftmlp_hierarchy_m", "emb_mixer", "3.75 G", null, 96, 192, 384, 768),
        columns("raftmlp_b16_r1", "ser_pm", "11.42 G", Level.of(12, 768, 16, 1)),
        columns("raftmlp_b16_r2", "ser_pm", "11.62 G", Level.of(12, 768, 16, 2)),
        columns("raftmlp_b16_r4", "ser_pm", "12.02 G", Level.of(12, 768, 16, 4)),
        columns("raftmlp_org_mixer_b16", "original_tm", "12.63 G", Level.of(12, 768, 16, null)),
        columns("raftmlp_deep_36", "ser_pm", null, Level.of(36, 384, 16, 2)));
  }

  /** The four levels of the published networks. */
  static List<Level> levels(int... dims) {
    return List.of(
        new Level(2, dims[0], 4, 2, List.of(4, 8)),
        new Level(2, dims[1], 2, 2, List.of(2, 4)),
        new Level(6, dims[2], 2, 2, List.of(2, 4)),
        new Level(2, dims[3], 2, 2, List.of(2)));
  }

  private static Model pyramid(
      String name, String embedding, String macs, String accuracy, int... dims) {
    return model(name, config(levels(dims), "ser_pm", embedding), macs, accuracy);
  }

  /** One level. */
  private static Model columns(String name, String mixing, String macs, Level level) {
    return model(name, config(List.of(level), mixing, "emb_mixer"), macs, null);
  }

  private static RaftMlpConfig config(List<Level> levels, String mixing, String embedding) {
    return new RaftMlpConfig(levels, 3, 224, 1000, 2, 4, 0, 0, mixing, embedding, false, false);
  }

  private static Model model(String name, RaftMlpConfig config, String macs, String accuracy) {
    Map<String, String> facts = new LinkedHashMap<>();
    if (macs != null) {
      facts.put("MACs at 224", macs);
    }
    if (accuracy != null) {
      facts.put("ImageNet top-1", accuracy);
    }
    facts.put("drop path in training", "0.1");
    return new Model(name, CLASSIFIER, config, facts);
  }

  private static Map<String, Tensor> outputs(RaftMlp model, Inputs in) {
    if (!model.config().features()) {
      return Map.of("logits", model.forward(in.get("x")));
    }
    Outputs outputs = new Outputs();
    List<Tensor> maps = model.forwardPyramid(in.get("x"));
    for (int i = 0; i < maps.size(); i++) {
      outputs.put("feat" + i, maps.get(i));
    }
    return outputs.map();
  }

  private static Map<String, Tensor> cutMixup(CutMixupConfig config, Inputs in) {
    Tensor x = in.get("x");
    Tensor logits = in.get("logits");
    CutMixup.Draws draws =
        new CutMixup.Draws(
            config.mixup(),
            config.cutmix(),
            config.mixup() ? in.get("mixup_index") : null,
            config.cutmix() ? in.get("cutmix_index") : null,
            config.mixup() ? in.get("mixup_lambda").reshape() : null,
            config.cutmix() ? in.get("cutmix_lambda").reshape() : null,
            config.cutmix() ? box(in.get("box", 4).toInts()) : null);
    Tensor targets = CutMixup.targets(in.get("y"), draws, (int) logits.size(1), logits.dtype());
    return new Outputs()
        .put("x_mixed", CutMixup.images(x, draws))
        .put("targets", targets)
        .put("loss", CutMixup.loss(logits, targets, config.label_smoothing()).reshape(1))
        .map();
  }

  private static Box box(int[] edges) {
    return new Box(edges[0], edges[1], edges[2], edges[3]);
  }

  @Override
  public List<Model> miniModels() {
    List<Level> levels =
        List.of(new Level(1, 32, 4, 2, List.of(4, 8)), new Level(3, 64, 2, 2, List.of(2, 4)));
    return List.of(
        Model.of(
            "raftmlp_mini",
            CLASSIFIER,
            new RaftMlpConfig(
                levels, 3, 32, 10, 2, 4, 0, 0, "ser_pm", "emb_cross_mlp", false, false)));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    return List.of(
        TokenMixer.of(
                "raft",
                "vertical, then horizontal MLPs over rafts of 4 channels, minus the input",
                (channels, height, width, rng) ->
                    new RaftBranch(new RaftMixer(channels, 4, height, 2, rng)))
            .permitting(TokenMixer.Shapes.ANY.channelsMultipleOf(4).squareOnly()));
  }

  /** A mixer without its outermost residual path, for backbones that have one of their own. */
  private static final class RaftBranch extends UnaryLayer {
    private final RaftMixer mixer;

    RaftBranch(RaftMixer mixer) {
      this.mixer = child("raft", mixer);
    }

    @Override
    public Tensor forward(Tensor x) {
      return mixer.forward(x).sub(x);
    }
  }

  @Override
  public Study study() {
    return new RaftMlpStudy();
  }
}
