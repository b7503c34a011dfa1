package dev.melange.mail;

/**
 * What a mail that came back says.
 *
 * @param kind what happened
 * @param token of the subscriber, from the address it was sent to
 * @param detail such as the status
 */
public record BounceReport(Kind kind, String token, String detail) {
  /** What happened. */
  public enum Kind {
    /** The mailbox does not exist, or refuses for ever. */
    HARD,
    /** Something that may pass. */
    SOFT,
    /** The reader called it spam. */
    COMPLAINT,
    /** The reader asked to be left out. */
    UNSUBSCRIBE,
    /** Nothing to be done: delivered, an absence note, or no report at all. */
    NONE
  }
}
