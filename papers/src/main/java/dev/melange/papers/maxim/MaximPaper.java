package dev.melange.papers.maxim;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** MAXIM (Tu et al., 2022): its layers, its networks, its objective and what surrounds them. */
public final class MaximPaper implements Paper {
  private static final Component NETWORK =
      Component.of("vision/maxim", MaximConfig.class, Maxim::new, MaximPaper::images)
          .withExample(
              MaximConfig.class,
              config ->
                  Map.of(
                      "x",
                      Tensor.zeros(
                          1, 3, multiple(config.heightFactor()), multiple(config.widthFactor()))));

  private static final int EXAMPLE_SIZE = 256;

  // as the example image of the paper's figures, where the factor divides it
  private static int multiple(int factor) {
    return (EXAMPLE_SIZE + factor - 1) / factor * factor;
  }

  @Override
  public String key() {
    return "maxim";
  }

  @Override
  public List<Component> components() {
    return List.of(
        NETWORK,
        Component.of(
            "layer/maxim-multi-axis-gmlp",
            MultiAxisGmlp.Config.class,
            MultiAxisGmlp::new,
            (layer, in) -> Map.of("y", layer.forward(in.get("x")))),
        Component.of(
            "layer/maxim-cross-gating",
            CrossGating.Config.class,
            CrossGating::new,
            MaximPaper::gated),
        Component.of(
            "layer/maxim-rcab",
            ResidualChannelAttention.Config.class,
            ResidualChannelAttention::new,
            (layer, in) -> Map.of("y", layer.forward(in.get("x")))),
        Component.of(
            "layer/maxim-rdcab",
            ChannelMixing.Config.class,
            ChannelMixing::new,
            (layer, in) -> Map.of("y", layer.forward(in.get("x")))),
        Component.of(
            "layer/maxim-sam",
            SupervisedAttention.Config.class,
            SupervisedAttention::new,
            MaximPaper::attended),
        Component.of(
            "layer/maxim-upsample-ratio",
            UpSampleRatio.Config.class,
            UpSampleRatio::new,
            (layer, in) -> Map.of("y", layer.forward(in.get("x")))),
        Component.function("loss/maxim", RestorationLoss.Config.class, MaximPaper::loss),
        Component.function("data/maxim-pad", ReflectPadding.Config.class, MaximPaper::pad),
        Component.function(
            "data/maxim-ensemble", GeometricEnsemble.Config.class, MaximPaper::ensemble),
        Component.function(
            "data/psnr",
            RestorationQuality.Config.class,
            (config, in) ->
                new Outputs()
                    .put("psnr", new RestorationQuality(config).psnr(in.get("a"), in.get("b")))
                    .map()),
        Component.function(
            "data/ssim",
            RestorationQuality.Config.class,
            (config, in) ->
                new Outputs()
                    .put("ssim", new RestorationQuality(config).ssim(in.get("a"), in.get("b")))
                    .map()),
        Component.function(
            "data/degrade",
            Degradation.Config.class,
            (config, in) ->
                Map.of(
                    "y",
                    new Degradation(config)
                        .apply(in.get("x"), config.isRandom() ? in.get("random") : null))));
  }

  @Override
  public List<Model> models() {
    return List.of(
        model("maxim_s1", 32, 1, "6.1 M", "93.2"),
        model("maxim_s2", 32, 2, "14.1 M", "206.7"),
        model("maxim_s3", 32, 3, "22.2 M", "320.3"),
        model("maxim_m1", 64, 1, "19.5 M", "308.5"),
        model("maxim_m2", 64, 2, "43.2 M", "675.3"),
        model("maxim_m3", 64, 3, "67.0 M", "1042.0"),
        new Model(
            "maxim_tiny",
            NETWORK,
            tiny(),
            Map.of("origin", "not published: for trainings of minutes on small patches")));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    return WindowMixers.all();
  }

  @Override
  public Study study() {
    return new MaximStudy();
  }

  private static Model model(
      String name, int features, int stages, String parameters, String gigas) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("parameters", parameters);
    facts.put("GFLOPs at 256x256 with one supervision scale", gigas);
    return new Model(name, NETWORK, published(features, stages), facts);
  }

  /** The configuration of a published network: three supervision scales. */
  static MaximConfig published(int features, int stages) {
    return Configs.with(
        Configs.defaults(MaximConfig.class),
        Map.of(
            "features", String.valueOf(features),
            "num_stages", String.valueOf(stages),
            "num_groups", "2",
            "num_bottleneck_blocks", "2",
            "num_supervision_scales", "3"));
  }

  /** A small network: one stage of two levels. */
  static MaximConfig tiny() {
    return Configs.with(
        Configs.defaults(MaximConfig.class),
        Map.of(
            "features", "8",
            "depth", "2",
            "num_stages", "1",
            "num_supervision_scales", "2",
            "high_res_stages", "1",
            "block_size_hr", "8,8",
            "grid_size_hr", "8,8",
            "block_size_lr", "4,4"));
  }

  private static Map<String, Tensor> images(Maxim model, Inputs in) {
    Outputs outputs = new Outputs();
    List<List<Tensor>> stages = model.forwardStages(in.get("x"));
    for (int t = 0; t < stages.size(); t++) {
      for (int i = 0; i < stages.get(t).size(); i++) {
        outputs.put(name(t, i), stages.get(t).get(i));
      }
    }
    return outputs.map();
  }

  private static String name(int stage, int scale) {
    return "stage_" + stage + "_scale_" + scale;
  }

  private static Map<String, Tensor> gated(CrossGating layer, Inputs in) {
    CrossGating.Gated gated = layer.forward(in.get("x"), in.get("y"));
    return new Outputs().put("x", gated.x()).put("y", gated.y()).map();
  }

  private static Map<String, Tensor> attended(SupervisedAttention layer, Inputs in) {
    SupervisedAttention.Attended attended = layer.forward(in.get("x"), in.get("image"));
    return new Outputs().put("features", attended.features()).put("image", attended.image()).map();
  }

  private static Map<String, Tensor> loss(RestorationLoss.Config config, Inputs in) {
    List<List<Tensor>> predictions = new ArrayList<>();
    for (int t = 0; t < config.num_stages(); t++) {
      List<Tensor> scales = new ArrayList<>();
      for (int i = 0; i < config.num_supervision_scales(); i++) {
        scales.add(in.get(name(t, i)));
      }
      predictions.add(scales);
    }
    RestorationLoss.Terms terms = new RestorationLoss(config).of(predictions, in.get("target"));
    return new Outputs()
        .put("loss", terms.loss())
        .put("charbonnier", terms.charbonnier())
        .put("frequency", terms.frequency())
        .map();
  }

  private static Map<String, Tensor> pad(ReflectPadding.Config config, Inputs in) {
    Tensor image = in.get("image"); // [H, W, 3]
    ReflectPadding padding =
        ReflectPadding.of(
            (int) image.size(0), (int) image.size(1), config.factor(), config.factor());
    return new Outputs().put("padded", padding.pad(image, 0, 1)).put("crop", padding.box()).map();
  }

  private static Map<String, Tensor> ensemble(GeometricEnsemble.Config config, Inputs in) {
    GeometricEnsemble ensemble = new GeometricEnsemble(config, 0, 1);
    return new Outputs()
        .put("augmented", ensemble.versions(in.get("image")))
        .put("merged", ensemble.merge(in.get("preds")))
        .map();
  }
}
