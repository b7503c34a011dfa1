package dev.melange.papers.forecast;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.DataException;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.TimeFeatures;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Provenance;
import dev.melange.io.SafeTensorsFile;
import dev.melange.io.Weights;
import dev.melange.nn.Layer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Forecasts a series of one's own: fits a model to it, tests it on its last rows, and says how it
 * goes on.
 *
 * <pre>{@code
 * TimeSeries power = SeriesCsv.read(Path.of("power.csv")).select(List.of("OT"));
 * try (Forecaster forecaster = Forecaster.fit(power, ForecastOptions.of(96).withFill("linear"))) {
 *   Backtest test = Backtest.of(forecaster, power);     // against naive forecasts
 *   TimeSeries next = forecaster.forecast(power);       // 96 rows with their dates
 *   forecaster.save(Path.of("power.safetensors"), Map.of());
 * }
 *
 * try (Forecaster forecaster = Forecaster.load(Path.of("power.safetensors"))) {
 *   TimeSeries next = forecaster.forecast(SeriesCsv.read(Path.of("power-today.csv")));
 * }
 * }</pre>
 *
 * <p>The model sees no row of the back-test in training. Columns are forecast independently of each
 * other by one model; values are scaled by the training rows.
 */
public final class Forecaster implements AutoCloseable {
  private static final String ORIGIN = "forecaster";
  private static final int BATCH = 256;
  private static final int SAMPLES = 500;

  private final String name;
  private final FittedSeries fitted;
  private final ForecastModel model;
  private final Recipe recipe;
  private final long seed;
  private final TrainingResult training; // null if loaded

  private Forecaster(
      String name,
      FittedSeries fitted,
      ForecastModel model,
      Recipe recipe,
      long seed,
      TrainingResult training) {
    this.name = name;
    this.fitted = fitted;
    this.model = model;
    this.recipe = recipe;
    this.seed = seed;
    this.training = training;
    model.layer().eval();
  }

  // ---- fitting ----

  /** Fits a model; see {@link #fit(TimeSeries, ForecastOptions, Recipe.Run)}. */
  public static Forecaster fit(TimeSeries series, ForecastOptions options) throws IOException {
    return fit(series, options, Trainer::fit);
  }

  /**
   * Fits a model to all columns of a series.
   *
   * @param series may have missing values if the options say how to fill them
   * @param run runs the trainer, after adding checkpoints, a listener or a way to stop
   * @throws DataException if the series is too short, or has missing values that are not to be
   *     filled
   */
  public static Forecaster fit(TimeSeries series, ForecastOptions options, Recipe.Run run)
      throws IOException {
    TimeSeries filled = filled(series, options.fill());
    ForecastPlan plan = ForecastPlan.of(filled, options);
    ForecastData data = ForecastData.of(filled, plan.split(), plan.marks());
    FittedSeries fitted =
        new FittedSeries(
            series.name(),
            series.columns(),
            data.scaler().mean(),
            data.scaler().std(),
            series.frequency().map(Frequency::code).orElse(null),
            plan.marks().isPresent(),
            plan.split().inputLength(),
            plan.split().horizon(),
            plan.season(),
            plan.backtest(),
            options.fill(),
            options.interval());
    ForecastModel model =
        ForecastMethod.of(options.model()).create(plan.config(), new Rng(options.seed()));
    try {
      if (options.pretrain() > 0) {
        ForecastMethod.of(options.model())
            .pretrain(
                model,
                data,
                plan.recipe(),
                new ForecastMethod.Pretraining(options.pretrain(), options.probe()),
                options.seed(),
                run);
      }
      TrainingResult training = plan.recipe().fit(model, data, options.seed(), run);
      return new Forecaster(
          options.model(), fitted, model, plan.recipe(), options.seed(), training);
    } catch (RuntimeException | IOException e) {
      model.close();
      throw e;
    }
  }

  /**
   * A series without missing values.
   *
   * @param fill see {@link ForecastOptions}
   * @throws DataException if there are missing values and {@code fill} is {@code none}; tells how
   *     many and where
   */
  static TimeSeries filled(TimeSeries series, String fill) {
    if (series.missing() == 0) {
      return series;
    }
    if (!fill.equals("none")) {
      return series.filled(
          fill.equals("linear") ? TimeSeries.Fill.LINEAR : TimeSeries.Fill.FORWARD);
    }
    Map<String, Integer> missing = missing(series);
    throw new DataException(
        "%s has %,d missing values (%s); fill them with --fill linear (a line between the neighbours) or --fill ffill (the value before)"
            .formatted(
                series.name(),
                series.missing(),
                String.join(
                    ", ",
                    missing.entrySet().stream()
                        .map(e -> "%s: %,d".formatted(e.getKey(), e.getValue()))
                        .toList())));
  }

  /** Number of missing values of each column that has any. */
  public static Map<String, Integer> missing(TimeSeries series) {
    Map<String, Integer> missing = new LinkedHashMap<>();
    for (int c = 0; c < series.columns().size(); c++) {
      for (int row = 0; row < series.rows(); row++) {
        if (Double.isNaN(series.get(row, c))) {
          missing.merge(series.columns().get(c), 1, Integer::sum);
        }
      }
    }
    return missing;
  }

  // ---- use ----

  /** What it knows of the series. */
  public FittedSeries fitted() {
    return fitted;
  }

  /** The model's name, that of a {@link ForecastMethod}. */
  public String name() {
    return name;
  }

  /** The model. */
  public ForecastModel model() {
    return model;
  }

  /** How it was trained. */
  public Recipe recipe() {
    return recipe;
  }

  /** The course of the training; empty for a model from a file. */
  public Optional<TrainingResult> training() {
    return Optional.ofNullable(training);
  }

  /**
   * The rows after the end of a series.
   *
   * @param series has the fitted columns (others are left out), at least T rows, and the frequency
   *     of the fitted series; missing values are filled as they were for fitting
   * @return H rows, with dates if the series has dates
   * @throws DataException if it does not fit
   */
  public TimeSeries forecast(TimeSeries series) {
    TimeSeries own = prepared(series);
    return after(own, forecastAt(own, new int[] {own.rows()})[0]);
  }

  private TimeSeries after(TimeSeries own, double[] values) {
    long[] times =
        own.times()
            .map(given -> future(own.frequency().orElseThrow(), given[given.length - 1]).toArray())
            .orElse(null);
    return new TimeSeries(own.name(), times, own.frequency().orElse(null), own.columns(), values);
  }

  /**
   * Limits of a forecast.
   *
   * @param percent of the futures lie between them, as far as the model knows
   * @param low the lower limit, H rows
   * @param high the upper limit, H rows
   */
  public record Interval(int percent, TimeSeries low, TimeSeries high) {}

  /**
   * Limits between which the rows after the end of a series lie, each column and step by itself;
   * nothing if the forecaster was fitted without.
   *
   * @param series as for {@link #forecast}
   */
  public Optional<Interval> interval(TimeSeries series) {
    if (fitted.interval() == null) {
      return Optional.empty();
    }
    TimeSeries own = prepared(series);
    double[][][] limits = limitsAt(own, new int[] {own.rows()});
    return Optional.of(
        new Interval(fitted.interval(), after(own, limits[0][0]), after(own, limits[1][0])));
  }

  /** Lower and upper limits, [2][origins][H * N] in the series' own units. */
  double[][][] limitsAt(TimeSeries own, int[] origins) {
    double[][][] limits = new double[2][origins.length][];
    double tail = (1 - fitted.interval() / 100.0) / 2;
    for (int i = 0; i < origins.length; i++) {
      int at = i;
      Scope.run(
          () -> {
            // The draws of an origin do not depend on which others are asked for.
            Rng rng = new Rng(seed).fork(origins[at]);
            TensorBatch batch = batch(own, new int[] {origins[at]}).to(Engine.get().device());
            Tensor drawn =
                Autograd.noGrad(() -> model.sampler().sample(batch, SAMPLES, rng)).get(0);
            for (int side = 0; side < 2; side++) {
              Tensor limit = drawn.quantile(side == 0 ? tail : 1 - tail, 0);
              limits[side][at] = fitted.scaler().invert(limit.toDoubles());
            }
          });
    }
    return limits;
  }

  private LongStream future(Frequency frequency, long last) {
    return LongStream.rangeClosed(1, fitted.horizon()).map(i -> frequency.plus(last, i));
  }

  /** The fitted columns of a series, filled, after checking that the model fits it. */
  TimeSeries prepared(TimeSeries series) {
    TimeSeries chosen = filled(series.select(fitted.columns()), fitted.fill());
    String frequency = chosen.frequency().map(Frequency::code).orElse(null);
    if (fitted.frequency() != null && !fitted.frequency().equals(frequency)) {
      throw new DataException(
          "the model was fitted to rows spaced by '%s', %s has %s; resample it or fit a new model"
              .formatted(
                  fitted.frequency(),
                  series.name(),
                  frequency == null ? "no dates" : "'" + frequency + "'"));
    }
    if (chosen.rows() < fitted.context()) {
      throw new DataException(
          "%s has %,d rows, the model forecasts from the last %,d; give more rows"
              .formatted(series.name(), chosen.rows(), fitted.context()));
    }
    return chosen;
  }

  /**
   * Forecasts from the rows before each origin.
   *
   * @param own from {@link #prepared}
   * @param origins the first row after each history; the number of rows for the future
   * @return values [origins][H * N] in the series' own units
   */
  double[][] forecastAt(TimeSeries own, int[] origins) {
    int width = own.columns().size();
    double[][] forecasts = new double[origins.length][];
    for (int from = 0; from < origins.length; from += BATCH) {
      int[] some = Arrays.copyOfRange(origins, from, Math.min(origins.length, from + BATCH));
      int first = from;
      Scope.run(
          () -> {
            Tensor y = Inference.run(batch(own, some), model.forward());
            for (int i = 0; i < some.length; i++) {
              forecasts[first + i] = fitted.scaler().invert(y.get(i).toDoubles());
            }
          });
      if (Arrays.stream(forecasts[from]).anyMatch(Double::isNaN)) {
        throw new IllegalStateException(
            "the model forecasts NaN for the %d columns of %s".formatted(width, own.name()));
      }
    }
    return forecasts;
  }

  /**
   * What the model sees to forecast the rows after the end of a series.
   *
   * @param series as for {@link #forecast}
   * @return one window: {@code x} [1, T, N] in scaled units, and time features if it uses them
   */
  public TensorBatch window(TimeSeries series) {
    TimeSeries own = prepared(series);
    return batch(own, new int[] {own.rows()}).to(Engine.get().device());
  }

  /** The inputs {@code x} and, with time features, {@code x_mark} and {@code y_mark}. */
  TensorBatch batch(TimeSeries own, int[] origins) {
    int width = own.columns().size();
    int context = fitted.context();
    double[] scaled = fitted.scaler().transform(own.values());
    float[] x = new float[origins.length * context * width];
    for (int i = 0; i < x.length; i++) {
      int window = i / (context * width);
      x[i] = (float) scaled[(origins[window] - context) * width + i % (context * width)];
    }
    Map<String, Tensor> batch = new LinkedHashMap<>();
    batch.put("x", Tensor.of(x, origins.length, context, width));
    if (fitted.marks()) {
      Frequency frequency = Frequency.of(fitted.frequency());
      long[] times = own.times().orElseThrow();
      int features = TimeFeatures.continuousCount(frequency.unit());
      Tensor[] marks = new Tensor[origins.length];
      for (int i = 0; i < marks.length; i++) {
        long[] around =
            LongStream.concat(
                    Arrays.stream(times, origins[i] - context, origins[i]),
                    future(frequency, times[origins[i] - 1]))
                .toArray();
        float[] values = floats(TimeFeatures.continuous(around, frequency.unit()));
        marks[i] = Tensor.of(values, around.length, features);
      }
      Tensor all = Tensor.stack(0, marks);
      batch.put("x_mark", all.narrow(1, 0, context).contiguous());
      batch.put("y_mark", all.narrow(1, context, fitted.horizon()).contiguous());
    }
    return TensorBatch.of(batch);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  // ---- files ----

  /**
   * Saves the model with all that {@link #load} needs and where it comes from.
   *
   * @param file a safetensors file, replaced atomically
   * @param data SHA-256 of the data by name; may be empty
   */
  public void save(Path file, Map<String, String> data) throws IOException {
    ObjectNode origin = Configs.toJson(fitted);
    ObjectNode wrapped = origin.objectNode();
    wrapped.set(ORIGIN, origin);
    Provenance provenance =
        new Provenance(
            name,
            Configs.toJson(model.config()),
            data,
            seed,
            Configs.toJson(recipe),
            wrapped,
            Provenance.libraryVersion(),
            Map.of());
    Weights.write(file, model.layer().state(), provenance.toMetadata());
  }

  /**
   * A saved forecaster.
   *
   * @throws CorruptFileException if the file holds no forecaster
   * @throws IllegalArgumentException if its weights do not fit its configuration
   */
  public static Forecaster load(Path file) throws IOException {
    try (SafeTensorsFile weights = SafeTensorsFile.open(file)) {
      Provenance provenance =
          Provenance.of(file, weights.metadata())
              .orElseThrow(() -> notAForecaster(file, "it does not say what it holds"));
      JsonNode origin = provenance.origin().get(ORIGIN);
      if (origin == null || !ForecastMethod.names().contains(provenance.model())) {
        throw notAForecaster(file, "it holds " + provenance.model());
      }
      ForecastMethod method = ForecastMethod.of(provenance.model());
      FittedSeries fitted = Configs.read(FittedSeries.class, origin, file + " (" + ORIGIN + ")");
      Record config = Configs.read(method.configType(), provenance.config(), file.toString());
      Recipe recipe = Configs.read(Recipe.class, provenance.hyperparameters(), file.toString());
      ForecastModel model = method.create(config, new Rng(0));
      try {
        load(model.layer(), weights);
      } catch (RuntimeException | IOException e) {
        model.close();
        throw e;
      }
      model.layer().to(Engine.get().device());
      return new Forecaster(provenance.model(), fitted, model, recipe, provenance.seed(), null);
    }
  }

  private static void load(Layer layer, SafeTensorsFile weights) throws IOException {
    try {
      Scope.run(
          () -> {
            try {
              layer.load(Weights.read(weights));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static CorruptFileException notAForecaster(Path file, String what) {
    return new CorruptFileException(
        file, "is not a saved forecaster: " + what, "fit one with: melange forecast");
  }

  @Override
  public void close() {
    model.close();
  }
}
