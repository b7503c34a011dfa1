package dev.melange.papers.adamixup;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** AdaMixUp (MixUp as Locally Linear Out-Of-Manifold Regularization, 2018). */
public final class AdaMixUpPaper implements Paper {
  private static final Component CNN =
      Component.of(
              "vision/adamixup-cnn", AdaMixUp.Config.class, AdaMixUp::new, AdaMixUpPaper::classify)
          .withExample(
              AdaMixUp.Config.class,
              config ->
                  Map.of(
                      "image",
                      Tensor.zeros(
                          1,
                          config.in_channels(),
                          config.image_size()[0],
                          config.image_size()[1])));

  private static final Component RESNET =
      Component.of(
              "vision/preact-resnet",
              PreActResNet.Config.class,
              PreActResNet::new,
              (model, in) -> {
                Tensor features = model.pool(model.forwardFeatures(in.get("image")));
                return Map.of("features", features, "logits", model.classify(features));
              })
          .withExample(
              PreActResNet.Config.class,
              config -> Map.of("image", Tensor.zeros(1, config.in_channels(), 32, 32)));

  @Override
  public String key() {
    return "adamixup";
  }

  @Override
  public List<Component> components() {
    return List.of(
        CNN,
        Component.of(
            "mixup/adamixup-policy", AdaMixUp.Config.class, AdaMixUp::new, AdaMixUpPaper::mix),
        Component.of(
            "mixup/adamixup-step",
            AdaMixUpStepConfig.class,
            (config, rng) ->
                new AdaMixUp(config.networks(), config.label_grad(), config.weight_decay(), rng),
            AdaMixUpPaper::step),
        RESNET);
  }

  @Override
  public List<Model> models() {
    return List.of(
        Model.of(
            "adamixup_mnist", CNN, new AdaMixUp.Config(1, new int[] {28, 28}, 32, 512, 10, 100, 2)),
        Model.of(
            "preact_resnet18_cifar",
            RESNET,
            new PreActResNet.Config(3, new int[] {2, 2, 2, 2}, 64, 10)));
  }

  @Override
  public Study study() {
    return new AdaMixUpStudy();
  }

  private static Map<String, Tensor> classify(AdaMixUp model, Inputs in) {
    Tensor features = model.features(in.get("image"));
    return Map.of(
        "features", features,
        "logits", model.classify(features),
        "intrusion", model.intrusion(features));
  }

  private static Map<String, Tensor> mix(AdaMixUp model, Inputs in) {
    int fold = model.config().fold();
    PolicyGenerator.Mixture mixture =
        model
            .policy()
            .mix(
                numbered(in, "image_", fold),
                numbered(in, "noise_", fold),
                in.get("u"),
                in.optional("dropout"));
    return Map.of(
        "region", mixture.region(), "weights", mixture.weights(), "image_mix", mixture.image());
  }

  private static Map<String, Tensor> step(AdaMixUp model, Inputs in) {
    AdaMixUpDraws draws =
        new AdaMixUpDraws(
            in.get("index"),
            numbered(in, "noise_", model.config().fold()),
            in.get("u"),
            in.optional("dropout_policy"),
            in.optional("dropout_classifier"),
            in.optional("dropout_discriminator"));
    AdaMixUp.Losses losses = model.losses(in.get("image"), in.get("labels"), draws);
    return new Outputs()
        .put("loss", losses.total())
        .put("loss_mix", losses.mix())
        .put("loss_intrusion", losses.intrusion())
        .put("loss_decay", losses.decay())
        .put("weights", losses.mixture().weights())
        .map();
  }

  private static List<Tensor> numbered(Inputs in, String prefix, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> in.get(prefix + i)).toList();
  }
}
