package dev.melange.papers.msmlp;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** MS-MLP (Zheng and others, 2022): its block and its networks. */
public final class MsMlpPaper implements Paper {
  private static final Component BLOCK =
      Component.of(
          "layer/mix-shift-block",
          MixShiftBlock.Config.class,
          MixShiftBlock::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component CLASSIFIER =
      Component.of(
              "vision/ms-mlp",
              MsMlpConfig.class,
              MsMlp::new,
              (model, in) -> Map.of("logits", model.forward(in.get("x"))))
          .withExample(
              MsMlpConfig.class,
              config ->
                  Map.of(
                      "x",
                      Tensor.zeros(
                          1,
                          config.in_chans(),
                          config.img_size().height(),
                          config.img_size().width())));

  @Override
  public String key() {
    return "ms-mlp";
  }

  @Override
  public List<Component> components() {
    return List.of(CLASSIFIER, BLOCK);
  }

  @Override
  public List<Model> models() {
    return List.of(
        model("ms_mlp_tiny", 96, "3,3,9,3", "0.1", "4.44 G", "82.1 %"),
        model("ms_mlp_small", 96, "3,3,27,3", "0.4", "8.67 G", "83.4 %"),
        model("ms_mlp_base", 128, "3,3,27,3", "0.5", "15.33 G", "83.8 %"));
  }

  private static Model model(
      String name, int width, String depths, String dropPath, String macs, String accuracy) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("MACs at 224", macs);
    facts.put("ImageNet top-1", accuracy);
    MsMlpConfig config =
        Configs.with(
            Configs.defaults(MsMlpConfig.class),
            Map.of(
                "embed_dim", Integer.toString(width),
                "depths", depths,
                "drop_path_rate", dropPath),
            CLASSIFIER.name());
    return new Model(name, CLASSIFIER, config, facts);
  }

  @Override
  public List<Model> miniModels() {
    Map<String, String> keys =
        Map.of(
            "img_size", "32",
            "num_classes", "10",
            "embed_dim", "40",
            "depths", "2,2",
            "mix_size", "[[1,1,3,5,7],[1,3,3,5,7]]",
            "mlp_ratio", "2",
            "drop_path_rate", "0",
            "layer_scale_init_value", "0.1");
    MsMlpConfig config = Configs.with(Configs.defaults(MsMlpConfig.class), keys, CLASSIFIER.name());
    return List.of(Model.of("ms_mlp_mini", CLASSIFIER, config));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    MsMlpConfig tiny = Configs.defaults(MsMlpConfig.class);
    return List.of(
        TokenMixer.of(
            "mix_shift",
            "five groups of channels, shifted by -2 to 2 and mixed over sides of 1 to 7",
            (channels, height, width, rng) ->
                new MixShift(channels, tiny.shift_dist(), tiny.mix_size().get(0), rng)));
  }

  @Override
  public Study study() {
    return new MsMlpStudy();
  }
}
