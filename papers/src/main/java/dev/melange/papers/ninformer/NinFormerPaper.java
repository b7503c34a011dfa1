package dev.melange.papers.ninformer;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.nn.TokenGrid;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * NiNformer (Abdullah and Aydin, 2024): its layers, and its network for CIFAR-10, CIFAR-100 and
 * MNIST. The official script is for CIFAR-10; the other two are the same network for other images.
 */
public final class NinFormerPaper implements Paper {
  private static final Component MIXER =
      Component.of(
          "layer/ninformer-mixer",
          MixerBlock.Config.class,
          MixerBlock::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component GATE =
      Component.of(
          "layer/ninformer-gate",
          GatingUnit.Config.class,
          GatingUnit::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component BLOCK =
      Component.of(
          "layer/ninformer-block",
          NinBlock.Config.class,
          NinBlock::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component CLASSIFIER =
      Component.of(
              "vision/ninformer",
              NinFormerConfig.class,
              NinFormer::new,
              (model, in) -> Map.of("logits", model.forward(in.get("x"))))
          .withExample(
              NinFormerConfig.class,
              config ->
                  Map.of(
                      "x",
                      Tensor.zeros(
                          1, config.in_channels(), config.image_height(), config.image_width())));

  @Override
  public String key() {
    return "ninformer";
  }

  @Override
  public List<Component> components() {
    return List.of(MIXER, GATE, BLOCK, CLASSIFIER);
  }

  @Override
  public List<Model> models() {
    NinFormerConfig published = Configs.defaults(NinFormerConfig.class);
    return List.of(
        Model.of("ninformer_cifar10", CLASSIFIER, published),
        Model.of("ninformer_cifar100", CLASSIFIER, published.forImages(3, 32, 32, 100)),
        Model.of("ninformer_mnist", CLASSIFIER, published.forImages(1, 28, 28, 10)));
  }

  @Override
  public List<Model> miniModels() {
    return List.of(
        Model.of(
            "ninformer_mini", CLASSIFIER, new NinFormerConfig(32, 32, 4, 3, 10, 64, 128, 4, 0)));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    // as published, the hidden widths are twice the channels
    return List.of(
        TokenMixer.of(
            "ninformer_gate",
            "a linear map of each token, gated by an MLP-Mixer block",
            (channels, height, width, rng) ->
                new TokenGrid(height, width)
                    .onMaps(
                        new GatingUnit(
                            new GatingUnit.Config(
                                channels, height * width, 2 * channels, 2 * channels, 0),
                            rng))));
  }

  @Override
  public Study study() {
    return new NinFormerStudy();
  }
}
