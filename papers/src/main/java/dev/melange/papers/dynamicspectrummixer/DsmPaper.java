package dev.melange.papers.dynamicspectrummixer;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Outputs;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Dynamic spectrum mixer (Hu and Yu, 2023). There is no official code: what the paper's text leaves
 * open is chosen here, the sizes of the networks, too, so these are not the paper's models.
 */
public final class DsmPaper implements Paper {
  private static final int GROUPS = 8;

  /** The smallest network. */
  static final DsmConfig SMALL = config(224, 1000, List.of(64, 128, 320, 512), List.of(2, 2, 8, 2));

  private static final Component TRANSFORM =
      Component.of(
          "layer/dct2",
          CosineTransform.Config.class,
          (config, rng) -> new CosineTransform(config),
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component BANDS =
      Component.function(
          "interpret/spectrum-bands",
          SpectrumBands.class,
          (bands, in) -> Map.of("band", bands.tensor()));

  private static final Component MIXER =
      Component.of(
          "layer/dynamic-spectrum-mixer",
          DynamicSpectrumMixer.Config.class,
          DynamicSpectrumMixer::new,
          (mixer, in) -> {
            DynamicSpectrumMixer.Mixed mixed = mixer.mix(in.get("x"));
            Outputs outputs = new Outputs().put("y", mixed.y());
            return mixed.bandWeights() == null
                ? outputs.map()
                : outputs.put("band_weights", mixed.bandWeights()).map();
          });

  private static final Component BLOCK =
      Component.of(
          "layer/dsm-block",
          DsmBlock.Config.class,
          DsmBlock::new,
          (block, in) -> Map.of("y", block.forward(in.get("x"))));

  private static final Component NETWORK =
      Component.of(
              "vision/dsm",
              DsmConfig.class,
              Dsm::new,
              (model, in) -> Map.of("logits", model.forward(in.get("x"))))
          .withExample(
              DsmConfig.class,
              config ->
                  Map.of(
                      "x",
                      Tensor.zeros(
                          1, config.in_channels(), config.image_height(), config.image_width())));

  @Override
  public String key() {
    return "dynamic-spectrum-mixer";
  }

  @Override
  public List<Component> components() {
    return List.of(TRANSFORM, BANDS, MIXER, BLOCK, NETWORK);
  }

  @Override
  public List<Model> models() {
    return List.of(
        model("dsm_s", SMALL),
        model("dsm_b", config(224, 1000, List.of(64, 128, 320, 512), List.of(3, 4, 18, 3))),
        model("dsm_l", config(224, 1000, List.of(96, 192, 384, 768), List.of(3, 4, 24, 3))));
  }

  @Override
  public List<Model> miniModels() {
    DsmConfig config = config(32, 10, List.of(32, 48, 64), List.of(1, 1, 2));
    Map<String, String> keys = Map.of("patch_kernel", "3", "patch_stride", "2");
    return List.of(Model.of("dsm_mini", NETWORK, Configs.with(config, keys, NETWORK.name())));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    return List.of(
        TokenMixer.of(
                "dynamic_spectrum",
                "cosine transform with weights of bands that depend on the image",
                (channels, height, width, rng) ->
                    new DynamicSpectrumMixer(mixer(channels, height, width), rng))
            .permitting(TokenMixer.Shapes.ANY.channelsMultipleOf(GROUPS)));
  }

  @Override
  public Study study() {
    return new DsmStudy();
  }

  private static DynamicSpectrumMixer.Config mixer(int channels, int height, int width) {
    return new DynamicSpectrumMixer.Config(
        channels, height, width, GROUPS, 8, 4, "radial", "softmax", true, "mean-abs");
  }

  private static Model model(String name, DsmConfig config) {
    return new Model(
        name, NETWORK, config, Map.of("sizes", "chosen here; the paper's are not known"));
  }

  private static DsmConfig config(int side, int classes, List<Integer> dims, List<Integer> depths) {
    List<Double> ratios = Collections.nCopies(dims.size(), 4.0);
    return new DsmConfig(
        side,
        side,
        3,
        classes,
        dims,
        depths,
        ratios,
        7,
        4,
        GROUPS,
        8,
        4,
        "radial",
        "softmax",
        true,
        "mean-abs",
        0);
  }
}
