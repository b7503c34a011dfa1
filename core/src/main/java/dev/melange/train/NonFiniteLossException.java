package dev.melange.train;

import java.util.List;

/** The loss, or the parameters, became infinite or NaN. */
public final class NonFiniteLossException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;
  private final long step;
  private final transient List<String> ids;

  NonFiniteLossException(String message, long step, List<String> ids) {
    super(message);
    this.step = step;
    this.ids = List.copyOf(ids);
  }

  /** The optimiser step, from 1. */
  public long step() {
    return step;
  }

  /** The examples of the batch. */
  public List<String> ids() {
    return ids;
  }
}
