package dev.melange.papers.stripmlp;

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

/** Strip-MLP (Cao et al., ICCV 2023): its layers and the four published networks. */
public final class StripMlpPaper implements Paper {
  private static final Component BLOCK =
      Component.of(
          "layer/strip-mlp-block",
          StripMlpBlock.Config.class,
          StripMlpBlock::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component CHANNEL_MIXING =
      Component.of(
          "layer/strip-channel-mixing",
          StripChannelMixing.Config.class,
          StripChannelMixing::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component CLASSIFIER =
      Component.of(
              "vision/strip-mlp",
              StripMlpConfig.class,
              StripMlp::new,
              (model, in) -> Map.of("logits", model.forward(in.get("x"))))
          .withExample(
              StripMlpConfig.class,
              config ->
                  Map.of(
                      "x",
                      Tensor.zeros(1, config.in_chans(), config.img_size(), config.img_size())));

  @Override
  public String key() {
    return "strip-mlp";
  }

  @Override
  public List<Component> components() {
    return List.of(CLASSIFIER, BLOCK, CHANNEL_MIXING);
  }

  @Override
  public List<Model> models() {
    return List.of(
        model("light_tiny", 80, "2,2,6,2", "2.52 G", "81.2 %", "95.6 %"),
        model("tiny", 80, "2,2,12,2", "3.65 G", "82.2 %", "96.1 %"),
        model("small", 96, "2,2,18,2", "6.80 G", "83.3 %", "96.6 %"),
        model("base", 112, "2,2,18,2", "9.18 G", "83.6 %", "96.5 %"));
  }

  @Override
  public List<Model> miniModels() {
    return List.of(Model.of("strip_mlp_mini", CLASSIFIER, StripMlpConfig.small(3, 32, 10)));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    return List.of(
        TokenMixer.of(
                "strip_mlp",
                "MLPs along rows and columns with their neighbours, and local oblong filters",
                (channels, height, width, rng) ->
                    new StripMlpBlock(new StripMlpBlock.Config(channels, height, 3, null), rng))
            .permitting(TokenMixer.Shapes.ANY.channelsMultipleOf(8).squareOnly()));
  }

  @Override
  public Study study() {
    return new StripStudy();
  }

  private static Model model(
      String size, int width, String layers, String macs, String top1, String top5) {
    String name = "strip_mlp_" + size;
    Map<String, String> keys = Map.of("embed_dim", Integer.toString(width), "layers", layers);
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("MACs at 224", macs);
    facts.put("ImageNet top-1", top1);
    facts.put("ImageNet top-5", top5);
    return new Model(
        name, CLASSIFIER, Configs.with(Configs.defaults(StripMlpConfig.class), keys, name), facts);
  }
}
