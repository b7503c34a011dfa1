package dev.melange.papers.fresh;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.fields.SignalModel;
import dev.melange.papers.study.Study;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** FreSh (ICLR 2025): spectra, their distance, the choice of a configuration, and the networks. */
public final class FreshPaper implements Paper {
  private static final Component SIREN =
      Component.of(
              "field/fresh-siren",
              Siren.Config.class,
              Siren::new,
              (network, in) -> Map.of("output", network.forward(in.get("coords"))))
          .withExample(Siren.Config.class, config -> coordinates(config.in_features()));

  private static final Component FINER =
      Component.of(
              "field/fresh-finer",
              Finer.Config.class,
              Finer::new,
              (network, in) -> Map.of("output", network.forward(in.get("coords"))))
          .withExample(Finer.Config.class, config -> coordinates(config.in_features()));

  private static final Component FOURIER =
      Component.of(
              "field/fresh-fourier",
              FourierField.Config.class,
              FourierField::new,
              (network, in) -> Map.of("output", network.forward(in.get("coords"))))
          .withExample(FourierField.Config.class, config -> coordinates(config.in_features()));

  private static final Component WIRE =
      Component.of(
              "field/fresh-wire",
              Wire.Config.class,
              Wire::new,
              (network, in) -> Map.of("output", network.forward(in.get("coords"))))
          .withExample(Wire.Config.class, config -> coordinates(config.in_features()));

  @Override
  public String key() {
    return "fresh";
  }

  @Override
  public List<Component> components() {
    return List.of(
        Component.function(
            "field/signal-spectrum",
            SignalSpectrum.Config.class,
            (config, in) -> Map.of("spectrum", SignalSpectrum.of(in.get("signal"), config))),
        Component.function(
            "field/spectrum-mask",
            SpectrumMask.Config.class,
            (config, in) -> Map.of("mask", SpectrumMask.of(config))),
        Component.function(
            "loss/spectrum-wasserstein",
            SpectrumDistance.Config.class,
            (config, in) -> Map.of("distance", SpectrumDistance.of(in.get("u"), in.get("v")))),
        Component.function("field/fresh-select", FreshSelection.Config.class, FreshPaper::select),
        SIREN,
        FINER,
        FOURIER,
        WIRE,
        Component.function(
            "field/coordinate-grid",
            CoordinateGrid.Config.class,
            (config, in) -> Map.of("coords", CoordinateGrid.of(config.resolution()))));
  }

  private static Map<String, Tensor> select(FreshSelection.Config config, Inputs in) {
    FreshSelection selection = FreshSelection.of(in.get("target"), in.get("outputs"), config);
    return new Outputs()
        .put(
            "distances",
            Tensor.stack(
                0,
                Arrays.stream(selection.distances())
                    .map(row -> Tensor.of(row))
                    .toArray(Tensor[]::new)))
        .put("mean", selection.means())
        .put("standard_error", selection.standardErrors())
        .put("choice", Tensor.of(new long[] {selection.choice()}).to(DType.I64).squeeze(0))
        .map();
  }

  private static Map<String, Tensor> coordinates(int axes) {
    return Map.of("coords", Tensor.zeros(1, axes));
  }

  /** The networks of the paper's images, with the settings that users start from. */
  @Override
  public List<Model> models() {
    return List.of(
        Model.of("fresh_siren", SIREN, Configs.defaults(Siren.Config.class)),
        Model.of("fresh_finer", FINER, Configs.defaults(Finer.Config.class)),
        Model.of("fresh_fourier", FOURIER, Configs.defaults(FourierField.Config.class)),
        Model.of("fresh_wire", WIRE, Configs.defaults(Wire.Config.class)));
  }

  @Override
  public Study study() {
    return new FreshStudy();
  }

  @Override
  public List<SignalModel> signalModels() {
    return FrequencyNetwork.all();
  }
}
