package dev.melange.optim;

/**
 * The learning rate as a function of the optimiser step: {@code optimizer.step(schedule.at(k))} for
 * the step after k others. Steps beyond the end of a schedule keep its last value.
 *
 * <pre>{@code
 * // 10 % warm-up, then half a cosine
 * Schedule.cosine(1e-3, 100, 0, 1000, 1e-5);
 * // warm-up, plateau, linear decay
 * Schedule.linear(0, 1e-3, 100).then(100, Schedule.constant(1e-3)).then(800, Schedule.linear(1e-3, 0, 200));
 * // a tenth after 30 and after 60 epochs
 * Schedule.milestones(0.1, 0.1, 30, 60).perEpoch(stepsPerEpoch);
 * }</pre>
 */
@FunctionalInterface
public interface Schedule {
  /**
   * The learning rate of a step.
   *
   * @param step number of updates before it, 0 for the first
   */
  double at(long step);

  /** Always the same. */
  static Schedule constant(double learningRate) {
    return new Schedules.Constant(learningRate);
  }

  /** From one value to another on a straight line over {@code total} steps. */
  static Schedule linear(double from, double to, long total) {
    return new Schedules.Polynomial(from, to, total, 1);
  }

  /** {@code to + (from - to) (1 - step / total)^power}. */
  static Schedule polynomial(double from, double to, long total, double power) {
    return new Schedules.Polynomial(from, to, total, power);
  }

  /**
   * Linear warm-up, then half a cosine over the steps that remain.
   *
   * @param peak value after the warm-up
   * @param warmup steps of the warm-up; 0 for none
   * @param start value of the first step of the warm-up
   * @param total steps with the warm-up
   * @param minimum value from step {@code total} on
   */
  static Schedule cosine(double peak, long warmup, double start, long total, double minimum) {
    return new Schedules.Cosine(peak, warmup, start, total, minimum, false);
  }

  /**
   * As {@link #cosine}, but the cosine counts from step 0 and the warm-up hides its beginning, as
   * in the recipes of image models trained with timm: the rate falls a little at the end of the
   * warm-up.
   */
  static Schedule cosineInside(double peak, long warmup, double start, long total, double minimum) {
    return new Schedules.Cosine(peak, warmup, start, total, minimum, true);
  }

  /** {@code base gamma^floor(step / every)}. */
  static Schedule steps(double base, double gamma, long every) {
    return new Schedules.Steps(base, gamma, every);
  }

  /**
   * {@code base gamma^n} with n the number of milestones reached.
   *
   * @param milestones increasing steps; a milestone is the first step with the lower rate
   */
  static Schedule milestones(double base, double gamma, long... milestones) {
    return Schedules.Milestones.of(base, gamma, milestones);
  }

  /** {@code base gamma^step}. */
  static Schedule exponential(double base, double gamma) {
    return new Schedules.Steps(base, gamma, 1);
  }

  /** {@link OneCycle} with its default shape. */
  static OneCycle oneCycle(double peak, long total) {
    return OneCycle.of(peak, total);
  }

  /** This schedule for a number of steps, then another one from its own step 0 on. */
  default Schedule then(long steps, Schedule next) {
    return new Schedules.Sequence(this, steps, next);
  }

  /** A linear rise to this schedule's first value before it: the schedule itself starts later. */
  default Schedule withWarmup(long steps, double start) {
    return steps == 0 ? this : linear(start, at(0), steps).then(steps, this);
  }

  /** This schedule with epochs in the place of steps: constant within each epoch. */
  default Schedule perEpoch(long stepsPerEpoch) {
    return new Schedules.PerEpoch(this, stepsPerEpoch);
  }
}
