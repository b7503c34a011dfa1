package dev.melange.cli;

import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * What standard output and standard error are connected to.
 *
 * @param out whether standard output is a terminal
 * @param err whether standard error is a terminal
 * @param colors whether colours are wanted: on a terminal, unless NO_COLOR is set or TERM is dumb
 * @param columns the width of a line
 */
record Terminal(boolean out, boolean err, boolean colors, int columns) {
  private static final int DEFAULT_COLUMNS = 100;

  /** No terminal: files or pipes. */
  static final Terminal NONE = new Terminal(false, false, false, DEFAULT_COLUMNS);

  /**
   * Asks the launcher's properties {@code melange.terminal} (the descriptors that are terminals,
   * such as {@code "12"}) and {@code melange.columns}. Without a launcher nothing is taken for a
   * terminal.
   */
  static Terminal detect() {
    String terminals = System.getProperty("melange.terminal", "");
    boolean out = terminals.contains("1");
    boolean err = terminals.contains("2");
    int columns = Integer.getInteger("melange.columns", DEFAULT_COLUMNS);
    return new Terminal(
        out, err, out && allowsColors(System.getenv()), columns >= 40 ? columns : DEFAULT_COLUMNS);
  }

  static boolean allowsColors(Map<String, String> environment) {
    String noColor = environment.get("NO_COLOR");
    return (noColor == null || noColor.isEmpty()) && !"dumb".equals(environment.get("TERM"));
  }

  Ansi ansi() {
    return colors ? Ansi.ON : Ansi.OFF;
  }
}
