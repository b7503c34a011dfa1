package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.nn.UnaryLayer;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.fields.SignalModel;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Coordinate-aware modulation (ICLR 2024): fields of lines, images, videos and scenes. */
public final class CamPaper implements Paper {
  private static final Component IMAGE =
      field("field/cam-image", CamImage.Config.class, CamImage::new, "coords")
          .withExample(CamImage.Config.class, config -> Map.of("coords", Tensor.zeros(1, 1, 2)));

  private static final Component LINE =
      field("field/cam-1d", CamLine.Config.class, CamLine::new, "x")
          .withExample(CamLine.Config.class, config -> Map.of("x", Tensor.zeros(1, 1)));

  private static final Component NERF =
      Component.of(
              "field/cam-nerf",
              CamNerf.Config.class,
              CamNerf::new,
              (field, in) ->
                  radiance(
                      field.forward(in.get("position"), in.get("direction"), in.optional("coord"))))
          .withExample(CamNerf.Config.class, CamPaper::point);

  private static final Component DYNAMIC =
      Component.of(
              "field/cam-dynamic-nerf",
              CamNerf.Config.class,
              CamDynamicNerf::new,
              (field, in) ->
                  radiance(field.forward(in.get("position"), in.get("time"), in.get("direction"))))
          .withExample(
              CamNerf.Config.class,
              config ->
                  Map.of(
                      "position", Tensor.zeros(1, 3),
                      "time", Tensor.zeros(1, 1),
                      "direction", Tensor.zeros(1, 3)));

  private static final Component VIDEO =
      Component.of(
              "field/cam-video",
              CamVideo.Config.class,
              CamVideo::new,
              (video, in) -> decoded(video.forward(in.get("t"))))
          .withExample(CamVideo.Config.class, config -> Map.of("t", Tensor.zeros(1)));

  private static <C extends Record> Component field(
      String name, Class<C> config, BiFunction<C, Rng, UnaryLayer> build, String input) {
    return Component.of(
        name, config, build, (field, in) -> Map.of("output", field.forward(in.get(input))));
  }

  private static Map<String, Tensor> radiance(CamNerf.Radiance radiance) {
    return Map.of("rgb", radiance.rgb(), "sigma", radiance.sigma());
  }

  private static Map<String, Tensor> decoded(CamVideo.Decoded decoded) {
    return Map.of("out0", decoded.flows(), "out1", decoded.frame());
  }

  private static Map<String, Tensor> point(CamNerf.Config config) {
    Tensor zero = Tensor.zeros(1, 3);
    return config.coord_dim() % 3 == 0
        ? Map.of("position", zero, "direction", zero)
        : Map.of("position", zero, "direction", zero, "coord", Tensor.zeros(1, config.coord_dim()));
  }

  @Override
  public String key() {
    return "coordinate-aware-modulation";
  }

  @Override
  public List<Component> components() {
    return List.of(
        Component.of(
            "layer/coordinate-aware-modulation",
            CoordinateAwareModulation.Config.class,
            CoordinateAwareModulation::new,
            (layer, in) -> Map.of("output", layer.forward(in.get("x"), in.get("coord")))),
        Component.of(
            "layer/temporal-modulation",
            TemporalModulation.Config.class,
            TemporalModulation::new,
            (layer, in) -> Map.of("output", layer.forward(in.get("x"), in.get("t")))),
        field(
            "field/random-fourier-features",
            RandomFourierFeatures.Config.class,
            RandomFourierFeatures::new,
            "coords"),
        Component.function(
            "field/sinusoidal-encoding",
            SinusoidalEncoding.Config.class,
            (config, in) -> Map.of("output", SinusoidalEncoding.encode(in.get("x"), config))),
        IMAGE,
        LINE,
        NERF,
        DYNAMIC,
        VIDEO,
        Component.function(
            "field/flow-aggregation", FlowAggregation.Config.class, CamPaper::aggregate),
        Component.function(
            "loss/video-fusion",
            FusionLoss.Config.class,
            (config, in) -> Map.of("loss", FusionLoss.of(in.get("prediction"), in.get("target")))),
        Component.function("field/image-metrics", FusionLoss.Config.class, CamPaper::metrics),
        Component.function(
            "field/volume-rendering", VolumeRendering.Config.class, CamPaper::render),
        Component.function(
            "field/sample-pdf",
            VolumeRendering.SampleConfig.class,
            (config, in) ->
                Map.of(
                    "samples",
                    VolumeRendering.samplePdf(in.get("bins"), in.get("weights"), in.get("u")))),
        Component.function("field/camera-rays", VolumeRendering.Camera.class, CamPaper::rays),
        field("field/siren", Siren.Config.class, Siren::new, "coords"),
        field("field/grid", GridField.Config.class, GridField::new, "coords"));
  }

  private static Map<String, Tensor> aggregate(FlowAggregation.Config config, Inputs in) {
    var result =
        FlowAggregation.of(
            in.get("frames"), in.get("flow"), in.get("agg_logits"), in.get("head_out"));
    return Map.of(
        "warped", result.warped(), "aggregated", result.aggregated(), "final", result.frame());
  }

  private static Map<String, Tensor> metrics(FusionLoss.Config config, Inputs in) {
    Tensor prediction = in.get("prediction");
    Tensor target = in.get("target");
    Tensor error = FusionLoss.squaredError(prediction, target);
    return Map.of(
        "mse", error, "psnr", FusionLoss.psnr(error), "ssim", FusionLoss.ssim(prediction, target));
  }

  private static Map<String, Tensor> render(VolumeRendering.Config config, Inputs in) {
    var result =
        VolumeRendering.render(
            in.get("t_edges"), in.get("sigma"), in.get("rgb"), in.get("background"));
    return Map.of(
        "color", result.color(),
        "opacity", result.opacity(),
        "depth", result.depth(),
        "weights", result.weights());
  }

  private static Map<String, Tensor> rays(VolumeRendering.Camera camera, Inputs in) {
    var rays = VolumeRendering.rays(camera, in.get("camera_to_world"));
    return Map.of(
        "origins", rays.origins(),
        "directions", rays.directions(),
        "viewdirs", rays.viewdirs());
  }

  /** The paper's networks, and those without modulation that it compares them with. */
  @Override
  public List<Model> models() {
    return List.of(
        image("cam_image", true),
        image("cam_image_ffn", false),
        line("none"),
        line("pe"),
        line("cam"),
        line("cam_pe"),
        nerf("cam_nerf_plain", 0),
        nerf("cam_nerf_time", 1),
        nerf("cam_nerf_view", 2),
        nerf("cam_nerf_planes", 3),
        Model.of("cam_dynamic_nerf", DYNAMIC, new CamNerf.Config(8, 256, 4, 1, 128, 1, 5)),
        video("cam_video", 60),
        video("cam_video_unmodulated", 0));
  }

  private static Model image(String name, boolean modulated) {
    Map<String, String> keys = Map.of("modulated", Boolean.toString(modulated));
    return Model.of(name, IMAGE, Configs.with(Configs.defaults(CamImage.Config.class), keys, name));
  }

  private static Model line(String kind) {
    return Model.of("cam_1d_" + kind, LINE, new CamLine.Config(kind, 64, 3, 1, 64));
  }

  private static Model nerf(String name, int coordinates) {
    return Model.of(name, NERF, new CamNerf.Config(8, 256, 4, 1, 128, coordinates, 512));
  }

  private static Model video(String name, int cells) {
    Map<String, String> keys = Map.of("mod_dim", Integer.toString(cells));
    return Model.of(name, VIDEO, Configs.with(Configs.defaults(CamVideo.Config.class), keys, name));
  }

  @Override
  public Study study() {
    return new CamStudy();
  }

  @Override
  public List<SignalModel> signalModels() {
    return SignalModels.all();
  }
}
