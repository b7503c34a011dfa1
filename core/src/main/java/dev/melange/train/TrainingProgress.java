package dev.melange.train;

/**
 * How far a training is.
 *
 * @param step optimiser steps that are done
 * @param steps optimiser steps of the whole training, 1 or more
 */
public record TrainingProgress(long step, long steps) {
  /** The beginning of a training of unknown length. */
  public static final TrainingProgress START = new TrainingProgress(0, 1);

  /** Refuses numbers that are none of a training. */
  public TrainingProgress {
    if (step < 0 || steps < 1) {
      throw new IllegalArgumentException(
          "a training has 1 step or more and 0 or more are done, got %d of %d"
              .formatted(step, steps));
    }
  }

  /** The share that is done, 0 to 1. */
  public double share() {
    return Math.min(1, (double) step / (double) steps);
  }

  /** Half a cosine over the training: 1 at its beginning, 0 at its end. */
  public double cosine() {
    return (1 + Math.cos(Math.PI * share())) / 2;
  }
}
