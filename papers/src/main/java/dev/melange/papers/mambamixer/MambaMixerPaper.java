package dev.melange.papers.mambamixer;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.nn.Extent;
import dev.melange.nn.TokenGrid;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.forecast.ForecastMethod;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * MambaMixer (Behrouz, Santacatterina and Zabih, 2024): its layers, the image classifier ViM2 and
 * the forecaster TSM2. There is no official code; the sizes of the models are ours.
 */
public final class MambaMixerPaper implements Paper {
  private static final List<Integer> HORIZONS = List.of(96, 192, 336, 720);

  private static final Component VISION =
      Component.of(
              "vision/mamba-mixer",
              MambaMixerConfig.class,
              MambaMixer::new,
              (model, in) -> Map.of("logits", model.forward(in.get("image"))))
          .withExample(
              MambaMixerConfig.class,
              config ->
                  Map.of(
                      "image",
                      Tensor.zeros(
                          1,
                          config.in_chans(),
                          config.image_size().height(),
                          config.image_size().width())));

  private static final Component SERIES =
      Component.of(
              "series/mamba-mixer",
              SeriesMambaMixer.Config.class,
              SeriesMambaMixer::new,
              (model, in) ->
                  Map.of(
                      "forecast",
                      model.forward(in.get("x"), in.optional("future"), in.optional("static"))))
          .withExample(SeriesMambaMixer.Config.class, MambaMixerPaper::example);

  @Override
  public String key() {
    return "mamba-mixer";
  }

  @Override
  public List<Component> components() {
    return List.of(
        Component.function(
            "layer/selective-scan", SelectiveScan.Config.class, MambaMixerPaper::scan),
        Component.of(
            "layer/mamba",
            MambaConfig.class,
            Mamba::new,
            (layer, in) -> Map.of("output", layer.forward(in.get("x")))),
        Component.of(
            "layer/bidirectional-mamba",
            BidirectionalMamba.Config.class,
            BidirectionalMamba::new,
            (layer, in) -> Map.of("output", layer.forward(in.get("x")))),
        Component.of(
            "layer/selective-channel-mixer",
            SelectiveChannelMixer.Config.class,
            SelectiveChannelMixer::new,
            (layer, in) -> Map.of("output", layer.forward(in.get("x")))),
        Component.function("layer/cross-scan", CrossScan.Config.class, (config, in) -> cross(in)),
        Component.of(
            "layer/ss2d",
            Ss2d.Config.class,
            Ss2d::new,
            (layer, in) -> Map.of("output", layer.forward(in.get("x")))),
        Component.of(
            "layer/weighted-feature-average",
            FeatureStack.Config.class,
            FeatureStack::new,
            (layer, in) -> Map.of("output", layer.forward(in.get("x")))),
        VISION,
        SERIES);
  }

  private static Map<String, Tensor> scan(SelectiveScan.Config config, Inputs in) {
    SelectiveScan.Result result =
        SelectiveScan.run(
            new SelectiveScan.Arguments(
                in.get("u"),
                in.get("delta"),
                in.get("A"),
                in.get("B"),
                in.get("C"),
                in.optional("D"),
                in.optional("z"),
                in.optional("delta_bias"),
                config.delta_softplus()));
    return Map.of("out", result.out(), "last_state", result.lastState());
  }

  private static Map<String, Tensor> cross(Inputs in) {
    Tensor x = in.get("x");
    return Map.of(
        "scanned",
        CrossScan.scan(x),
        "merged",
        CrossScan.merge(in.get("sequences"), x.size(2), x.size(3)));
  }

  private static Map<String, Tensor> example(SeriesMambaMixer.Config config) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("x", Tensor.zeros(1, config.seq_len(), config.enc_in()));
    if (config.num_future() > 0) {
      inputs.put("future", Tensor.zeros(1, config.pred_len(), config.num_future()));
    }
    if (config.num_static() > 0) {
      inputs.put("static", Tensor.zeros(1, config.num_static()));
    }
    return inputs;
  }

  /** For images 32x32 and 224x224, and for the four horizons of the ETT data sets. */
  @Override
  public List<Model> models() {
    List<Model> models = new ArrayList<>();
    models.add(Model.of("vim2_xs", VISION, extraSmall()));
    models.add(
        Model.of(
            "vim2_224",
            VISION,
            new MambaMixerConfig(
                Extent.square(224),
                4,
                3,
                List.of(96, 192, 384, 768),
                List.of(2, 2, 8, 2),
                16,
                3,
                2,
                3,
                1,
                49,
                1000)));
    for (int horizon : HORIZONS) {
      models.add(
          Model.of(
              "tsm2_ett_" + horizon,
              SERIES,
              new SeriesMambaMixer.Config(96, horizon, 7, 2, 8, 4, 2, 1, true, 0, 0)));
    }
    return List.copyOf(models);
  }

  private static MambaMixerConfig extraSmall() {
    return new MambaMixerConfig(
        Extent.square(32), 4, 3, List.of(48, 96), List.of(2, 2), 8, 3, 1, 3, 1, 0, 10);
  }

  @Override
  public List<Model> miniModels() {
    return List.of(Model.of("vim2_xs", VISION, extraSmall()));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    return List.of(
        TokenMixer.of(
            "ss2d",
            "selective scans in four directions",
            (channels, height, width, rng) -> {
              TokenGrid grid = new TokenGrid(height, width);
              Ss2d.Config config = new Ss2d.Config(channels, 8, 3, 1, DtRank.AUTO);
              return grid.onMaps(new TokenSs2d(config, grid, rng));
            }));
  }

  @Override
  public List<ForecastMethod> forecasters() {
    return List.of(new SeriesMambaForecast());
  }

  @Override
  public Study study() {
    return new MambaMixerStudy();
  }
}
