package dev.melange.papers.forecast;

import dev.melange.data.series.Frequency;
import dev.melange.data.series.SeriesSplit;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.series.TimeSeries;
import dev.melange.data.series.Windows;
import java.util.Optional;

/**
 * A series with its split; scaled by the training rows alone.
 *
 * @param series the whole series
 * @param split its parts, history length and horizon
 * @param scaler fitted on the training rows
 * @param marks the unit whose time features the windows carry; empty for none
 */
public record ForecastData(
    TimeSeries series, SeriesSplit split, StandardScaler scaler, Optional<Frequency.Unit> marks) {
  /** A series whose scaler is fitted on the training rows of a split. */
  public static ForecastData of(
      TimeSeries series, SeriesSplit split, Optional<Frequency.Unit> marks) {
    return new ForecastData(
        series,
        split,
        StandardScaler.fit(series, split.train().begin(), split.train().end()),
        marks);
  }

  /** The windows of a part. */
  public Windows windows(SeriesSplit.Part part) {
    return new Windows(series, scaler, split, part, marks);
  }
}
