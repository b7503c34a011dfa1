package dev.melange.feed;

/** Tells formats apart by their content. */
public final class Formats {
  private Formats() {}

  /**
   * Parses a source.
   *
   * @param bytes the source
   * @throws ImportException if it is refused as a whole
   */
  public static ParsedSource parse(byte[] bytes) {
    return PageText.parse(bytes);
  }
}
