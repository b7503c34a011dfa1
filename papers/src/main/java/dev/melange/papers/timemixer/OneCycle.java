package dev.melange.papers.timemixer;

import dev.melange.component.Default;

/**
 * One-cycle schedule in two cosine phases: the learning rate rises from max_lr / 25 to max_lr and
 * falls to max_lr / 250,000, while Adam's beta1 falls from 0.95 to 0.85 and rises again.
 *
 * @param max_lr the peak
 * @param steps_per_epoch optimiser steps per epoch
 * @param epochs number of epochs
 * @param pct_start share of the steps in the rising phase
 */
public record OneCycle(
    double max_lr, int steps_per_epoch, int epochs, @Default("0.2") double pct_start) {
  /** Checks the values. */
  public OneCycle {
    if (!(max_lr > 0)
        || steps_per_epoch < 1
        || epochs < 1
        || !(pct_start * steps_per_epoch * epochs > 1 && pct_start < 1)) {
      throw new IllegalArgumentException(
          ("max_lr, steps_per_epoch and epochs must be positive and pct_start below 1 with more"
                  + " than one rising step; got %s, %d, %d, %s")
              .formatted(max_lr, steps_per_epoch, epochs, pct_start));
    }
  }

  /** Number of steps. */
  public int steps() {
    return steps_per_epoch * epochs;
  }

  /** Learning rate at step k, 0 to {@link #steps()} - 1. */
  public double lr(int k) {
    double start = max_lr / 25;
    return anneal(k, start, max_lr, start / 1e4);
  }

  /** Adam's beta1 at step k. */
  public double beta1(int k) {
    return anneal(k, 0.95, 0.85, 0.95);
  }

  private double anneal(int k, double first, double peak, double last) {
    double turn = pct_start * steps() - 1;
    return k <= turn
        ? cosine(first, peak, k / turn)
        : cosine(peak, last, (k - turn) / (steps() - 1 - turn));
  }

  private static double cosine(double from, double to, double share) {
    return to + (from - to) / 2 * (1 + Math.cos(Math.PI * share));
  }
}
