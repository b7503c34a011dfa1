package dev.melange.optim;

/**
 * Ends a training when a watched value has not improved for {@code patience} evaluations in a row.
 *
 * <p>NaN is no improvement.
 */
public final class EarlyStopping {
  /**
   * Settings.
   *
   * @param patience evaluations without improvement before the end, at least 1
   * @param minDelta improvements must be larger than this, not negative
   * @param mode which values are better
   */
  public record Config(int patience, double minDelta, Mode mode) {
    /** Checks the values. */
    public Config {
      if (patience < 1 || !(minDelta >= 0)) {
        throw new IllegalArgumentException(
            "patience must be at least 1 and minDelta not negative, got %d and %s"
                .formatted(patience, minDelta));
      }
    }
  }

  /**
   * What a continued training needs.
   *
   * @param best the best value so far; infinite before the first
   * @param bestEvaluation its number, from 1; 0 before the first
   * @param evaluations number of evaluations so far
   */
  public record State(double best, long bestEvaluation, long evaluations) {}

  private final Config config;
  private State state;

  /** A rule before the first evaluation. */
  public EarlyStopping(Config config) {
    this.config = config;
    state = new State(config.mode().worst(), 0, 0);
  }

  /**
   * Takes one evaluation.
   *
   * @return whether it is an improvement, so that the weights should be kept
   */
  public boolean observe(double value) {
    long number = state.evaluations() + 1;
    boolean improved = config.mode().improves(value, state.best(), config.minDelta());
    state =
        improved
            ? new State(value, number, number)
            : new State(state.best(), state.bestEvaluation(), number);
    return improved;
  }

  /** Whether training should end now. */
  public boolean isStopped() {
    return state.evaluations() - state.bestEvaluation() >= config.patience();
  }

  /** The best value so far; infinite before the first. */
  public double best() {
    return state.best();
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
