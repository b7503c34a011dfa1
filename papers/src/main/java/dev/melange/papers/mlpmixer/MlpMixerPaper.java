package dev.melange.papers.mlpmixer;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.nn.DropPath;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.Method;
import dev.melange.papers.Model;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * MLP-Mixer: An all-MLP Architecture for Vision (2021), ResMLP (2021) and gMLP (Pay Attention to
 * MLPs, 2021).
 */
public final class MlpMixerPaper implements Method {
  /**
   * Configuration of {@code layer/drop-path}.
   *
   * @param drop_prob the probability of dropping a sample's branch, in [0, 1)
   * @param scale_by_keep whether kept branches are divided by {@code 1 - drop_prob}
   */
  public record DropPathConfig(double drop_prob, @Default("true") boolean scale_by_keep) {}

  private static final Component MIXER =
      Component.of(
              "vision/mlp-mixer",
              MlpMixer.Config.class,
              MlpMixer::new,
              (model, in) -> {
                Tensor x = in.get("x");
                return model.config().output().equals("features")
                    ? Map.of("features", model.forwardFeatures(x))
                    : Map.of("logits", model.forward(x));
              })
          .withExample(
              MlpMixer.Config.class,
              config ->
                  Map.of(
                      "x",
                      Tensor.zeros(
                          1,
                          config.in_chans(),
                          config.img_size().height(),
                          config.img_size().width())));

  private static final Component DROP_PATH =
      Component.function(
          "layer/drop-path",
          DropPathConfig.class,
          (config, in) ->
              Map.of(
                  "y",
                  new DropPath(config.drop_prob(), config.scale_by_keep())
                      .apply(in.get("x"), in.get("mask"))));

  private static final Component LR_SCHEDULE =
      Component.function(
          "optim/lr-schedule",
          LrSchedule.class,
          (schedule, in) -> {
            long[] steps = in.get("step").toLongs();
            return Map.of(
                "lr", Tensor.of(Arrays.stream(steps).mapToDouble(schedule::at).toArray()));
          });

  /** The method. */
  public MlpMixerPaper() {}

  @Override
  public String key() {
    return "mlp-mixer";
  }

  @Override
  public List<Component> components() {
    return List.of(MIXER, DROP_PATH, LR_SCHEDULE);
  }

  @Override
  public List<Model> models() {
    return List.of(
        mixer("mixer_s32", 32, 8, 512),
        mixer("mixer_s16", 16, 8, 512),
        mixer("mixer_b32", 32, 12, 768),
        mixer("mixer_b16", 16, 12, 768),
        mixer("mixer_l32", 32, 24, 1024),
        mixer("mixer_l16", 16, 24, 1024),
        resmlp("resmlp_12", 16, 12, 384, "1e-4"),
        resmlp("resmlp_24", 16, 24, 384, "1e-5"),
        resmlp("resmlp_36", 16, 36, 384, "1e-6"),
        resmlp("resmlp_big_24", 8, 24, 768, "1e-5"),
        gmlp("gmlp_ti16", 128),
        gmlp("gmlp_s16", 256),
        gmlp("gmlp_b16", 512));
  }

  @Override
  public List<Model> miniModels() {
    return List.of(
        mini("mixer_mini", 4, Map.of()),
        mini("resmlp_mini", 4, Map.of("block", "resmlp", "mlp_ratio", "4", "init_values", "0.1")),
        mini("gmlp_mini", 6, Map.of("block", "gmlp", "mlp_ratio", "4")));
  }

  private static Model mini(String name, int blocks, Map<String, String> more) {
    Model model = model(name, 4, blocks, 64, more);
    return Model.of(name, MIXER, ((MlpMixer.Config) model.config()).forImages(3, 32, 32, 10));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    return List.of(TokenMlp.forOthers());
  }

  private static Model mixer(String name, int patch, int blocks, int dim) {
    return model(name, patch, blocks, dim, Map.of());
  }

  private static Model resmlp(String name, int patch, int blocks, int dim, String scale) {
    return model(
        name,
        patch,
        blocks,
        dim,
        Map.of("block", "resmlp", "mlp_ratio", "4", "init_values", scale));
  }

  private static Model gmlp(String name, int dim) {
    return model(name, 16, 30, dim, Map.of("block", "gmlp", "mlp_ratio", "6"));
  }

  private static Model model(
      String name, int patch, int blocks, int dim, Map<String, String> more) {
    Map<String, String> sizes =
        Map.of(
            "patch_size", String.valueOf(patch),
            "num_blocks", String.valueOf(blocks),
            "embed_dim", String.valueOf(dim));
    MlpMixer.Config base = Configs.with(Configs.defaults(MlpMixer.Config.class), more, name);
    return Model.of(name, MIXER, Configs.with(base, sizes, name));
  }
}
