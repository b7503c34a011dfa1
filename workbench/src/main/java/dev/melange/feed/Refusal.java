package dev.melange.feed;

/**
 * Something in a source that is no whole record and was left out.
 *
 * @param line the 1-based line (or, in JSON and XML, the 1-based position of the record)
 * @param reason what was expected and what was found
 */
public record Refusal(int line, String reason) {
  @Override
  public String toString() {
    return "line " + line + ": " + reason;
  }
}
