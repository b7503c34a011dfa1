package dev.melange.papers.forecast;

import dev.melange.data.DataException;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.series.TimeFeatures;
import dev.melange.data.series.TimeSeries;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What a fitted model sees of a series, in scaled units.
 *
 * @param fitted what the model was fitted to
 * @param own the series
 * @param scaler of its columns
 */
record ForecastInputs(FittedSeries fitted, PreparedSeries own, StandardScaler scaler) {
  /**
   * The inputs {@code x} [B, T, N]; with time features {@code x_mark} and {@code y_mark}, with
   * known columns {@code future} [B, H, F], with static ones {@code static} [B, S].
   *
   * @param origins the first row after each history
   * @throws DataException if the known columns have no values for a horizon
   */
  TensorBatch batch(int... origins) {
    int context = fitted.context();
    int horizon = fitted.horizon();
    int n = fitted.columns().size();
    int known = fitted.known().size();
    int statics = fitted.statics().size();
    double[] scaled = scaler.transform(own.table().values());
    Map<String, Tensor> batch = new LinkedHashMap<>();
    batch.put("x", cut(scaled, origins, -context, context, 0, n));
    if (fitted.marks()) {
      putMarks(batch, origins);
    }
    if (known > 0) {
      for (int origin : origins) {
        checkFuture(origin + horizon);
      }
      batch.put("future", cut(scaled, origins, 0, horizon, n, known));
    }
    if (statics > 0) {
      batch.put("static", cut(scaled, origins, -1, 1, n + known, statics).squeeze(1));
    }
    return TensorBatch.of(batch);
  }

  private void checkFuture(int needed) {
    TimeSeries table = own.table();
    if (needed > table.rows()) {
      throw new DataException(
          "%s: the known columns (%s) go %,d rows beyond the last value of %s, a forecast of %,d steps needs as many; add rows with their values and empty cells for what is to be forecast"
              .formatted(
                  own.id(),
                  String.join(", ", fitted.known()),
                  table.rows() - own.rows(),
                  String.join(", ", fitted.columns()),
                  fitted.horizon()));
    }
  }

  private Tensor cut(double[] scaled, int[] origins, int offset, int rows, int first, int columns) {
    int width = own.table().columns().size();
    float[] values = new float[origins.length * rows * columns];
    int at = 0;
    for (int origin : origins) {
      for (int row = origin + offset; row < origin + offset + rows; row++) {
        for (int c = first; c < first + columns; c++) {
          values[at++] = (float) scaled[row * width + c];
        }
      }
    }
    return Tensor.of(values, origins.length, rows, columns);
  }

  private void putMarks(Map<String, Tensor> batch, int[] origins) {
    int context = fitted.context();
    Frequency frequency = Frequency.of(fitted.frequency());
    long[] times = own.table().times().orElseThrow();
    int features = TimeFeatures.continuousCount(frequency.unit());
    Tensor[] marks = new Tensor[origins.length];
    for (int i = 0; i < marks.length; i++) {
      long[] around =
          LongStream.concat(
                  Arrays.stream(times, origins[i] - context, origins[i]),
                  after(frequency, times[origins[i] - 1]))
              .toArray();
      double[] values = TimeFeatures.continuous(around, frequency.unit());
      float[] single = new float[values.length];
      for (int j = 0; j < single.length; j++) {
        single[j] = (float) values[j];
      }
      marks[i] = Tensor.of(single, around.length, features);
    }
    Tensor all = Tensor.stack(0, marks);
    batch.put("x_mark", all.narrow(1, 0, context).contiguous());
    batch.put("y_mark", all.narrow(1, context, fitted.horizon()).contiguous());
  }

  /** The times of the horizon after a row. */
  LongStream after(Frequency frequency, long last) {
    return LongStream.rangeClosed(1, fitted.horizon()).map(i -> frequency.plus(last, i));
  }

  /** Forecast values (rows, N) in the series' own units. */
  double[] invert(double[] forecast) {
    int n = fitted.columns().size();
    double[] values = new double[forecast.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = forecast[i] * scaler.std()[i % n] + scaler.mean()[i % n];
    }
    return values;
  }
}
