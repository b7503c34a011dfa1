package dev.melange.papers;

import dev.melange.metric.ParetoFront;
import dev.melange.metric.Summary;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.Table.Best;
import dev.melange.report.Table.PlusMinus;
import dev.melange.report.XyChart;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Image models that were trained with the same budget, beside one another: a table, and the charts
 * that show which of them no other beats in accuracy and cost at once.
 *
 * @param entries the models
 * @param batch images per training step, for the estimate of its memory
 */
public record ModelComparison(List<Entry> entries, int batch) {
  private static final double MIB = 1 << 20;

  /**
   * A model.
   *
   * @param name its name
   * @param accuracies share of correct images, 0..1, one per seed
   * @param cost its counted cost
   * @param trained images per second in training; NaN if that was not measured
   * @param inferred images per second in inference; NaN if that was not measured
   */
  public record Entry(
      String name, double[] accuracies, ModelCost cost, double trained, double inferred) {
    /** Copies the accuracies, of which there is at least one. */
    public Entry {
      accuracies = accuracies.clone();
      if (accuracies.length == 0) {
        throw new IllegalArgumentException(name + " has no accuracy: it was not trained");
      }
    }

    /** A model whose speed is not told. */
    public Entry(String name, double[] accuracies, ModelCost cost) {
      this(name, accuracies, cost, Double.NaN, Double.NaN);
    }

    @Override
    public double[] accuracies() {
      return accuracies.clone();
    }

    /** Mean and spread of the accuracies in per cent. */
    public Summary accuracy() {
      double[] percents = accuracies();
      for (int i = 0; i < percents.length; i++) {
        percents[i] *= 100;
      }
      return Summary.of(percents);
    }
  }

  /** Copies the list. */
  public ModelComparison {
    entries = List.copyOf(entries);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("there is no model to compare");
    }
  }

  /**
   * Accuracy, as mean and standard deviation over the seeds, and cost, a row per model. Memory is
   * that of a training step ({@link ModelCost#stepBytes}).
   *
   * @param title of the table
   * @param speeds whether images per second are shown
   */
  public Table table(String title, boolean speeds) {
    Table.Builder table =
        Table.titled(title)
            .text("model")
            .number("accuracy (%)", "%.2f", Best.HIGHEST)
            .number("parameters", "%,d", Best.LOWEST)
            .number("MACs (M)", "%,.1f", Best.LOWEST)
            .number("memory (MiB)", "%.1f", Best.LOWEST);
    if (speeds) {
      table
          .number("training (img/s)", "%,.0f", Best.HIGHEST)
          .number("inference (img/s)", "%,.0f", Best.HIGHEST);
    }
    for (Entry entry : entries) {
      Summary accuracy = entry.accuracy();
      Object shown =
          accuracy.count() == 1
              ? (Object) accuracy.mean()
              : new PlusMinus(accuracy.mean(), accuracy.sd());
      ModelCost cost = entry.cost();
      double macs = cost.macs() / 1e6;
      double memory = cost.stepBytes(batch) / MIB;
      if (speeds) {
        table.row(
            entry.name(),
            shown,
            cost.parameters(),
            macs,
            memory,
            entry.trained(),
            entry.inferred());
      } else {
        table.row(entry.name(), shown, cost.parameters(), macs, memory);
      }
    }
    return table.build();
  }

  /** Accuracy against parameters and against MACs, with the Pareto front. */
  public List<Chart> charts() {
    return List.of(
        chart("Accuracy and parameters", "parameters", entry -> entry.cost().parameters()),
        chart("Accuracy and computation", "MACs per image", entry -> entry.cost().macs()));
  }

  private Chart chart(String title, String axis, ToDoubleFunction<Entry> cost) {
    int n = entries.size();
    double[] low = new double[n];
    double[] high = new double[n];
    double[] mean = new double[n];
    for (int i = 0; i < n; i++) {
      Summary accuracy = entries.get(i).accuracy();
      mean[i] = accuracy.mean();
      low[i] = accuracy.min();
      high[i] = accuracy.max();
    }
    return Chart.xy(title)
        .x(axis)
        .y("accuracy (%)")
        .logX()
        .pointsWithErrors(
            "models, with the range over seeds",
            entries.stream().mapToDouble(cost).toArray(),
            mean,
            low,
            high,
            entries.stream().map(Entry::name).toArray(String[]::new))
        .front(XyChart.Front.LOW_X_HIGH_Y)
        .build();
  }

  /**
   * The models that no other beats in accuracy or in cost without losing in the other, the cheapest
   * first.
   *
   * @param cost what is to be small
   */
  public List<Entry> front(ToDoubleFunction<Entry> cost) {
    ParetoFront front =
        ParetoFront.of(
            entries.stream().mapToDouble(cost).toArray(),
            entries.stream().mapToDouble(entry -> entry.accuracy().mean()).toArray());
    return Arrays.stream(front.indices()).mapToObj(entries::get).toList();
  }
}
