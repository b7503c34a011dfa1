package dev.melange.papers.finalmlp;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import java.util.Map;

/**
 * Lowers the learning rate tenfold (to 1e-6 at least) at each evaluation without improvement of at
 * least 1e-6, and stops after {@code patience} such evaluations in a row.
 */
public final class PlateauEarlyStop {
  private static final double LEAST_GAIN = 1e-6;
  private static final double LEAST_RATE = 1e-6;

  /**
   * Configuration.
   *
   * @param learning_rate the first learning rate
   * @param patience evaluations without improvement before the end
   * @param monitor weight of each metric in the watched value
   * @param monitor_mode whether larger (max) or smaller (min) is better
   */
  public record Config(
      double learning_rate,
      @Default("2") int patience,
      Map<String, Double> monitor,
      @Default("max") @OneOf({"max", "min"}) String monitor_mode) {}

  private final Config config;
  private double rate;
  private double best;
  private int bad;
  private boolean stopped;

  /** A rule before the first evaluation. */
  public PlateauEarlyStop(Config config) {
    this.config = config;
    rate = config.learning_rate();
    best = isMax() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  private boolean isMax() {
    return config.monitor_mode().equals("max");
  }

  /**
   * Takes one evaluation.
   *
   * @param value the watched value
   * @return whether it is an improvement, so that the weights should be kept
   */
  public boolean observe(double value) {
    boolean worse = isMax() ? value < best + LEAST_GAIN : value > best - LEAST_GAIN;
    if (worse) {
      bad++;
      rate = Math.max(rate * 0.1, LEAST_RATE);
    } else {
      bad = 0;
      best = value;
    }
    if (bad >= config.patience()) {
      stopped = true;
    }
    return !worse;
  }

  /** The learning rate from now on. */
  public double learningRate() {
    return rate;
  }

  /** Whether training should have ended. */
  public boolean isStopped() {
    return stopped;
  }
}
