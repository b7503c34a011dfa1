package dev.melange.train;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** A training was cancelled; what it had was saved if it has a folder for checkpoints. */
public final class TrainingStopped extends CancellationException {
  private static final long serialVersionUID = 1;
  private final transient Path checkpoint;

  TrainingStopped(long step, Path checkpoint) {
    super(
        checkpoint == null
            ? "training was stopped at step " + step + "; it had no folder for checkpoints"
            : "training was stopped at step " + step + "; it goes on from " + checkpoint);
    this.checkpoint = checkpoint;
  }

  /** The checkpoint from which the same training goes on. */
  public Optional<Path> checkpoint() {
    return Optional.ofNullable(checkpoint);
  }
}
