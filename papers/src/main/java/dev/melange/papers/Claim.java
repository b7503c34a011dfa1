package dev.melange.papers;

/**
 * Something a paper says of its method, in our words.
 *
 * @param text what is claimed, at most 300 characters
 * @param figure the paper's own number with its unit, or null where it gives none
 * @param source where the paper says it: {@code abstract}, {@code table 1}, {@code repository}, ...
 */
public record Claim(String text, String figure, String source) {
  /** The longest text a claim may have. */
  public static final int MAX_LENGTH = 300;

  /** Refuses empty parts and texts that are too long. */
  public Claim {
    if (text.isBlank() || text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          String.format(
              "the text of a claim has %d characters, expected 1 to %d: %s",
              text.length(), MAX_LENGTH, text));
    }
    if (figure != null && figure.isBlank()) {
      throw new IllegalArgumentException("the figure of a claim is blank, expected null: " + text);
    }
    if (source.isBlank()) {
      throw new IllegalArgumentException("a claim names no source: " + text);
    }
  }
}
