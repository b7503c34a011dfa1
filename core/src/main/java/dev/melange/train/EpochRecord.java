package dev.melange.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an epoch of training came to.
 *
 * @param epoch from 1
 * @param step optimiser steps so far
 * @param loss mean training loss of the epoch's examples
 * @param learningRate of the epoch's last step
 * @param metrics the values of {@link Trainer#metrics} and, with validation data, {@code
 *     valid_loss}; empty if the epoch was not evaluated
 */
public record EpochRecord(
    int epoch, long step, double loss, double learningRate, Map<String, Double> metrics) {
  /** Copies the metrics in their order. */
  public EpochRecord {
    metrics = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
