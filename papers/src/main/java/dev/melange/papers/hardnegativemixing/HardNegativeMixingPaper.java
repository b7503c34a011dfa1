package dev.melange.papers.hardnegativemixing;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.nn.ResNet;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** MoCHi, hard negative mixing for contrastive learning (2020), on MoCo-v2. */
public final class HardNegativeMixingPaper implements Paper {
  private static final int SMALL_SIDE = 32;
  private static final int LARGE_SIDE = 224;

  private static final Component ENCODER =
      Component.of(
              "vision/moco-resnet",
              MocoEncoder.Config.class,
              MocoEncoder::new,
              HardNegativeMixingPaper::encode)
          .withExample(MocoEncoder.Config.class, HardNegativeMixingPaper::example);

  /** The method. */
  public HardNegativeMixingPaper() {}

  @Override
  public String key() {
    return "hard-negative-mixing";
  }

  @Override
  public List<Component> components() {
    return List.of(
        ENCODER,
        Component.function("loss/moco", Moco.Config.class, HardNegativeMixingPaper::moco),
        Component.function("loss/mochi", Mochi.Config.class, HardNegativeMixingPaper::mochi),
        Component.function(
            "optim/moco-update", MocoUpdate.Config.class, HardNegativeMixingPaper::update),
        Component.function(
            "interpret/contrastive-metrics",
            ContrastiveMetrics.Config.class,
            HardNegativeMixingPaper::metrics),
        Component.function(
            "interpret/knn", KnnClassifier.Config.class, HardNegativeMixingPaper::knn));
  }

  @Override
  public List<Model> models() {
    int[] fifty = {3, 4, 6, 3};
    return List.of(
        Model.of(
            "moco_v2_resnet50",
            ENCODER,
            new MocoEncoder.Config("bottleneck", fifty, 64, 3, 128, true, ResNet.LARGE_IMAGES)),
        Model.of(
            "moco_v1_resnet50",
            ENCODER,
            new MocoEncoder.Config("bottleneck", fifty, 64, 3, 128, false, ResNet.LARGE_IMAGES)),
        Model.of(
            "moco_resnet18_cifar",
            ENCODER,
            new MocoEncoder.Config(
                "basic", new int[] {2, 2, 2, 2}, 64, 3, 128, true, ResNet.SMALL_IMAGES)),
        Model.of(
            "moco_resnet_tiny_cifar",
            ENCODER,
            new MocoEncoder.Config(
                "basic", new int[] {1, 1, 1}, 16, 3, 64, true, ResNet.SMALL_IMAGES)));
  }

  @Override
  public Study study() {
    return new MochiStudy();
  }

  private static Map<String, Tensor> example(MocoEncoder.Config config) {
    int side = config.stem().equals(ResNet.LARGE_IMAGES) ? LARGE_SIDE : SMALL_SIDE;
    return Map.of("image", Tensor.zeros(1, config.in_channels(), side, side));
  }

  private static Map<String, Tensor> encode(MocoEncoder encoder, Inputs in) {
    Tensor features = encoder.features(in.get("image"));
    return new Outputs().put("features", features).put("embedding", encoder.embed(features)).map();
  }

  private static Map<String, Tensor> moco(Moco.Config config, Inputs in) {
    Moco.Result result = Moco.of(config, in.get("q"), in.get("k"), in.get("queue"));
    return new Outputs()
        .put("loss", result.loss())
        .put("logits", result.logits())
        .put("proxy_accuracy", result.proxyAccuracy())
        .map();
  }

  private static Map<String, Tensor> mochi(Mochi.Config config, Inputs in) {
    MixingPoints points =
        new MixingPoints(
            in.optional("pair_i"),
            in.optional("pair_j"),
            in.optional("alpha"),
            in.optional("hard_j"),
            in.optional("beta"));
    Mochi.Result result =
        Mochi.of(
            config,
            in.get("q"),
            in.get("k"),
            in.get("queue"),
            points,
            in.optional("labels"),
            in.optional("queue_labels"));
    return new Outputs()
        .put("loss", result.loss())
        .put("synthetic", result.synthetic())
        .put("hard_index", result.hardIndex())
        .put("logits_synthetic", result.logitsSynthetic())
        .put("proxy_accuracy", result.proxyAccuracy())
        .put("proxy_accuracy_real", result.proxyAccuracyReal())
        .map();
  }

  private static Map<String, Tensor> update(MocoUpdate.Config config, Inputs in) {
    Tensor queue = in.get("queue").detach().copy();
    Tensor key = in.get("param_k").detach().copy();
    MocoUpdate.parameter(config, in.get("param_q"), key);
    long pointer = MocoUpdate.enqueue(queue, (long) in.get("ptr").item(), in.get("keys"));
    return new Outputs().put("queue", queue).put("ptr", pointer).put("param_k", key).map();
  }

  private static Map<String, Tensor> metrics(ContrastiveMetrics.Config config, Inputs in) {
    ContrastiveMetrics metrics =
        ContrastiveMetrics.of(
            config,
            in.get("features"),
            in.get("features_positive"),
            in.get("labels"),
            in.get("queue"),
            in.get("queue_labels"));
    return new Outputs()
        .put("alignment", metrics.alignment())
        .put("uniformity", metrics.uniformity())
        .put("class_alignment", metrics.classAlignment())
        .put("false_negative_share", metrics.falseNegativeShare())
        .put("proxy_accuracy", metrics.proxyAccuracy())
        .put("top_negative_probs", metrics.topNegativeProbabilities())
        .map();
  }

  private static Map<String, Tensor> knn(KnnClassifier.Config config, Inputs in) {
    Tensor scores =
        KnnClassifier.scores(config, in.get("features"), in.get("bank"), in.get("bank_labels"));
    return new Outputs().put("scores", scores).put("prediction", scores.argmax(1)).map();
  }
}
