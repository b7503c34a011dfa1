package dev.melange.papers.timemixer;

import dev.melange.component.Component;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.OneOf;
import dev.melange.component.Outputs;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.SeriesSplit;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.series.TimeFeatures;
import dev.melange.metric.AnomalyDetection;
import dev.melange.metric.ForecastMetrics;
import dev.melange.metric.M4Summary;
import dev.melange.optim.OneCycle;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.forecast.ForecastLosses;
import dev.melange.papers.forecast.ForecastMethod;
import dev.melange.papers.forecast.SeriesDecomposition;
import dev.melange.papers.study.Study;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** TimeMixer (ICLR 2024): its model, layers, losses, data rules and metrics. */
public final class TimeMixerPaper implements Paper {
  /**
   * Which time features to compute.
   *
   * @param timeenc 1 for continuous features, 0 for integers
   * @param freq unit of the series' spacing
   */
  public record TimeFeaturesConfig(
      @Default("1") int timeenc,
      @Default("h") @OneOf({"s", "t", "h", "d", "b", "w", "m"}) String freq) {
    /** Checks the switch. */
    public TimeFeaturesConfig {
      TimeMixerConfig.requireSwitch("timeenc", timeenc);
    }
  }

  /**
   * A window of an ETT split.
   *
   * @param seq_len history length
   * @param pred_len horizon
   * @param points_per_day rows per day
   * @param probe_window which test window to return
   */
  public record EttConfig(int seq_len, int pred_len, int points_per_day, int probe_window) {}

  /**
   * Season of the M4 losses.
   *
   * @param frequency season length in steps
   */
  public record M4LossConfig(int frequency) {}

  /**
   * Series of the M4 summary.
   *
   * @param groups group name per series
   * @param frequencies season length per group
   */
  public record M4Config(List<String> groups, Map<String, Integer> frequencies) {}

  /** No options. */
  public record NoConfig() {}

  /**
   * Options of the anomaly threshold.
   *
   * @param anomaly_ratio expected share of anomalies in percent
   */
  public record AnomalyConfig(double anomaly_ratio) {}

  /**
   * A one-cycle schedule and its beta1.
   *
   * @param max_lr the peak
   * @param steps_per_epoch optimiser steps per epoch
   * @param epochs number of epochs
   * @param pct_start share of the steps in the rising phase
   */
  public record ScheduleConfig(
      double max_lr, int steps_per_epoch, int epochs, @Default("0.2") double pct_start) {}

  private static final Component MODEL =
      Component.of(
              "series/timemixer",
              TimeMixerConfig.class,
              TimeMixer::new,
              (model, in) -> Map.of("output", model.forward(in)))
          .withExample(TimeMixerConfig.class, TimeMixer::example);

  @Override
  public String key() {
    return "timemixer";
  }

  @Override
  public List<Component> components() {
    return List.of(
        MODEL,
        Component.function(
            "layer/series-decomposition",
            SeriesDecomposition.Config.class,
            (config, in) -> {
              var parts = new SeriesDecomposition(config).split(in.get("x"));
              return Map.of("season", parts.season(), "trend", parts.trend());
            }),
        Component.of(
            "layer/past-decomposable-mixing",
            PastDecomposableMixing.Config.class,
            PastDecomposableMixing::new,
            TimeMixerPaper::mix),
        Component.of(
            "layer/reversible-norm",
            ReversibleNorm.Config.class,
            (config, rng) -> new ReversibleNorm(config),
            (layer, in) -> {
              var normalized = layer.normalize(in.get("x"));
              return Map.of(
                  "normed",
                  normalized.values(),
                  "denormed",
                  layer.denormalize(in.get("y"), normalized));
            }),
        Component.of(
            "layer/time-series-embedding",
            TimeSeriesEmbedding.Config.class,
            TimeSeriesEmbedding::new,
            (layer, in) -> Map.of("embedding", layer.forward(in.get("x"), in.optional("x_mark")))),
        Component.function("data/time-features", TimeFeaturesConfig.class, TimeMixerPaper::times),
        Component.function("data/ett-split", EttConfig.class, TimeMixerPaper::ett),
        Component.function("loss/m4", M4LossConfig.class, TimeMixerPaper::m4Losses),
        Component.function("series/m4-metrics", M4Config.class, TimeMixerPaper::m4Metrics),
        Component.function(
            "series/forecast-metrics", NoConfig.class, (config, in) -> forecastMetrics(in)),
        Component.function(
            "series/anomaly-adjustment", AnomalyConfig.class, TimeMixerPaper::anomalies),
        Component.function(
            "optim/one-cycle", ScheduleConfig.class, (config, in) -> schedule(config)));
  }

  private static Map<String, Tensor> mix(PastDecomposableMixing layer, Inputs in) {
    List<Tensor> scales = new ArrayList<>();
    while (in.has("x" + scales.size())) {
      scales.add(in.get("x" + scales.size()).transpose(1, 2));
    }
    Outputs outputs = new Outputs();
    List<Tensor> mixed = layer.forward(scales);
    for (int m = 0; m < mixed.size(); m++) {
      outputs.put("y" + m, mixed.get(m).transpose(1, 2));
    }
    return outputs.map();
  }

  private static Map<String, Tensor> times(TimeFeaturesConfig config, Inputs in) {
    long[] seconds = in.get("epoch_seconds").toLongs();
    Frequency.Unit unit = Frequency.of(config.freq()).unit();
    Tensor features =
        config.timeenc() == 1
            ? Tensor.of(TimeFeatures.continuous(seconds, unit))
            : Tensor.of(TimeFeatures.integers(seconds, unit)).to(DType.F64);
    return Map.of("features", features.reshape(seconds.length, -1));
  }

  private static Map<String, Tensor> ett(EttConfig config, Inputs in) {
    Tensor series = in.get("series");
    int t = config.seq_len();
    int h = config.pred_len();
    SeriesSplit split = SeriesSplit.ett((int) series.size(0), config.points_per_day(), t, h);
    List<SeriesSplit.Part> parts = List.of(split.train(), split.valid(), split.test());
    StandardScaler scaler =
        StandardScaler.fit(
            series.toDoubles(), (int) series.size(1), split.train().begin(), split.train().end());
    Tensor mean = Tensor.of(scaler.mean());
    Tensor std = Tensor.of(scaler.std());
    Tensor scaled = series.sub(mean).div(std);
    long start = (long) split.test().begin() + config.probe_window();
    return new Outputs()
        .put("begin", parts.stream().mapToLong(SeriesSplit.Part::begin).toArray())
        .put("end", parts.stream().mapToLong(SeriesSplit.Part::end).toArray())
        .put("windows", parts.stream().mapToLong(split::windows).toArray())
        .put("mean", mean)
        .put("std", std)
        .put("x", scaled.narrow(0, start, t))
        .put("y", scaled.narrow(0, start + t, h))
        .map();
  }

  private static Map<String, Tensor> m4Losses(M4LossConfig config, Inputs in) {
    Tensor forecast = in.get("forecast");
    Tensor target = in.get("target");
    Tensor mask = in.get("mask");
    return Map.of(
        "smape",
        ForecastLosses.smape(forecast, target, mask),
        "mase",
        ForecastLosses.mase(in.get("insample"), config.frequency(), forecast, target, mask),
        "mape",
        ForecastLosses.mape(forecast, target, mask));
  }

  private static Map<String, Tensor> m4Metrics(M4Config config, Inputs in) {
    M4Summary summary =
        M4Summary.of(
            config.groups(),
            config.frequencies(),
            rows(in.get("forecast")),
            rows(in.get("naive2")),
            rows(in.get("target")),
            rows(in.get("insample")));
    List<M4Summary.Score> scores =
        List.of("Yearly", "Quarterly", "Monthly", "Others", "Average").stream()
            .map(summary::get)
            .toList();
    return new Outputs()
        .put("smape", scores.stream().mapToDouble(M4Summary.Score::smape).toArray())
        .put("mase", scores.stream().mapToDouble(M4Summary.Score::mase).toArray())
        .put("owa", scores.stream().mapToDouble(M4Summary.Score::owa).toArray())
        .map();
  }

  private static double[][] rows(Tensor x) {
    double[][] rows = new double[(int) x.size(0)][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = x.get(i).toDoubles();
    }
    return rows;
  }

  private static Map<String, Tensor> forecastMetrics(Inputs in) {
    ForecastMetrics metrics =
        ForecastMetrics.of(in.get("forecast").toDoubles(), in.get("target").toDoubles());
    return new Outputs()
        .put("mae", metrics.mae())
        .put("mse", metrics.mse())
        .put("rmse", metrics.rmse())
        .put("mape", metrics.mape())
        .put("mspe", metrics.mspe())
        .map();
  }

  private static Map<String, Tensor> anomalies(AnomalyConfig config, Inputs in) {
    double[] given = in.get("labels").toDoubles();
    boolean[] labels = new boolean[given.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = given[i] != 0;
    }
    AnomalyDetection found =
        AnomalyDetection.of(
            in.get("train_energy").toDoubles(),
            in.get("test_energy").toDoubles(),
            labels,
            config.anomaly_ratio());
    return new Outputs()
        .put("threshold", found.threshold())
        .put("raw", flags(found.raw()))
        .put("adjusted", flags(found.adjusted()))
        .put("accuracy", found.adjustedScore().accuracy())
        .put("precision", found.adjustedScore().precision())
        .put("recall", found.adjustedScore().recall())
        .put("f1", found.adjustedScore().f1())
        .map();
  }

  private static long[] flags(boolean[] flags) {
    long[] numbers = new long[flags.length];
    for (int i = 0; i < flags.length; i++) {
      numbers[i] = flags[i] ? 1 : 0;
    }
    return numbers;
  }

  private static Map<String, Tensor> schedule(ScheduleConfig config) {
    OneCycle cycle =
        OneCycle.of(config.max_lr, (long) config.steps_per_epoch * config.epochs)
            .withPctStart(config.pct_start);
    double[] lr = new double[Math.toIntExact(cycle.total())];
    double[] beta1 = new double[lr.length];
    for (int k = 0; k < lr.length; k++) {
      lr[k] = cycle.at(k);
      beta1[k] = cycle.momentum(k);
    }
    return new Outputs().put("lr", lr).put("beta1", beta1).map();
  }

  /** The long-term models per data set and horizon, and the one of M4 Monthly. */
  @Override
  public List<Model> models() {
    List<Model> models = new ArrayList<>();
    for (int horizon : LongTermSettings.HORIZONS) {
      for (LongTermSettings settings : LongTermSettings.ALL) {
        models.add(Model.of(settings.modelName(horizon), MODEL, settings.config(horizon)));
      }
    }
    models.add(
        Model.of(
            "timemixer_m4_monthly",
            MODEL,
            TimeMixerConfig.of("short_term_forecast", 36, 18, 1, 32, 32, 4, 1)));
    return List.copyOf(models);
  }

  @Override
  public List<ForecastMethod> forecasters() {
    return List.of(new TimeMixerForecast());
  }

  @Override
  public Study study() {
    return new TimeMixerStudy();
  }
}
