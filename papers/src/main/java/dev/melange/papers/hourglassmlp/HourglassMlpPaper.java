package dev.melange.papers.hourglassmlp;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Outputs;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Hourglass MLP (Chen et al., 2025): the network in both shapes, its tasks and its figure of merit.
 * No sizes are published; the models are those of the study and of the tests.
 */
public final class HourglassMlpPaper implements Paper {
  private static final Component NETWORK =
      Component.of(
              "vision/hourglass-mlp",
              HourglassConfig.class,
              HourglassMlp::new,
              (model, in) -> Map.of("y", model.forward(in.get("x"))))
          .withExample(
              HourglassConfig.class, config -> Map.of("x", Tensor.zeros(1, config.d_in())));

  private static final Component CLASSIFICATION =
      Component.function(
          "loss/generative-classification",
          GenerativeClassification.Config.class,
          (config, in) -> {
            GenerativeClassification result =
                GenerativeClassification.of(in.get("y"), in.get("prototypes"), in.get("label"));
            return new Outputs()
                .put("loss", result.loss())
                .put("distance", result.distance())
                .put("prediction", result.prediction())
                .put("accuracy", result.accuracy())
                .map();
          });

  private static final Component DEGRADE =
      Component.function(
          "data/degrade",
          Degradation.class,
          (config, in) ->
              Map.of(
                  "degraded",
                  config.apply(in.get("x"), config.isNoise() ? in.get("noise") : null)));

  private static final Component PSNR =
      Component.function(
          "data/psnr",
          Psnr.class,
          (config, in) -> {
            Tensor psnr = config.apply(in.get("y"), in.get("target"));
            return Map.of("psnr", psnr, "mean", psnr.mean().reshape(1));
          });

  @Override
  public String key() {
    return "hourglass-mlp";
  }

  @Override
  public List<Component> components() {
    return List.of(NETWORK, CLASSIFICATION, DEGRADE, PSNR);
  }

  @Override
  public List<Model> models() {
    return List.of(
        Model.of("hourglass_mlp_784", NETWORK, Configs.defaults(HourglassConfig.class)),
        Model.of(
            "hourglass_mlp_256", NETWORK, HourglassConfig.hourglass(256, 256, 1024, 48, 6, false)),
        Model.of("conventional_mlp_256", NETWORK, HourglassConfig.conventional(256, 256, 512, 3)));
  }

  @Override
  public List<Model> miniModels() {
    return List.of(
        Model.of(
            "hourglass_mlp_mini",
            NETWORK,
            HourglassConfig.hourglass(3 * 32 * 32, 10, 512, 128, 4, false)));
  }

  @Override
  public Study study() {
    return new HourglassStudy();
  }
}
