package dev.melange.train;

import java.util.List;

/**
 * How a training ended.
 *
 * @param history one record per epoch, those before a resumption included
 * @param bestEpoch the epoch (from 1) with the best value of the {@link Trainer#monitor monitored}
 *     metric; the last one if nothing is monitored
 * @param best that value; NaN if nothing is monitored
 * @param steps optimiser steps
 * @param stoppedEarly whether the monitored metric ended the training before its last epoch
 */
public record TrainingResult(
    List<EpochRecord> history, int bestEpoch, double best, long steps, boolean stoppedEarly) {
  /** Copies the history. */
  public TrainingResult {
    history = List.copyOf(history);
  }

  /** The last epoch's record. */
  public EpochRecord last() {
    return history.get(history.size() - 1);
  }
}
