package dev.melange.papers.forecast;

import dev.melange.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The back-tests of one forecaster on one series or several, in tables. Figures of several series
 * or columns are means in units of each column's standard deviation.
 *
 * @param forecaster the forecaster's name
 * @param interval per cent of its limits; null without
 * @param tests of the same columns and methods, at least one
 */
public record Backtests(String forecaster, Integer interval, List<Backtest> tests) {
  private static final int GROUPS = 4;

  private Backtest first() {
    return tests.get(0);
  }

  /** Whether one column of one series was tested, whose errors have a unit. */
  private boolean single() {
    return tests.size() == 1 && first().columns().size() == 1;
  }

  private List<String> methods() {
    return List.copyOf(first().forecasts().keySet());
  }

  /** Mean over series and columns of the error over the standard deviation of the training rows. */
  public double scaledMae(String method) {
    return mean(tests.stream().mapToDouble(test -> test.scaledMae(method)).toArray());
  }

  /** The method with the smallest {@link #scaledMae}. */
  public String best() {
    String best = null;
    for (String method : methods()) {
      if (best == null || scaledMae(method) < scaledMae(best)) {
        best = method;
      }
    }
    return best;
  }

  // Over the values that are known; NaN if none is.
  private static double mean(double... values) {
    double sum = 0;
    int known = 0;
    for (double value : values) {
      if (!Double.isNaN(value)) {
        sum += value;
        known++;
      }
    }
    return known == 0 ? Double.NaN : sum / known;
  }

  private double mean(String method, ToDoubleFunction<Backtest.Score> value) {
    return mean(
        tests.stream()
            .flatMap(test -> test.scores().get(method).stream())
            .mapToDouble(value)
            .toArray());
  }

  private static Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }

  /** The errors of each method. */
  public Table table() {
    Table.Builder table =
        Table.titled(
                "Back-test: %d forecasts of %d steps%s"
                    .formatted(first().origins().length, first().horizon(), ofWhat()))
            .text("method");
    if (single()) {
      table.number("MAE", "%.4g", Table.Best.LOWEST).number("RMSE", "%.4g", Table.Best.LOWEST);
    } else {
      table.number("MAE / std", "%.4f", Table.Best.LOWEST);
    }
    table.number("SMAPE (%)", "%.2f", Table.Best.LOWEST).number("MASE", "%.3f", Table.Best.LOWEST);
    for (String method : methods()) {
      double smape = mean(method, Backtest.Score::smape);
      Double mase = known(mean(method, Backtest.Score::mase));
      if (single()) {
        Backtest.Score score = first().scores().get(method).get(0);
        table.row(method, score.mae(), score.rmse(), smape, mase);
      } else {
        table.row(method, scaledMae(method), smape, mase);
      }
    }
    return table.build();
  }

  private String ofWhat() {
    if (single()) {
      return " of " + first().columns().get(0);
    }
    return tests.size() == 1
        ? ", mean of the columns"
        : " of each of %,d series, means".formatted(tests.size());
  }

  /**
   * A part of the horizon.
   *
   * @param from the first step, from 0
   * @param to the step after the last
   */
  public record Steps(int from, int to) {
    @Override
    public String toString() {
      return to == from + 1 ? "step " + to : "steps %d-%d".formatted(from + 1, to);
    }
  }

  /** The horizon in up to four parts. */
  public List<Steps> groups() {
    int horizon = first().horizon();
    int count = Math.min(GROUPS, horizon);
    List<Steps> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      groups.add(new Steps(i * horizon / count, (i + 1) * horizon / count));
    }
    return groups;
  }

  /**
   * The error of a method in a part of the horizon: in the column's unit for one column of one
   * series, else over the standard deviation; NaN if no truth is known there.
   */
  public double error(String method, Steps steps) {
    double scaled =
        mean(
            tests.stream()
                .mapToDouble(test -> test.scaledMae(method, steps.from(), steps.to()))
                .toArray());
    return single() ? scaled * first().std()[0] : scaled;
  }

  /** The errors by part of the horizon. */
  public Table byStep() {
    Table.Builder table =
        Table.titled(single() ? "Mean absolute error by step" : "MAE / std by step").text("method");
    groups()
        .forEach(
            group -> table.number(group.toString(), single() ? "%.4g" : "%.4f", Table.Best.LOWEST));
    for (String method : methods()) {
      List<Object> cells = new ArrayList<>(List.of(method));
      groups().forEach(group -> cells.add(known(error(method, group))));
      table.row(cells.toArray());
    }
    return table.build();
  }

  /** The errors by column, in its unit for one series. */
  Table byColumn() {
    boolean alone = tests.size() == 1;
    Table.Builder table =
        Table.titled(alone ? "Mean absolute error by column, in its unit" : "MAE / std by column")
            .text("column");
    methods().forEach(method -> table.number(method, "%.4g"));
    for (int c = 0; c < first().columns().size(); c++) {
      int column = c;
      List<Object> cells = new ArrayList<>(List.of(first().columns().get(c)));
      for (String method : methods()) {
        cells.add(
            mean(
                tests.stream()
                    .map(test -> test.scores().get(method).get(column))
                    .mapToDouble(score -> alone ? score.mae() : score.scaledMae())
                    .toArray()));
      }
      table.row(cells.toArray());
    }
    return table.build();
  }

  /** The errors by series. */
  Table bySeries(List<String> names) {
    Table.Builder table = Table.titled("MAE / std by series").text("series");
    methods().forEach(method -> table.number(method, "%.4f"));
    for (int i = 0; i < tests.size(); i++) {
      List<Object> cells = new ArrayList<>(List.of(names.get(i)));
      for (String method : methods()) {
        cells.add(tests.get(i).scaledMae(method));
      }
      table.row(cells.toArray());
    }
    return table.build();
  }

  /** Share of the truth within the limits, in per cent, mean of the series; NaN without limits. */
  public double coverage() {
    return mean(
        tests.stream()
            .mapToDouble(test -> test.coverage() == null ? Double.NaN : test.coverage())
            .toArray());
  }

  /**
   * In a sentence, how the model compares with the best baseline; in another, how many of the true
   * values its limits held.
   */
  public String summary() {
    return interval == null
        ? comparison()
        : comparison()
            + String.format(
                Locale.ROOT,
                " %.0f %% of the true values lay within its limits for %d %%.",
                coverage(),
                interval);
  }

  private String comparison() {
    String rival =
        methods().stream()
            .filter(method -> !method.equals(forecaster))
            .min((a, b) -> Double.compare(scaledMae(a), scaledMae(b)))
            .orElseThrow();
    double own = scaledMae(forecaster);
    double other = scaledMae(rival);
    if (own < other) {
      return String.format(
          Locale.ROOT,
          "In the back-test %s errs %.0f %% less than the best baseline (%s).",
          forecaster,
          100 * (1 - own / other),
          rival);
    }
    return String.format(
        Locale.ROOT,
        "In the back-test %s is no better than the baseline '%s': prefer that one, or give"
            + " more rows, another history or more epochs.",
        forecaster,
        rival);
  }
}
