package dev.melange.papers.forecast;

import dev.melange.data.series.Windows;
import java.util.List;

/**
 * The windows that a forecaster is trained with, of one series or several.
 *
 * @param train learned
 * @param valid choose the epoch
 */
public record TrainingWindows(List<Windows> train, List<Windows> valid) {
  /** Copies. */
  public TrainingWindows {
    train = List.copyOf(train);
    valid = List.copyOf(valid);
  }

  /** The windows of a split's training and validation parts. */
  public static TrainingWindows of(ForecastData data) {
    return new TrainingWindows(
        List.of(data.windows(data.split().train())), List.of(data.windows(data.split().valid())));
  }

  /** Whether the windows carry time features. */
  public boolean haveTimes() {
    return train.get(0).marks() > 0;
  }
}
