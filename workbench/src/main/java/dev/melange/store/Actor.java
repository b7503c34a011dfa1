package dev.melange.store;

/**
 * Who did something, as the audit keeps it.
 *
 * @param userId the user; null for the program itself
 * @param ipHash a keyed hash of where the request came from; null without one
 */
public record Actor(Long userId, String ipHash) {
  /** The program itself, or who runs it from the command line. */
  public static final Actor PROGRAM = new Actor(null, null);
}
