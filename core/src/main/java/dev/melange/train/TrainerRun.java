package dev.melange.train;

import java.io.IOException;

/**
 * Runs a trainer that someone else has set up, after adding where it keeps checkpoints, who is told
 * and what ends it; {@code Trainer::fit} adds nothing.
 */
@FunctionalInterface
public interface TrainerRun {
  /** Trains. */
  TrainingResult fit(Trainer trainer) throws IOException;
}
