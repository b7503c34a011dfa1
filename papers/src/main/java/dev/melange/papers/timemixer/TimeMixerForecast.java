package dev.melange.papers.timemixer;

import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.data.series.TimeSeries;
import dev.melange.papers.forecast.ForecastMethod;
import dev.melange.papers.forecast.ForecastModel;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.XyChart;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** {@link TimeMixer} as a forecaster. */
final class TimeMixerForecast implements ForecastMethod {
  @Override
  public String name() {
    return "timemixer";
  }

  @Override
  public Class<? extends Record> configType() {
    return TimeMixerConfig.class;
  }

  @Override
  public Record config(Task task) {
    TimeMixerConfig config =
        TimeMixerConfig.of(
            "long_term_forecast",
            task.context(),
            task.horizon(),
            task.columns(),
            16,
            32,
            2,
            scales(task.context()));
    Map<String, String> own = new LinkedHashMap<>();
    own.put("mark_order", "sample");
    task.marks().ifPresent(unit -> own.put("freq", unit.code()));
    return Configs.with(config, own);
  }

  /** How often a history can be halved, 1 to 3 times. */
  static int scales(int context) {
    int scales = 1;
    while (scales < 3 && context % (2 << scales) == 0) {
      scales++;
    }
    return scales;
  }

  @Override
  public Set<String> dataKeys() {
    return Set.of("seq_len", "pred_len", "enc_in", "c_out", "task_name", "freq");
  }

  // Values are pooled with floor and times with ceil: an odd history cannot have both.
  @Override
  public boolean usesTimes(int context) {
    return context % 2 == 0;
  }

  @Override
  public ForecastModel create(Record config, Rng rng) {
    return model((TimeMixerConfig) config, rng);
  }

  /** A TimeMixer with initial weights from the stream. */
  static ForecastModel model(TimeMixerConfig config, Rng rng) {
    TimeMixer model = new TimeMixer(config, rng);
    return new ForecastModel(
        model,
        config,
        batch -> model.forward(inputs(batch, model.isTraining())),
        null,
        null,
        // The official order of time features takes those of other windows of the batch.
        config.mark_order().equals("official"));
  }

  /** The inputs of a TimeMixer in a batch of windows. */
  static Inputs inputs(TensorBatch batch, boolean training) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("x_enc", batch.get("x"));
    if (batch.has("x_mark")) {
      inputs.put("x_mark_enc", batch.get("x_mark"));
      inputs.put("x_mark_dec", batch.get("y_mark"));
    }
    return new Inputs(inputs, training);
  }

  @Override
  public void explain(Report report, Forecaster forecaster, TimeSeries series, int columns) {
    report
        .section("Scales")
        .paragraph(
            "The model forecasts at several sampling scales and adds the forecasts; the level of"
                + " the history is left out.")
        .charts(
            IntStream.range(0, columns)
                .mapToObj(column -> scaleParts(forecaster, series, column))
                .toList());
  }

  private static Chart scaleParts(Forecaster forecaster, TimeSeries series, int column) {
    TimeMixer mixer = (TimeMixer) forecaster.model().layer();
    String name = forecaster.fitted().columns().get(column);
    double[][] scales = TimeMixerPictures.scaleParts(mixer, forecaster, series, column);
    XyChart.Builder chart = Chart.xy(name).x("steps ahead").y(name + ", above the history's mean");
    for (int m = 0; m < scales.length; m++) {
      double[] steps = IntStream.rangeClosed(1, scales[m].length).asDoubleStream().toArray();
      chart.line(TimeMixerPictures.name(m), steps, scales[m]);
    }
    return chart.build();
  }
}
