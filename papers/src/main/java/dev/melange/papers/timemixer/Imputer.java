package dev.melange.papers.timemixer;

import dev.melange.component.Inputs;
import dev.melange.data.DataException;
import dev.melange.data.series.SeriesSplit;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.series.TimeSeries;
import dev.melange.data.series.Windows;
import dev.melange.papers.forecast.Recipe;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.SeriesBatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fills the holes of a series: a TimeMixer learns to guess values that are hidden from it, from
 * those around them and from the other columns' weights.
 *
 * <pre>{@code
 * try (Imputer imputer = Imputer.fit(series, 96, Recipe.of(10), 1)) {
 *   TimeSeries whole = imputer.fill(series);
 * }
 * }</pre>
 */
public final class Imputer implements AutoCloseable {
  /** Share of the known values that are hidden in training. */
  public static final double MASK_RATE = 0.25;

  private static final int BATCH = 256;
  private static final long HELD = 1;

  private final TimeMixer model;
  private final StandardScaler scaler;
  private final List<String> columns;
  private final int length;

  private Imputer(TimeMixer model, StandardScaler scaler, List<String> columns, int length) {
    this.model = model;
    this.scaler = scaler;
    this.columns = columns;
    this.length = length;
  }

  /** Fits an imputer; see {@link #fit(TimeSeries, int, Recipe, long, Recipe.Run)}. */
  public static Imputer fit(TimeSeries series, int length, Recipe recipe, long seed)
      throws IOException {
    return fit(series, length, recipe, seed, Trainer::fit);
  }

  /**
   * Fits an imputer to a series, whose holes it ignores.
   *
   * @param series may have missing values; the last tenth of the rows chooses the epoch
   * @param length rows of a window, T
   * @param recipe the training
   * @param seed of initial weights and all draws
   * @param run runs the trainer
   */
  public static Imputer fit(TimeSeries series, int length, Recipe recipe, long seed, Recipe.Run run)
      throws IOException {
    int border = Math.min(series.rows() - length, series.rows() / 10 * 9);
    if (border < length) {
      throw new DataException(
          "%s has %,d rows; windows of %d rows for training and validation need %,d"
              .formatted(series.name(), series.rows(), length, 2 * length));
    }
    int width = series.columns().size();
    StandardScaler scaler = scaler(series, border);
    TimeMixer model =
        new TimeMixer(
            TimeMixerConfig.of(
                "imputation", length, 1, width, 16, 32, 2, TimeMixerForecast.scales(length)),
            new Rng(seed));
    try {
      TimeSeries table = table(series, scaler, seed);
      recipe.fit(
          model,
          batch -> loss(model, batch.get("x"), width),
          recipe.trainBatches(windows(table, length, 0, border), seed),
          SeriesBatches.of(windows(table, length, border, series.rows()), BATCH),
          seed,
          run);
    } catch (RuntimeException | IOException e) {
      model.close();
      throw e;
    }
    return new Imputer(model, scaler, series.columns(), length);
  }

  // Mean and deviation of the values that are known.
  private static StandardScaler scaler(TimeSeries series, int end) {
    int width = series.columns().size();
    double[] mean = new double[width];
    double[] std = new double[width];
    for (int c = 0; c < width; c++) {
      int column = c;
      double[] known =
          java.util.stream.IntStream.range(0, end)
              .mapToDouble(row -> series.get(row, column))
              .filter(value -> !Double.isNaN(value))
              .toArray();
      if (known.length == 0) {
        throw new DataException(
            "%s: column '%s' has no value in its first %,d rows; leave it out"
                .formatted(series.name(), series.columns().get(c), end));
      }
      StandardScaler own = StandardScaler.fit(known, 1, 0, known.length);
      mean[c] = own.mean()[0];
      std[c] = own.std()[0];
    }
    return new StandardScaler(mean, std);
  }

  // Three columns for each: the scaled value or 0, whether it is known, and whether validation
  // hides it.
  private static TimeSeries table(TimeSeries series, StandardScaler scaler, long seed) {
    int width = series.columns().size();
    double[] scaled = scaler.transform(series.values());
    Rng rng = new Rng(seed).fork(HELD);
    double[] values = new double[3 * scaled.length];
    for (int i = 0; i < scaled.length; i++) {
      int at = i / width * 3 * width + i % width;
      boolean known = !Double.isNaN(scaled[i]);
      values[at] = known ? scaled[i] : 0;
      values[at + width] = known ? 1 : 0;
      values[at + 2 * width] = rng.nextDouble() <= MASK_RATE ? 1 : 0;
    }
    List<String> names = new ArrayList<>();
    for (String kind : List.of("", " known", " held")) {
      series.columns().forEach(column -> names.add(column + kind));
    }
    return new TimeSeries(series.name(), null, null, names, values);
  }

  private static Windows windows(TimeSeries table, int length, int begin, int end) {
    int width = table.columns().size();
    double[] ones = new double[width];
    Arrays.fill(ones, 1);
    SeriesSplit.Part part = new SeriesSplit.Part(begin, end);
    SeriesSplit split = new SeriesSplit(part, part, part, length, 0);
    return new Windows(
        table, new StandardScaler(new double[width], ones), split, part, Optional.empty());
  }

  // Mean squared error of the known values that are hidden: at random in training, the same ones
  // each time in validation.
  private static Tensor loss(TimeMixer model, Tensor table, int width) {
    Tensor x = table.narrow(2, 0, width);
    Tensor known = table.narrow(2, width, width);
    Tensor hidden =
        model.isTraining()
            ? Rng.bound().bernoulli(MASK_RATE, x.shape()).to(x.device())
            : table.narrow(2, 2L * width, width);
    Tensor judged = known.mul(hidden);
    Tensor error = guess(model, x, known.sub(judged)).sub(x).square().mul(judged);
    return error.sum().div(judged.sum().clampMin(1));
  }

  // A column without any known value in its window would divide by zero: it counts as known to be
  // average.
  private static Tensor guess(TimeMixer model, Tensor x, Tensor mask) {
    Tensor blank = mask.sumKeep(1).eq(0.0).to(DType.F32);
    Tensor usable = mask.maximum(blank);
    return model.forward(
        new Inputs(Map.of("x_enc", x.mul(mask), "mask", usable), model.isTraining()));
  }

  /**
   * The series with its holes filled; known values stay as they are.
   *
   * @param series has the fitted columns (others are left out) and at least T rows
   * @throws DataException if it is too short, or a column has no value in a whole window
   */
  public TimeSeries fill(TimeSeries series) {
    TimeSeries own = series.select(columns);
    if (own.rows() < length) {
      throw new DataException(
          "%s has %,d rows, the imputer looks at %d at a time"
              .formatted(series.name(), own.rows(), length));
    }
    int width = columns.size();
    double[] values = own.values().clone();
    TimeSeries table = table(own, scaler, 0);
    for (int tile = 0; tile < own.rows(); tile += length) {
      int begin = Math.min(tile, own.rows() - length);
      double[] guesses = guesses(table, begin, width);
      checkKnown(own, begin);
      for (int i = 0; i < guesses.length; i++) {
        int at = begin * width + i;
        if (Double.isNaN(values[at])) {
          values[at] = guesses[i];
        }
      }
    }
    return new TimeSeries(
        own.name(), own.times().orElse(null), own.frequency().orElse(null), columns, values);
  }

  private void checkKnown(TimeSeries own, int begin) {
    for (int c = 0; c < columns.size(); c++) {
      boolean known = false;
      for (int row = begin; row < begin + length; row++) {
        known |= !Double.isNaN(own.get(row, c));
      }
      if (!known) {
        throw new DataException(
            "%s: column '%s' has no value from row %d to %d, as far as the imputer looks; fit one with longer windows"
                .formatted(own.name(), columns.get(c), begin, begin + length - 1));
      }
    }
  }

  private double[] guesses(TimeSeries table, int begin, int width) {
    Windows window = windows(table, length, begin, begin + length);
    try (Scope scope = Scope.open();
        Minibatches.Epoch batches = SeriesBatches.of(window, 1).epoch(0, 0)) {
      TensorBatch batch = batches.next();
      Tensor guess =
          Inference.run(
              batch,
              part ->
                  guess(
                      model,
                      part.get("x").narrow(2, 0, width),
                      part.get("x").narrow(2, width, width)));
      return scaler.invert(guess.toDoubles());
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
