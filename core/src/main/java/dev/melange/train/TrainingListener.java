package dev.melange.train;

import java.nio.file.Path;
import java.util.Map;

/** Is told what happens in a training, on the thread that trains. All methods may be left out. */
public interface TrainingListener {
  /**
   * Before the first step.
   *
   * @param totalSteps optimiser steps of the whole training
   * @param firstStep how many are done already: not 0 when resumed
   */
  default void started(long totalSteps, long firstStep) {}

  /** After an optimiser step. */
  default void step(StepRecord step) {}

  /** After an epoch and its evaluation. */
  default void epoch(EpochRecord epoch) {}

  /** After a checkpoint was written. */
  default void checkpoint(Path file) {}

  /**
   * An optimiser step.
   *
   * @param epoch from 1
   * @param step from 1
   * @param loss mean loss of the step's examples
   * @param learningRate of this step
   * @param gradientNorm before clipping; NaN without {@link Trainer#clipNorm}
   * @param examples number of examples of the step
   */
  record StepRecord(
      int epoch, long step, double loss, double learningRate, double gradientNorm, int examples) {}

  /**
   * Whether {@link #updates} is wanted of a step; asked before it. Default: never. Measuring costs
   * a copy of all parameters and changes nothing.
   *
   * @param step from 1
   */
  default boolean measures(long step) {
    return false;
  }

  /**
   * How far a step moved the parameters of each part of the model, where that was wanted.
   *
   * @param step from 1
   * @param learningRate of this step
   * @param ratios norm of the change over norm of the parameters before, by part, in the model's
   *     order
   */
  default void updates(long step, double learningRate, Map<String, Double> ratios) {}
}
