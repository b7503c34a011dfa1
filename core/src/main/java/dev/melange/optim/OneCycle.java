package dev.melange.optim;

/**
 * The one-cycle schedule (Smith and Topin, 2018) as PyTorch defines it: the learning rate rises
 * from {@code peak / divFactor} to {@code peak} in the first {@code pctStart * total - 1} steps and
 * falls to {@code peak / divFactor / finalDivFactor} at step {@code total - 1}; the momentum goes
 * the opposite way, from {@code maxMomentum} to {@code baseMomentum} and back.
 *
 * @param peak the largest learning rate, positive
 * @param total number of steps
 * @param pctStart share of the steps in the rising phase: above one step, below all
 * @param divFactor peak over first learning rate, positive
 * @param finalDivFactor first over last learning rate, positive
 * @param linear straight lines instead of half cosines
 * @param baseMomentum momentum at the peak
 * @param maxMomentum momentum at both ends
 */
public record OneCycle(
    double peak,
    long total,
    double pctStart,
    double divFactor,
    double finalDivFactor,
    boolean linear,
    double baseMomentum,
    double maxMomentum)
    implements Schedule {
  /** Checks the values. */
  public OneCycle {
    Schedules.checkRate("peak", peak);
    Schedules.checkCount("total", total, 2);
    if (!(pctStart * total > 1 && pctStart < 1)) {
      throw new IllegalArgumentException(
          "pctStart must lie below 1 and above one of the %d steps, got %s"
              .formatted(total, pctStart));
    }
    if (!(divFactor > 0 && finalDivFactor > 0)) {
      throw new IllegalArgumentException(
          "divFactor and finalDivFactor must be positive, got %s and %s"
              .formatted(divFactor, finalDivFactor));
    }
    Optimizer.checkShare("baseMomentum", baseMomentum);
    Optimizer.checkShare("maxMomentum", maxMomentum);
  }

  /** PyTorch's defaults: pctStart 0.3, factors 25 and 10,000, cosines, momentum 0.85 to 0.95. */
  public static OneCycle of(double peak, long total) {
    return new OneCycle(peak, total, 0.3, 25, 1e4, false, 0.85, 0.95);
  }

  /** The same with another share of rising steps. */
  public OneCycle withPctStart(double share) {
    return new OneCycle(
        peak, total, share, divFactor, finalDivFactor, linear, baseMomentum, maxMomentum);
  }

  @Override
  public double at(long step) {
    double start = peak / divFactor;
    return anneal(step, start, peak, start / finalDivFactor);
  }

  /** The momentum of a step, for {@link Optimizer#momentum}. */
  public double momentum(long step) {
    return anneal(step, maxMomentum, baseMomentum, maxMomentum);
  }

  private double anneal(long step, double first, double middle, double last) {
    Schedules.checkStep(step);
    double turn = pctStart * total - 1;
    if (step <= turn) {
      return between(first, middle, step / turn);
    }
    return step >= total - 1 ? last : between(middle, last, (step - turn) / (total - 1 - turn));
  }

  private double between(double from, double to, double share) {
    return linear
        ? from + (to - from) * share
        : to + (from - to) / 2 * (1 + Math.cos(Math.PI * share));
  }
}
