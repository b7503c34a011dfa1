package dev.melange.jobs;

import java.time.Instant;
import java.util.Locale;

/**
 * A run of a study that was asked for.
 *
 * @param id in the store, and in addresses
 * @param paperId the paper it tests, or null
 * @param userId who asked, or null
 * @param study the study's key
 * @param scale smoke, quick or full
 * @param seed of the first repetition
 * @param state where it stands
 * @param attempts how often a process was started for it
 * @param cancelAsked whether it is to be given up
 * @param queuedAt when it was asked for
 * @param startedAt when its first process began, or null
 * @param finishedAt when it ended, or null
 * @param verdict what the study found, as in its report; null without
 * @param message why it failed, or null
 */
public record Job(
    long id,
    Long paperId,
    Long userId,
    String study,
    String scale,
    long seed,
    State state,
    int attempts,
    boolean cancelAsked,
    Instant queuedAt,
    Instant startedAt,
    Instant finishedAt,
    String verdict,
    String message) {
  /** Where a job stands. */
  public enum State {
    /** Waits for its turn. */
    QUEUED,
    /** A process works on it. */
    RUNNING,
    /** It has a result. */
    DONE,
    /** It ended without one; the message says why. */
    FAILED,
    /** It was given up. */
    CANCELLED;

    /** The name in the store and in addresses. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether nothing more will happen. */
    public boolean ended() {
      return this == DONE || this == FAILED || this == CANCELLED;
    }
  }
}
