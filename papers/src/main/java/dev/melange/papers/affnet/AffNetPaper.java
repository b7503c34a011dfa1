package dev.melange.papers.affnet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adaptive frequency filters (Huang et al., ICCV 2023): the token mixer and AFFNet. */
public final class AffNetPaper implements Paper {
  private static final int GROUPS = 8;
  private static final double THRESHOLD = 0.01;

  private static final Component MIXER =
      Component.of(
          "layer/aff-token-mixer",
          AffTokenMixer.Config.class,
          AffTokenMixer::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component KERNEL =
      Component.of(
          "interpret/aff-kernel",
          AffTokenMixer.Config.class,
          AffTokenMixer::new,
          (layer, in) -> {
            AffTokenMixer.Filtered filter = layer.filter(in.get("x"));
            return new Outputs()
                .put("mask_real", filter.mask().select(2, 0))
                .put("mask_imag", filter.mask().select(2, 1))
                .put("kernel", filter.kernel())
                .put("mixed", filter.mixed())
                .map();
          });

  private static final Component RESIDUAL =
      Component.of(
          "layer/inverted-residual",
          InvertedResidual.Config.class,
          InvertedResidual::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component BLOCK =
      Component.of(
          "layer/aff-block",
          AffBlock.Config.class,
          AffBlock::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component NETWORK =
      Component.of(
              "vision/affnet",
              AffNetConfig.class,
              AffNet::new,
              (model, in) -> Map.of("logits", model.forward(in.get("x"))))
          .withExample(
              AffNetConfig.class,
              config -> Map.of("x", Tensor.zeros(1, config.in_channels(), 256, 256)));

  private static final Component FEATURES =
      Component.of(
          "vision/affnet-features", AffNetConfig.class, AffNet::new, AffNetPaper::features);

  private static final Component HEAD =
      Component.of(
          "layer/deeplabv3-head",
          DeepLabV3Head.Config.class,
          DeepLabV3Head::new,
          (head, in) -> Map.of("logits", head.forward(in.get("features"))));

  /** The smallest published network. */
  static final AffNetConfig ET = config("32,48,64,104,144", 2);

  @Override
  public String key() {
    return "aff-net";
  }

  @Override
  public List<Component> components() {
    return List.of(MIXER, KERNEL, RESIDUAL, BLOCK, NETWORK, FEATURES, HEAD);
  }

  @Override
  public List<Model> models() {
    return List.of(
        model("affnet_et", ET, "1.4 M", "0.4 G", "73.0 %"),
        model("affnet_t", config("32,48,96,160,192", 4), "2.6 M", "0.8 G", "77.0 %"),
        model("affnet", config("32,64,128,256,320", 4), "5.5 M", "1.5 G", "79.8 %"),
        Model.of(
            "affnet_base",
            NETWORK,
            config("64,128,256,512,640", 4, Map.of("no_fuse", "false,true,true"))),
        Model.of(
            "affnet_large",
            NETWORK,
            config(
                "64,128,256,512,768",
                4,
                Map.of(
                    "no_fuse", "false,true,true", "mv2_blocks", "2,6", "aff_blocks", "4,18,6"))));
  }

  @Override
  public List<Model> miniModels() {
    Map<String, String> others =
        Map.of("mv2_blocks", "1,1", "aff_blocks", "1,2,1", "num_classes", "10");
    return List.of(Model.of("affnet_mini", NETWORK, config("16,24,32,48,64", 2, others)));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    return List.of(
        TokenMixer.of(
                "aff",
                "adaptive frequency filter: a mask for the spectrum made from the map",
                (channels, height, width, rng) ->
                    new AffTokenMixer(
                        new AffTokenMixer.Config(channels, GROUPS, THRESHOLD, 1, "swish"), rng))
            .permitting(TokenMixer.Shapes.ANY.channelsMultipleOf(GROUPS)));
  }

  @Override
  public Study study() {
    return new AffNetStudy();
  }

  private static Model model(
      String name, AffNetConfig config, String parameters, String macs, String accuracy) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("parameters", parameters);
    facts.put("MACs at 256", macs);
    facts.put("ImageNet top-1", accuracy);
    return new Model(name, NETWORK, config, facts);
  }

  private static AffNetConfig config(String channels, int expandRatio) {
    return config(channels, expandRatio, Map.of());
  }

  private static AffNetConfig config(String channels, int expandRatio, Map<String, String> others) {
    ObjectNode required = JsonNodeFactory.instance.objectNode();
    ArrayNode widths = required.putArray("channels");
    for (String width : channels.split(",")) {
      widths.add(Integer.parseInt(width));
    }
    required.put("expand_ratio", expandRatio);
    return Configs.with(
        Configs.read(AffNetConfig.class, required, NETWORK.name()), others, NETWORK.name());
  }

  private static Map<String, Tensor> features(AffNet model, Inputs in) {
    List<Tensor> maps = model.forwardStages(in.get("x"));
    Outputs outputs = new Outputs();
    for (int s = 0; s + 1 < maps.size(); s++) {
      outputs.put("out_l" + (s + 1), maps.get(s));
    }
    return outputs.put("out_l5_exp", maps.get(maps.size() - 1)).map();
  }
}
