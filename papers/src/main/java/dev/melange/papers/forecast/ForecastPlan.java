package dev.melange.papers.forecast;

import dev.melange.component.ConfigKey;
import dev.melange.component.Configs;
import dev.melange.data.DataException;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.SeriesSplit;
import dev.melange.data.series.TimeSeries;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is decided for a series before a {@link Forecaster} is fitted.
 *
 * @param split training, validation and back-test rows
 * @param season steps after which the series repeats itself
 * @param backtest number of forecasts in the back-test
 * @param marks the unit whose time features the model sees
 * @param config the model's configuration
 * @param recipe the training
 */
record ForecastPlan(
    SeriesSplit split,
    int season,
    int backtest,
    Optional<Frequency.Unit> marks,
    Record config,
    Recipe recipe) {
  private static final int MOST_BACKTESTS = 5;
  private static final int MOST_STEPS = 100; // per epoch; longer series are sampled
  private static final int LEAST_STEPS = 30; // per epoch, if the windows are enough
  private static final int LARGEST_BATCH = 128;
  private static final int SMALLEST_BATCH = 16;

  static ForecastPlan of(TimeSeries series, ForecastOptions options) {
    ForecastMethod method = ForecastMethod.of(options.model());
    int context = context(method, series, options);
    SeriesSplit split = split(series, context, options);
    Optional<Frequency.Unit> marks = method.usesTimes(context) ? marks(series) : Optional.empty();
    Map<String, String> training = new LinkedHashMap<>();
    Map<String, String> model = new LinkedHashMap<>();
    Set<String> recipeKeys =
        Configs.describe(Recipe.class).stream().map(ConfigKey::name).collect(Collectors.toSet());
    options
        .settings()
        .forEach((key, value) -> (recipeKeys.contains(key) ? training : model).put(key, value));
    Record config =
        method.config(new ForecastMethod.Task(series, context, options.horizon(), marks));
    return new ForecastPlan(
        split,
        options.season() == null
            ? series.frequency().map(Frequency::season).orElse(1)
            : options.season(),
        backtests(split),
        marks,
        configured(
            method, options.interval() == null ? config : method.withDistribution(config), model),
        Configs.with(method.recipe(recipe(split, options)), training, "the training"));
  }

  // Told apart here, so that a mistyped key is compared with those of both.
  private static Record configured(
      ForecastMethod method, Record config, Map<String, String> changes) {
    Set<String> fixed = new TreeSet<>(changes.keySet());
    fixed.retainAll(method.dataKeys());
    if (!fixed.isEmpty()) {
      throw new IllegalArgumentException(
          "%s follow from the data and cannot be set; use context and horizon"
              .formatted(String.join(", ", fixed)));
    }
    return Configs.with(config, changes, method.name());
  }

  private static int backtests(SeriesSplit split) {
    return split.test().rows() > split.inputLength()
        ? (split.test().rows() - split.inputLength()) / split.horizon()
        : 0;
  }

  // ---- rows ----

  private static int context(ForecastMethod method, TimeSeries series, ForecastOptions options) {
    if (options.context() != null) {
      return options.context();
    }
    int tests = options.backtest() == null ? 1 : options.backtest();
    List<Integer> contexts = method.contexts(series.rows());
    for (int context : contexts) {
      if (needed(context, options.horizon(), tests) <= series.rows()) {
        return context;
      }
    }
    throw tooShort(series, contexts.get(contexts.size() - 1), options.horizon(), tests);
  }

  /** One training window, one validation target and the back-test's targets. */
  private static long needed(long context, long horizon, long tests) {
    return context + horizon + horizon + tests * horizon;
  }

  private static DataException tooShort(TimeSeries series, int context, int horizon, int tests) {
    return new DataException(
        "%s has %,d rows, too few for a horizon of %d: a history of %d, targets for training and validation and a back-test of %d forecast%s take %,d; use a shorter horizon or history, fewer back-tests, or more rows"
            .formatted(
                series.name(),
                series.rows(),
                horizon,
                context,
                tests,
                tests == 1 ? "" : "s",
                needed(context, horizon, tests)));
  }

  private static SeriesSplit split(TimeSeries series, int context, ForecastOptions options) {
    int rows = series.rows();
    int horizon = options.horizon();
    int tests =
        options.backtest() != null
            ? options.backtest()
            : Math.max(1, Math.min(MOST_BACKTESTS, rows / 5 / horizon));
    while (options.backtest() == null && tests > 1 && needed(context, horizon, tests) > rows) {
      tests--;
    }
    if (needed(context, horizon, tests) > rows) {
      throw tooShort(series, context, horizon, tests);
    }
    int validEnd = rows - tests * horizon;
    int spare = validEnd - context - 2 * horizon;
    int trainEnd = validEnd - Math.max(horizon, Math.min(horizon + spare, validEnd / 8));
    return new SeriesSplit(
        new SeriesSplit.Part(0, trainEnd),
        new SeriesSplit.Part(trainEnd - context, validEnd),
        new SeriesSplit.Part(validEnd - context, rows),
        context,
        horizon);
  }

  // ---- model and training ----

  private static Optional<Frequency.Unit> marks(TimeSeries series) {
    return series.times().isPresent()
        ? series.frequency().map(Frequency::unit).filter(unit -> unit != Frequency.Unit.YEAR)
        : Optional.empty();
  }

  private static Recipe recipe(SeriesSplit split, ForecastOptions options) {
    int windows = split.windows(split.train());
    int batch = LARGEST_BATCH;
    while (batch > SMALLEST_BATCH && windows / batch < LEAST_STEPS) {
      batch /= 2;
    }
    double share = Math.min(1, (double) MOST_STEPS * batch / windows);
    return new Recipe(
        0.01, batch, options.epochs(), options.patience(), "mse", "one-cycle", 0.2, share);
  }
}
