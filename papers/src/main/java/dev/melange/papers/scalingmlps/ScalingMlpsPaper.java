package dev.melange.papers.scalingmlps;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Scaling MLPs (Bachmann et al., 2023): MLPs on pixels, their training and the published sizes. */
public final class ScalingMlpsPaper implements Paper {
  private static final Component CLASSIFIER =
      Component.of(
              "vision/scaling-mlp",
              ScalingMlpConfig.class,
              ScalingMlp::new,
              (model, in) -> Map.of("logits", model.forward(in.get("x"))))
          .withExample(
              ScalingMlpConfig.class,
              config ->
                  Map.of(
                      "x",
                      Tensor.zeros(
                          1,
                          config.num_channels(),
                          config.resolution().height(),
                          config.resolution().width())));

  private static final Component LION =
      Component.function("optim/lion", LionSteps.Config.class, LionSteps::run);

  private static final Component LOSS =
      Component.function(
          "loss/mixup-smooth-ce",
          MixupSmoothLoss.Config.class,
          (config, in) ->
              Map.of(
                  "loss",
                  MixupSmoothLoss.of(
                      config, in.get("logits"), in.get("y"), in.get("y_perm"), in.get("lambda"))));

  private static final Component TTA =
      Component.of(
          "interpret/tta",
          TtaComponent.Config.class,
          TtaComponent::new,
          (layer, in) -> layer.run(in.get("views")));

  private static final Component CROP =
      Component.function(
          "data/random-resized-crop",
          BatchCrops.Config.class,
          (config, in) -> {
            Tensor x = in.get("x", -1, -1, -1, -1);
            long n = x.size(0);
            return Map.of("y", config.apply(x, in.get("box", n, 4), in.get("flip", n)));
          });

  @Override
  public String key() {
    return "scaling-mlps";
  }

  @Override
  public List<Component> components() {
    return List.of(CLASSIFIER, LION, LOSS, TTA, CROP);
  }

  @Override
  public List<Model> models() {
    return List.of(
        model(6, 512, "88.5 %", "71.2 %", "53.2 %", "33.3 %"),
        model(12, 512, "91.4 %", "75.1 %", "60.0 %", "38.0 %"),
        model(6, 1024, "92.5 %", "77.1 %", "64.3 %", "40.0 %"),
        model(12, 1024, "94.2 %", "80.0 %", "69.9 %", "43.2 %"));
  }

  @Override
  public List<Model> miniModels() {
    return List.of(
        mini("scaling_mlp_mini", "BottleneckMLP", 3, 128),
        mini("scaling_mlp_standard_mini", "MLP", 6, 192));
  }

  @Override
  public Study study() {
    return new ScalingStudy();
  }

  private static Model mini(String name, String kind, int blocks, int width) {
    Map<String, String> keys =
        Map.of(
            "model", kind,
            "num_blocks", Integer.toString(blocks),
            "width", Integer.toString(width));
    ScalingMlpConfig config =
        Configs.with(Configs.defaults(ScalingMlpConfig.class), keys, name).forImages(3, 32, 32, 10);
    return Model.of(name, CLASSIFIER, config);
  }

  private static Model model(
      int blocks,
      int width,
      String cifar10,
      String cifar100,
      String tinyImageNet,
      String imageNet) {
    String name = "scaling_mlp_b%d_wi%d".formatted(blocks, width);
    Map<String, String> keys =
        Map.of("num_blocks", Integer.toString(blocks), "width", Integer.toString(width));
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("published as", "B_%d-Wi_%d".formatted(blocks, width));
    facts.put("CIFAR-10 top-1, fine-tuned", cifar10);
    facts.put("CIFAR-100 top-1, fine-tuned", cifar100);
    facts.put("TinyImageNet top-1, fine-tuned", tinyImageNet);
    facts.put("ImageNet top-1, fine-tuned", imageNet);
    return new Model(
        name,
        CLASSIFIER,
        Configs.with(Configs.defaults(ScalingMlpConfig.class), keys, name),
        facts);
  }
}
