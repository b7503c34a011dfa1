package dev.melange.papers.tsmixer;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.forecast.ForecastMethod;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** TSMixer (KDD 2023): its network with all heads, its layers, masks and losses. */
public final class TsMixerPaper implements Paper {
  private static final List<Integer> HORIZONS = List.of(96, 192, 336, 720);

  private static final Component NETWORK =
      Component.of("series/tsmixer", TsMixerConfig.class, TsMixer::new, TsMixer::run)
          .withExample(TsMixerConfig.class, TsMixer::example);

  @Override
  public String key() {
    return "tsmixer";
  }

  @Override
  public List<Component> components() {
    return List.of(
        NETWORK,
        Component.function(
            "layer/tsmixer-position",
            Positions.Config.class,
            (config, in) ->
                Map.of("position_enc", Positions.sines(config.num_patches(), config.d_model()))),
        Component.function(
            "data/patch-mask",
            PatchMask.Config.class,
            (config, in) -> {
              PatchMask mask =
                  PatchMask.of(
                      config, in.get("patches"), in.get(in.has("noise") ? "noise" : "perm"));
              return Map.of("masked", mask.masked(), "mask", mask.mask());
            }),
        Component.function(
            "loss/distribution-nll", DistributionOutput.Config.class, TsMixerPaper::nll),
        Component.of(
            "layer/cross-channel-reconciliation",
            CrossChannelReconciliation.Config.class,
            CrossChannelReconciliation::new,
            (layer, in) -> Map.of("reconciled", layer.forward(in.get("forecast")))),
        Component.of(
            "layer/hierarchical-forecast-head",
            HierarchicalForecastHead.Config.class,
            HierarchicalForecastHead::new,
            (layer, in) -> {
              HierarchicalForecastHead.Forecast made =
                  layer.forward(in.get("hidden"), in.get("loc"), in.get("scale"));
              return Map.of("forecast", made.forecast(), "aggregate", made.aggregate());
            }),
        Component.function(
            "loss/hierarchical-reconciliation",
            HierarchicalReconciliation.Config.class,
            (config, in) -> {
              HierarchicalReconciliation loss =
                  HierarchicalReconciliation.of(
                      config.hierarchy_patch_length(),
                      in.get("forecast"),
                      in.get("target"),
                      in.get("aggregate"));
              return new Outputs()
                  .put("granular", loss.granular())
                  .put("aggregate", loss.aggregate())
                  .put("consistency", loss.consistency())
                  .put("loss", loss.loss())
                  .map();
            }));
  }

  private static Map<String, Tensor> nll(DistributionOutput.Config config, Inputs in) {
    DistributionOutput distribution = DistributionOutput.of(config.distribution_output());
    List<String> names = distribution.parameters();
    Tensor[] raw = names.stream().map(name -> in.get("raw." + name)).toArray(Tensor[]::new);
    Tensor[] parameters = distribution.domain(raw);
    Tensor loc = in.optional("affine_loc");
    Tensor scale = in.optional("affine_scale");
    Tensor[] scaled = distribution.scaled(parameters, scale);
    Tensor nll = distribution.nll(scaled, loc, scale, in.get("target")).sum(-1);
    Outputs outputs = new Outputs();
    for (int i = 0; i < parameters.length; i++) {
      outputs.put("param." + names.get(i), parameters[i]);
    }
    return outputs
        .put("nll", nll)
        .put("loss", nll.mean())
        .put("mean", distribution.mean(scaled, loc, scale))
        .map();
  }

  /** The published networks for seven channels and a history of 512 steps. */
  @Override
  public List<Model> models() {
    List<Model> models = new ArrayList<>();
    models.add(Model.of("tsmixer_default", NETWORK, Configs.defaults(TsMixerConfig.class)));
    for (int horizon : HORIZONS) {
      models.add(ett("tsmixer_ett_" + horizon, Map.of("prediction_length", "" + horizon)));
    }
    models.add(ett("tsmixer_ett_mix_96", Map.of("prediction_length", "96", "mode", "mix_channel")));
    models.add(ett("tsmixer_ett_nll_96", Map.of("prediction_length", "96", "loss", "nll")));
    models.add(ett("tsmixer_ett_pretrain", Map.of("task", "pretrain")));
    return models;
  }

  @Override
  public List<ForecastMethod> forecasters() {
    return List.of(new TsMixerForecast());
  }

  @Override
  public Study study() {
    return new TsMixerStudy();
  }

  private static Model ett(String name, Map<String, String> changes) {
    return Model.of(name, NETWORK, Configs.with(ett(), changes));
  }

  /** The published sizes for the ETT data. */
  static TsMixerConfig ett() {
    return Configs.with(
        Configs.defaults(TsMixerConfig.class),
        Map.of(
            "context_length", "512",
            "patch_length", "16",
            "patch_stride", "16",
            "num_input_channels", "7",
            "d_model", "32",
            "num_layers", "8"));
  }
}
