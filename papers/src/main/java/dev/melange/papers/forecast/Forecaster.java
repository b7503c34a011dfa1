package dev.melange.papers.forecast;

import dev.melange.data.DataException;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.series.TimeSeries;
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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Forecasts series of one's own: fits a model to them, tests it on their last rows, and says how
 * they go on.
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
 * other by one model; values are scaled by the training rows. Several series of the same columns,
 * as {@link dev.melange.data.series.SeriesCsv#readAll} reads them, are learned by one model, each
 * scaled by its own rows.
 */
public final class Forecaster implements AutoCloseable {
  private static final int BATCH = 256;
  private static final int SAMPLES = 500;

  private final String name;
  private final FittedSeries fitted;
  private final ForecastModel model;
  private final Recipe recipe;
  private final long seed;
  private final TrainingResult training; // null if loaded, or nothing was trained

  Forecaster(
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

  /** Fits a model; see {@link #fit(List, ForecastOptions, Recipe.Run)}. */
  public static Forecaster fit(TimeSeries series, ForecastOptions options) throws IOException {
    return fit(series, options, Trainer::fit);
  }

  /** Fits a model to one series; see {@link #fit(List, ForecastOptions, Recipe.Run)}. */
  public static Forecaster fit(TimeSeries series, ForecastOptions options, Recipe.Run run)
      throws IOException {
    return fit(List.of(series), options, run);
  }

  /**
   * Fits one model to series.
   *
   * @param all of the same columns and frequency; all columns are forecast but those that the
   *     options call known or static. They may have missing values if the options say how to fill
   *     them
   * @param run runs the trainer, after adding checkpoints, a listener or a way to stop
   * @throws DataException if a series is too short or constant, or has missing values that are not
   *     to be filled
   */
  public static Forecaster fit(List<TimeSeries> all, ForecastOptions options, Recipe.Run run)
      throws IOException {
    return Fitting.fit(all, options, run);
  }

  /**
   * Fits a linear model to the same rows, to compare a forecaster with.
   *
   * @param all the series the forecaster was fitted to
   * @param options those of the forecaster
   * @param run as for {@link #fit(List, ForecastOptions, Recipe.Run)}
   */
  public Forecaster baseline(List<TimeSeries> all, ForecastOptions options, Recipe.Run run)
      throws IOException {
    List<TimeSeries> targets =
        all.stream().map(series -> prepared(series).targets(fitted.columns().size())).toList();
    return fit(targets, options.baseline(fitted), run);
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

  /** The seed of its weights and draws. */
  public long seed() {
    return seed;
  }

  /** The course of the training; empty for a model from a file, and for one without weights. */
  public Optional<TrainingResult> training() {
    return Optional.ofNullable(training);
  }

  /**
   * The rows after the end of a series.
   *
   * @param series has the fitted columns (others are left out), at least T rows, and the frequency
   *     of the fitted series; missing values are filled as they were for fitting. With known
   *     columns it ends with at least H rows in which only these have values
   * @return H rows, with dates if the series has dates
   * @throws DataException if it does not fit
   */
  public TimeSeries forecast(TimeSeries series) {
    PreparedSeries own = prepared(series);
    return after(own, forecastAt(own, new int[] {own.rows()})[0]);
  }

  private TimeSeries after(PreparedSeries own, double[] values) {
    TimeSeries table = own.table();
    long[] times =
        table
            .times()
            .map(given -> inputs(own).after(table.frequency().orElseThrow(), given[own.rows() - 1]))
            .map(LongStream::toArray)
            .orElse(null);
    return new TimeSeries(
        own.id(), times, table.frequency().orElse(null), fitted.columns(), values);
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
    PreparedSeries own = prepared(series);
    double[][][] limits = limitsAt(own, new int[] {own.rows()});
    return Optional.of(
        new Interval(fitted.interval(), after(own, limits[0][0]), after(own, limits[1][0])));
  }

  /** Lower and upper limits, [2][origins][H * N] in the series' own units. */
  double[][][] limitsAt(PreparedSeries own, int[] origins) {
    double[][][] limits = new double[2][origins.length][];
    ForecastInputs inputs = inputs(own);
    double tail = (1 - fitted.interval() / 100.0) / 2;
    for (int i = 0; i < origins.length; i++) {
      int at = i;
      Scope.run(
          () -> {
            // The draws of an origin do not depend on which others are asked for.
            Rng rng = new Rng(seed).fork(origins[at]);
            TensorBatch batch = inputs.batch(origins[at]).to(Engine.get().device());
            Tensor drawn =
                Autograd.noGrad(() -> model.sampler().sample(batch, SAMPLES, rng)).get(0);
            for (int side = 0; side < 2; side++) {
              Tensor limit = drawn.quantile(side == 0 ? tail : 1 - tail, 0);
              limits[side][at] = inputs.invert(limit.toDoubles());
            }
          });
    }
    return limits;
  }

  private ForecastInputs inputs(PreparedSeries own) {
    return new ForecastInputs(fitted, own, fitted.scaler(own));
  }

  /** The fitted columns of a series, filled, after checking that the model fits it. */
  PreparedSeries prepared(TimeSeries series) {
    PreparedSeries chosen =
        PreparedSeries.of(
            series, fitted.columns(), fitted.known(), fitted.statics(), fitted.fill());
    String frequency = series.frequency().map(Frequency::code).orElse(null);
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
  double[][] forecastAt(PreparedSeries own, int[] origins) {
    double[][] forecasts = new double[origins.length][];
    ForecastInputs inputs = inputs(own);
    for (int from = 0; from < origins.length; from += BATCH) {
      int[] some = Arrays.copyOfRange(origins, from, Math.min(origins.length, from + BATCH));
      int first = from;
      Scope.run(
          () -> {
            Tensor y = Inference.run(inputs.batch(some), model.forward());
            for (int i = 0; i < some.length; i++) {
              forecasts[first + i] = inputs.invert(y.get(i).toDoubles());
            }
          });
      if (Arrays.stream(forecasts[from]).anyMatch(Double::isNaN)) {
        throw new IllegalStateException(
            "the model forecasts NaN for the %d columns of %s"
                .formatted(fitted.columns().size(), own.id()));
      }
    }
    return forecasts;
  }

  /**
   * What the model sees to forecast the rows after the end of a series.
   *
   * @param series as for {@link #forecast}
   * @return one window: {@code x} [1, T, N] in scaled units, and time features and covariates if it
   *     uses them
   */
  public TensorBatch window(TimeSeries series) {
    PreparedSeries own = prepared(series);
    return inputs(own).batch(own.rows()).to(Engine.get().device());
  }

  /** How a series is scaled: its columns to forecast first. */
  public StandardScaler scaler(TimeSeries series) {
    return fitted.scaler(prepared(series));
  }

  // ---- files ----

  /**
   * Saves the model with all that {@link #load} needs and where it comes from.
   *
   * @param file a safetensors file, replaced atomically
   * @param data SHA-256 of the data by name; may be empty
   */
  public void save(Path file, Map<String, String> data) throws IOException {
    ForecasterFile.save(this, file, data);
  }

  /**
   * A saved forecaster.
   *
   * @throws dev.melange.io.CorruptFileException if the file holds no forecaster
   * @throws IllegalArgumentException if its weights do not fit its configuration
   */
  public static Forecaster load(Path file) throws IOException {
    return ForecasterFile.load(file);
  }

  @Override
  public void close() {
    model.close();
  }
}
