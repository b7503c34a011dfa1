package dev.melange.papers.forecast;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Errors of forecasts over all windows, steps and columns, in scaled units.
 *
 * @param windows number of windows
 * @param mse mean squared error
 * @param mae mean absolute error
 * @param mseByStep mean squared error of each step ahead, H
 * @param mseByColumn mean squared error of each column, N
 * @param maeByColumn mean absolute error of each column, N
 */
public record ForecastErrors(
    int windows,
    double mse,
    double mae,
    double[] mseByStep,
    double[] mseByColumn,
    double[] maeByColumn) {
  /**
   * Forecasts all windows and compares with the truth. Switch the model to inference mode first.
   *
   * @param data batches with {@code y} [B, H, N]
   * @param forward from a batch to a forecast [B, H, N]
   */
  public static ForecastErrors of(Minibatches data, Function<TensorBatch, Tensor> forward) {
    return Autograd.noGrad(() -> sum(data, forward));
  }

  private static ForecastErrors sum(Minibatches data, Function<TensorBatch, Tensor> forward) {
    // [H * N] sums of squared and of absolute errors
    double[][] sums = new double[2][];
    int[] shape = new int[2];
    int windows = 0;
    try (Minibatches.Epoch batches = data.epoch(0, 0)) {
      while (batches.hasNext()) {
        try (Scope scope = Scope.open()) {
          TensorBatch batch = batches.next();
          Tensor target = batch.get("y");
          Tensor error = Inference.run(batch, forward).to(DType.F64).sub(target.to(DType.F64));
          add(sums, 0, error.square().sum(0).toDoubles());
          add(sums, 1, error.abs().sum(0).toDoubles());
          shape[0] = (int) target.size(1);
          shape[1] = (int) target.size(2);
          windows += batch.size();
        }
      }
    }
    return new ForecastErrors(
        windows,
        Arrays.stream(sums[0]).sum() / windows / shape[0] / shape[1],
        Arrays.stream(sums[1]).sum() / windows / shape[0] / shape[1],
        byStep(sums[0], shape, windows),
        byColumn(sums[0], shape, windows),
        byColumn(sums[1], shape, windows));
  }

  private static void add(double[][] sums, int which, double[] values) {
    if (sums[which] == null) {
      sums[which] = values;
      return;
    }
    for (int i = 0; i < values.length; i++) {
      sums[which][i] += values[i];
    }
  }

  private static double[] byStep(double[] sums, int[] shape, int windows) {
    double[] means = new double[shape[0]];
    for (int i = 0; i < sums.length; i++) {
      means[i / shape[1]] += sums[i] / windows / shape[1];
    }
    return means;
  }

  private static double[] byColumn(double[] sums, int[] shape, int windows) {
    double[] means = new double[shape[1]];
    for (int i = 0; i < sums.length; i++) {
      means[i % shape[1]] += sums[i] / windows / shape[0];
    }
    return means;
  }
}
