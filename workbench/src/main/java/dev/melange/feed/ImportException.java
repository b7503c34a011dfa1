package dev.melange.feed;

/** A source that is refused as a whole; nothing of it is stored. The message is for the user. */
public final class ImportException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Says what was refused, why, and what to do. */
  public ImportException(String message) {
    super(message);
  }
}
