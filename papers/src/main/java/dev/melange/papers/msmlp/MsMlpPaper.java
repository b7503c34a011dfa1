package dev.melange.papers.msmlp;

import dev.melange.component.Component;
import dev.melange.component.Configs;
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
  public Study study() {
    return new MsMlpStudy();
  }
}
