package dev.melange.papers.study;

import java.util.Map;

/**
 * Is told how a study goes; trials that run side by side tell it in turn, never at the same time.
 * All methods may be left out.
 */
public interface StudyListener {
  /**
   * A trial begins, or its stored result is taken.
   *
   * @param trial which one
   * @param stored whether it was finished before
   */
  default void started(Place trial, boolean stored) {}

  /**
   * A training of the trial begins or goes on.
   *
   * @param trial which one
   * @param totalSteps optimiser steps of the whole training
   * @param firstStep how many were done before
   */
  default void training(Place trial, long totalSteps, long firstStep) {}

  /**
   * A step was done.
   *
   * @param trial which one
   * @param step optimiser steps so far, those before a resumption included
   * @param epoch from 1
   * @param loss of the step
   */
  default void step(Place trial, long step, int epoch, double loss) {}

  /**
   * Whether {@link #updates} is wanted of a step; asked before it. Default: never.
   *
   * @param trial which one
   */
  default boolean measures(Place trial) {
    return false;
  }

  /**
   * How far a step moved the parameters of each part of the model, where that was wanted.
   *
   * @param trial which one
   * @param step optimiser steps so far
   * @param learningRate of this step
   * @param ratios norm of the change over norm of the parameters before, by part
   */
  default void updates(Place trial, long step, double learningRate, Map<String, Double> ratios) {}

  /**
   * A trial has ended and its result is on the disk.
   *
   * @param trial which one
   */
  default void finished(Place trial) {}

  /**
   * A trial among the trials of its study.
   *
   * @param id its name
   * @param number from 1
   * @param total how many there are in all; 0 if the study has not said
   */
  record Place(String id, int number, int total) {
    @Override
    public String toString() {
      return "trial " + number + (total > 0 ? "/" + total : "") + " " + id;
    }
  }

  /** The same listener, guarded against several threads. */
  static StudyListener oneAtATime(StudyListener told) {
    return new StudyListener() {
      @Override
      public synchronized void started(Place trial, boolean stored) {
        told.started(trial, stored);
      }

      @Override
      public synchronized void training(Place trial, long totalSteps, long firstStep) {
        told.training(trial, totalSteps, firstStep);
      }

      @Override
      public synchronized void step(Place trial, long step, int epoch, double loss) {
        told.step(trial, step, epoch, loss);
      }

      @Override
      public synchronized boolean measures(Place trial) {
        return told.measures(trial);
      }

      @Override
      public synchronized void updates(
          Place trial, long step, double learningRate, Map<String, Double> ratios) {
        told.updates(trial, step, learningRate, ratios);
      }

      @Override
      public synchronized void finished(Place trial) {
        told.finished(trial);
      }
    };
  }
}
