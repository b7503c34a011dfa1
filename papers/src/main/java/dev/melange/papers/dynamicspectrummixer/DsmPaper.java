package dev.melange.papers.dynamicspectrummixer;

import dev.melange.component.Component;
import dev.melange.component.Outputs;
import dev.melange.papers.Method;
import dev.melange.papers.Model;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Dynamic spectrum mixer (Hu and Yu, 2023). There is no official code: what the paper's text leaves
 * open is chosen here, the sizes of the networks, too, so these are not the paper's models.
 */
public final class DsmPaper implements Method {
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
        model("dsm_s", List.of(64, 128, 320, 512), List.of(2, 2, 8, 2)),
        model("dsm_b", List.of(64, 128, 320, 512), List.of(3, 4, 18, 3)),
        model("dsm_l", List.of(96, 192, 384, 768), List.of(3, 4, 24, 3)));
  }

  private static Model model(String name, List<Integer> dims, List<Integer> depths) {
    DsmConfig config =
        new DsmConfig(
            224,
            224,
            3,
            1000,
            dims,
            depths,
            List.of(4.0, 4.0, 4.0, 4.0),
            7,
            4,
            8,
            8,
            4,
            "radial",
            "softmax",
            true,
            "mean-abs",
            0);
    return new Model(
        name, NETWORK, config, Map.of("sizes", "chosen here; the paper's are not known"));
  }
}
