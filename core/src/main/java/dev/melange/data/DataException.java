package dev.melange.data;

/**
 * Data that cannot be used as it is: the message names the file, the place in it (line, column,
 * offset or entry), what was found and what to do about it. It is the user's to mend; a failing
 * disk or network is an {@link java.io.IOException} instead.
 */
public class DataException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** An error with the whole story in its message. */
  public DataException(String message) {
    super(message);
  }

  /** An error caused by another. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
