package dev.melange.papers.timemixer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.series.TimeSeries;
import dev.melange.data.series.Windows;
import dev.melange.papers.forecast.ForecastData;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.report.Chart;
import dev.melange.report.XyChart;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.SeriesBatches;
import dev.melange.train.TensorBatch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a trained TimeMixer makes of one window: its forecast beside the truth, what each scale adds
 * to it, and season and trend before and after mixing. Numbers and drawing are apart, so that
 * charts can be drawn from stored numbers.
 */
final class TimeMixerPictures {
  private TimeMixerPictures() {}

  /**
   * The numbers of a window's pictures, in the series' own units.
   *
   * @param windows of the series that {@code data} describes
   * @param index the window
   * @param column the column shown
   */
  static ObjectNode numbers(
      TimeMixer model, ForecastData data, Windows windows, int index, int column) {
    return Autograd.noGrad(() -> Scope.run(() -> compute(model, data, windows, index, column)));
  }

  private static ObjectNode compute(
      TimeMixer model, ForecastData data, Windows windows, int index, int column) {
    TensorBatch batch = window(windows, index).to(Engine.get().device());
    double mean = data.scaler().mean()[column];
    double std = data.scaler().std()[column];
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("column", data.series().columns().get(column)).put("window", index);
    put(json, "history", own(column(batch.get("x"), column), mean, std));
    put(json, "truth", own(column(batch.get("y"), column), mean, std));
    ArrayNode scales = json.putArray("scales");
    var inputs = TimeMixerForecast.inputs(batch, false);
    List<Tensor> parts = model.scaleForecasts(inputs);
    for (int m = 0; m < parts.size(); m++) {
      // The level is counted once, with the finest scale.
      double[] part = own(column(parts.get(m), column), m == 0 ? mean : 0, std);
      Arrays.stream(part).forEach(scales.addArray()::add);
    }
    var mixing = model.mixing(inputs);
    put(json, "season", mixing.season(), column);
    put(json, "mixed_season", mixing.mixedSeason(), column);
    put(json, "trend", mixing.trend(), column);
    put(json, "mixed_trend", mixing.mixedTrend(), column);
    return json;
  }

  /** What each scale adds to the forecast of a column, above the mean of the history it sees. */
  static double[][] scaleParts(
      TimeMixer model, Forecaster forecaster, TimeSeries series, int column) {
    var scaler = forecaster.scaler(series);
    TensorBatch batch = forecaster.window(series);
    return Autograd.noGrad(
        () ->
            Scope.run(
                () -> {
                  double level =
                      Arrays.stream(column(batch.get("x"), column)).average().orElseThrow();
                  List<Tensor> parts = model.scaleForecasts(TimeMixerForecast.inputs(batch, false));
                  double[][] result = new double[parts.size()][];
                  for (int m = 0; m < result.length; m++) {
                    result[m] =
                        own(
                            column(parts.get(m), column),
                            m == 0 ? -level * scaler.std()[column] : 0,
                            scaler.std()[column]);
                  }
                  return result;
                }));
  }

  private static TensorBatch window(Windows windows, int index) {
    SeriesBatches single = SeriesBatches.of(windows, 1);
    try (Minibatches.Epoch batches = single.epoch(0, index)) {
      return batches.next();
    }
  }

  private static double[] column(Tensor x, int column) {
    return x.get(0).select(1, column).toDoubles();
  }

  private static double[] own(double[] scaled, double mean, double std) {
    return Arrays.stream(scaled).map(value -> value * std + mean).toArray();
  }

  private static void put(ObjectNode json, String name, double[] values) {
    Arrays.stream(values).forEach(json.putArray(name)::add);
  }

  private static void put(ObjectNode json, String name, List<Tensor> scales, int column) {
    ArrayNode all = json.putArray(name);
    for (Tensor scale : scales) {
      double[] values = scale.get(Math.min(column, scale.size(0) - 1)).mean(0).toDoubles();
      Arrays.stream(values).forEach(all.addArray()::add);
    }
  }

  /** The numbers of an array. */
  static double[] values(JsonNode array) {
    return IntStream.range(0, array.size()).mapToDouble(i -> array.get(i).asDouble()).toArray();
  }

  /** History, truth and forecast, the last step of the history at 0. */
  static Chart forecast(JsonNode json) {
    double[] history = values(json.get("history"));
    double[] truth = values(json.get("truth"));
    double[] total = new double[truth.length];
    for (JsonNode scale : json.get("scales")) {
      double[] part = values(scale);
      Arrays.setAll(total, i -> total[i] + part[i]);
    }
    String column = json.get("column").asText();
    return Chart.xy("%s, test window %d".formatted(column, json.get("window").asInt()))
        .x("steps from the end of the history")
        .y(column)
        .line("history", steps(1 - history.length, history.length), history)
        .line("truth", steps(1, truth.length), truth)
        .line("forecast", steps(1, total.length), total)
        .build();
  }

  /** What each scale adds to the forecast; the finest one without the level of the history. */
  static Chart scales(JsonNode json) {
    String column = json.get("column").asText();
    double level = Arrays.stream(values(json.get("history"))).average().orElseThrow();
    XyChart.Builder chart =
        Chart.xy("What each scale adds, window %d".formatted(json.get("window").asInt()))
            .x("steps from the end of the history")
            .y(column + ", above the history's mean");
    for (int m = 0; m < json.get("scales").size(); m++) {
      double[] part = values(json.get("scales").get(m));
      double zero = m == 0 ? level : 0;
      chart.line(
          name(m), steps(1, part.length), Arrays.stream(part).map(value -> value - zero).toArray());
    }
    return chart.build();
  }

  /** Season and trend of the first block before and after mixing, mean of the features. */
  static List<Chart> mixing(JsonNode json) {
    return List.of(
        parts(json, "season", "Season of each scale, before mixing"),
        parts(json, "mixed_season", "Season after mixing: finer scales have been added"),
        parts(json, "trend", "Trend of each scale, before mixing"),
        parts(json, "mixed_trend", "Trend after mixing: coarser scales have been added"));
  }

  private static Chart parts(JsonNode json, String key, String title) {
    XyChart.Builder chart = Chart.xy(title).x("step of the history").y("mean of the features");
    int finest = json.get(key).get(0).size();
    for (int m = 0; m < json.get(key).size(); m++) {
      double[] part = values(json.get(key).get(m));
      double spacing = (double) finest / part.length;
      double[] at = new double[part.length];
      Arrays.setAll(at, i -> (i + 0.5) * spacing);
      chart.line(name(m), at, part);
    }
    return chart.build();
  }

  static String name(int scale) {
    return scale == 0 ? "finest scale" : "coarser scale " + scale;
  }

  private static double[] steps(int from, int count) {
    return IntStream.range(from, from + count).asDoubleStream().toArray();
  }
}
