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
 * What is decided for series before a {@link Forecaster} is fitted.
 *
 * @param splits training, validation and back-test rows of each series
 * @param season steps after which the series repeats itself
 * @param backtest number of forecasts in the back-test
 * @param marks the unit whose time features the model sees
 * @param config the model's configuration
 * @param recipe the training
 */
record ForecastPlan(
    List<SeriesSplit> splits,
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

  /** A plan for one series without covariates that has no missing values. */
  static ForecastPlan of(TimeSeries series, ForecastOptions options) {
    return of(List.of(PreparedSeries.of(series)), options);
  }

  /**
   * A plan for series of the same columns.
   *
   * @throws DataException if one is too short for the horizon
   */
  static ForecastPlan of(List<PreparedSeries> all, ForecastOptions options) {
    ForecastMethod method = ForecastMethod.of(options.model());
    int known = options.known().size();
    int statics = options.statics().size();
    if (known + statics > 0 && !method.usesCovariates()) {
      throw new IllegalArgumentException(
          "%s takes no known or static columns; a model that does is tsm2"
              .formatted(method.name()));
    }
    PreparedSeries shortest = all.get(0);
    int rows = 0;
    for (PreparedSeries series : all) {
      shortest = series.rows() < shortest.rows() ? series : shortest;
      rows += series.rows();
    }
    int context = context(method, shortest, rows, options);
    int tests = tests(shortest, context, options);
    List<SeriesSplit> splits =
        all.stream().map(series -> split(series, context, tests, options.horizon())).toList();
    TimeSeries first = all.get(0).table();
    Optional<Frequency.Unit> marks = method.usesTimes(context) ? marks(first) : Optional.empty();
    Map<String, String> training = new LinkedHashMap<>();
    Map<String, String> model = new LinkedHashMap<>();
    Set<String> recipeKeys =
        Configs.describe(Recipe.class).stream().map(ConfigKey::name).collect(Collectors.toSet());
    options
        .settings()
        .forEach((key, value) -> (recipeKeys.contains(key) ? training : model).put(key, value));
    int columns = first.columns().size() - known - statics;
    int season =
        options.season() == null
            ? first.frequency().map(Frequency::season).orElse(1)
            : options.season();
    Record config =
        method.config(
            new ForecastMethod.Task(
                columns, known, statics, context, options.horizon(), season, marks));
    return new ForecastPlan(
        splits,
        season,
        tests,
        marks,
        configured(
            method, options.interval() == null ? config : method.withDistribution(config), model),
        Configs.with(method.recipe(recipe(splits, options)), training, "the training"));
  }

  /** The rows of the first series; history and horizon are those of all. */
  SeriesSplit split() {
    return splits.get(0);
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

  // ---- rows ----

  private static int context(
      ForecastMethod method, PreparedSeries series, int rows, ForecastOptions options) {
    if (options.context() != null) {
      return options.context();
    }
    int tests = options.backtest() == null ? 1 : options.backtest();
    List<Integer> contexts = method.contexts(rows);
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

  private static DataException tooShort(
      PreparedSeries series, int context, int horizon, int tests) {
    return new DataException(
        "%s has %,d rows, too few for a horizon of %d: a history of %d, targets for training and validation and a back-test of %d forecast%s take %,d; use a shorter horizon or history, fewer back-tests, or more rows"
            .formatted(
                series.id(),
                series.rows(),
                horizon,
                context,
                tests,
                tests == 1 ? "" : "s",
                needed(context, horizon, tests)));
  }

  // How many forecasts of the last rows the shortest series has room for.
  private static int tests(PreparedSeries series, int context, ForecastOptions options) {
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
    return tests;
  }

  private static SeriesSplit split(PreparedSeries series, int context, int tests, int horizon) {
    int rows = series.rows();
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

  private static Recipe recipe(List<SeriesSplit> splits, ForecastOptions options) {
    int windows = splits.stream().mapToInt(split -> split.windows(split.train())).sum();
    int batch = LARGEST_BATCH;
    while (batch > SMALLEST_BATCH && windows / batch < LEAST_STEPS) {
      batch /= 2;
    }
    double share = Math.min(1, (double) MOST_STEPS * batch / windows);
    return new Recipe(
        0.01, batch, options.epochs(), options.patience(), "mse", "one-cycle", 0.2, share);
  }
}
