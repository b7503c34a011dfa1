package dev.melange.io;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/**
 * A file cannot be read as what it should be: it is damaged, incomplete, of another format, or
 * holds something that is refused for safety. The message names the file, what is wrong, and what
 * to do.
 */
public final class CorruptFileException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private static final int LONGEST_QUOTE = 120;

  private final String file;

  /**
   * Describes the defect.
   *
   * @param file the file
   * @param problem what is wrong, with the expected and the actual value
   * @param advice what the user can do, an imperative
   */
  public CorruptFileException(Path file, String problem, String advice) {
    this(file, problem, advice, null);
  }

  /**
   * Describes the defect that another exception revealed.
   *
   * @param file the file
   * @param problem what is wrong, with the expected and the actual value
   * @param advice what the user can do, an imperative
   * @param cause the revealing exception, or null
   */
  public CorruptFileException(Path file, String problem, String advice, Throwable cause) {
    super(file + ": " + problem + "; " + advice, cause);
    this.file = file.toString();
  }

  /** The file that could not be read. */
  public Path file() {
    return Path.of(file);
  }

  /** Quotes a text out of a file: shortened, control characters replaced. */
  static String quote(String text) {
    String shown =
        text.length() <= LONGEST_QUOTE
            ? text
            : text.substring(0, LONGEST_QUOTE) + "... (" + text.length() + " characters)";
    return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
  }
}
