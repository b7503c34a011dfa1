package dev.melange.optim;

/**
 * Lowers the learning rate when a watched value has stopped improving, with PyTorch's rules: after
 * more than {@code patience} evaluations in a row without improvement the rate is multiplied by
 * {@code factor}, and the count starts anew after {@code cooldown} more evaluations.
 *
 * <p>NaN is no improvement.
 */
public final class ReduceOnPlateau {
  /**
   * Settings.
   *
   * @param learningRate the first learning rate
   * @param mode which values are better
   * @param factor of each reduction, in (0, 1)
   * @param patience evaluations without improvement that are tolerated
   * @param threshold the smallest change that counts as improvement, not negative
   * @param relative whether the threshold is a share of the best value or an absolute difference
   * @param cooldown evaluations after a reduction that do not count
   * @param minimum the rate never falls below it
   * @param eps reductions by not more than this are not made
   */
  public record Config(
      double learningRate,
      Mode mode,
      double factor,
      int patience,
      double threshold,
      boolean relative,
      int cooldown,
      double minimum,
      double eps) {
    /** Checks the values. */
    public Config {
      Schedules.checkRate("learningRate", learningRate);
      Schedules.checkRate("minimum", minimum);
      if (!(factor > 0 && factor < 1)) {
        throw new IllegalArgumentException("factor must lie in (0, 1), got " + factor);
      }
      if (patience < 0 || cooldown < 0 || !(threshold >= 0) || !(eps >= 0)) {
        throw new IllegalArgumentException(
            ("patience, cooldown, threshold and eps must not be negative, got %d, %d, %s, %s")
                .formatted(patience, cooldown, threshold, eps));
      }
    }

    /** PyTorch's defaults: factor 0.1, patience 10, relative threshold 1e-4, no cooldown. */
    public static Config of(double learningRate, Mode mode) {
      return new Config(learningRate, mode, 0.1, 10, 1e-4, true, 0, 0, 1e-8);
    }

    /** The same with another factor and patience. */
    public Config with(double newFactor, int newPatience) {
      return new Config(
          learningRate, mode, newFactor, newPatience, threshold, relative, cooldown, minimum, eps);
    }
  }

  /**
   * What a continued training needs.
   *
   * @param learningRate the rate from now on
   * @param best the best value so far; infinite before the first
   * @param bad evaluations in a row without improvement
   * @param cooling evaluations that still do not count
   */
  public record State(double learningRate, double best, int bad, int cooling) {}

  private final Config config;
  private State state;

  /** A rule before the first evaluation. */
  public ReduceOnPlateau(Config config) {
    this.config = config;
    state = new State(config.learningRate(), config.mode().worst(), 0, 0);
  }

  /**
   * Takes one evaluation.
   *
   * @return the learning rate from now on
   */
  public double observe(double value) {
    boolean improved =
        Double.isInfinite(state.best())
            ? config.mode().improves(value, state.best(), 0)
            : config.mode().improves(value, state.best(), margin());
    double best = improved ? value : state.best();
    int bad = improved ? 0 : state.bad() + 1;
    int cooling = state.cooling();
    if (cooling > 0) {
      cooling--;
      bad = 0;
    }
    double rate = state.learningRate();
    if (bad > config.patience()) {
      double lower = Math.max(rate * config.factor(), config.minimum());
      rate = rate - lower > config.eps() ? lower : rate;
      cooling = config.cooldown();
      bad = 0;
    }
    state = new State(rate, best, bad, cooling);
    return rate;
  }

  // PyTorch: best * (1 - threshold) for MIN, best * (1 + threshold) for MAX, whatever best's sign.
  private double margin() {
    return config.relative() ? state.best() * config.threshold() : config.threshold();
  }

  /** The learning rate from now on. */
  public double learningRate() {
    return state.learningRate();
  }

  /** What to save. */
  public State state() {
    return state;
  }

  /** Continues from a saved state. */
  public void load(State saved) {
    state = saved;
  }
}
