package dev.melange.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.report.Table;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Where a command's output goes. Results go to standard output, as text or, with {@code --json}, as
 * one JSON value; remarks and progress go to standard error, and nowhere with {@code --quiet} or
 * {@code --json}.
 */
public final class Console {
  private static final int READABLE_COLUMNS = 100;

  private final PrintStream out;
  private final PrintStream err;
  private final Terminal terminal;
  private final boolean json;
  private final boolean quiet;

  Console(PrintStream out, PrintStream err, Terminal terminal, boolean json, boolean quiet) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.json = json;
    this.quiet = quiet;
  }

  /**
   * Prints the command's result, once.
   *
   * @param asJson makes the JSON printed with {@code --json}
   * @param asText prints the text (with {@link #line}, {@link #list}, {@link #table}) otherwise
   */
  public void result(Supplier<? extends JsonNode> asJson, Runnable asText) {
    if (!json) {
      asText.run();
      return;
    }
    try {
      out.println(
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(asJson.get()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the result cannot be written as JSON", e);
    }
  }

  /**
   * Prints a line of text on standard output; nothing with {@code --json}.
   *
   * @param text the line, without its end
   */
  public void line(String text) {
    if (!json) {
      out.println(text);
    }
  }

  /** Has what was printed appear at once; for commands that go on working after their result. */
  public void flush() {
    out.flush();
  }

  /**
   * Prints rows with aligned columns on standard output; nothing with {@code --json}. On a terminal
   * the last column is cut at the terminal's width.
   *
   * @param header the columns' titles
   * @param rows one cell per column each
   */
  public void list(List<String> header, List<List<String>> rows) {
    int[] widths = new int[header.size()];
    Stream.concat(Stream.of(header), rows.stream())
        .forEach(
            row -> {
              for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
              }
            });
    line(bold(aligned(header, widths)));
    rows.forEach(row -> line(aligned(row, widths)));
  }

  /**
   * Prints a table of results on standard output; nothing with {@code --json}.
   *
   * @param table the table
   */
  public void table(Table table) {
    line(table.toText(Table.Style.UNICODE).stripTrailing());
  }

  /**
   * Prints a text on standard output, broken between words at the width of a line; nothing with
   * {@code --json}.
   *
   * @param mark what the first line begins with; the others are indented by its length
   * @param text the text
   */
  public void paragraph(String mark, String text) {
    int width = Math.min(columns(), READABLE_COLUMNS);
    String indent = " ".repeat(mark.length());
    StringBuilder current = new StringBuilder(mark);
    for (String word : text.strip().split("\\s+")) {
      boolean first = current.length() == mark.length();
      if (!first && current.length() + 1 + word.length() > width) {
        line(current.toString());
        current.setLength(0);
        current.append(indent);
        first = true;
      }
      current.append(first ? "" : " ").append(word);
    }
    line(current.toString());
  }

  private String aligned(List<String> row, int[] widths) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = row.get(i);
      text.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
    }
    String line = text.toString().stripTrailing();
    return terminal.out() && line.length() > columns()
        ? line.substring(0, columns() - 1) + "\u2026"
        : line;
  }

  /**
   * Prints a remark on standard error; nothing with {@code --quiet} or {@code --json}.
   *
   * @param text the line, without its end
   */
  public void note(String text) {
    if (!json && !quiet) {
      out.flush(); // standard output is buffered; on a terminal both must appear in order
      err.println(text);
    }
  }

  /**
   * Prints a warning on standard error, always.
   *
   * @param text the warning, without its end
   */
  public void warn(String text) {
    out.flush();
    err.println("warning: " + text);
  }

  /**
   * Starts showing the progress of a task on standard error: a bar on a terminal, a line every ten
   * seconds otherwise, nothing with {@code --quiet} or {@code --json}.
   *
   * @param task what is done, in a word or two
   * @param total how many units there are; -1 when unknown
   * @param unit the plural of what is counted, such as {@code steps} or {@code images}; {@code
   *     bytes} is shown in MiB
   * @return the progress, to be closed when the task ends
   */
  public Progress progress(String task, long total, String unit) {
    if (json || quiet) {
      return Progress.none();
    }
    out.flush();
    return terminal.err()
        ? Progress.bar(err, terminal.columns(), task, total, unit)
        : Progress.lines(err::println, System::nanoTime, task, total, unit);
  }

  /**
   * Makes a text bold where colours are wanted.
   *
   * @param text the text
   * @return the text, styled on a terminal
   */
  public String bold(String text) {
    return styled("1", text);
  }

  /**
   * Makes a text faint where colours are wanted.
   *
   * @param text the text
   * @return the text, styled on a terminal
   */
  public String faint(String text) {
    return styled("2", text);
  }

  /**
   * Makes a text green (good) where colours are wanted.
   *
   * @param text the text
   * @return the text, styled on a terminal
   */
  public String green(String text) {
    return styled("32", text);
  }

  /**
   * Makes a text red (bad) where colours are wanted.
   *
   * @param text the text
   * @return the text, styled on a terminal
   */
  public String red(String text) {
    return styled("31", text);
  }

  /**
   * The width of the terminal.
   *
   * @return the number of characters on a line; 100 when there is no terminal
   */
  public int columns() {
    return terminal.columns();
  }

  /**
   * Whether results are wanted as JSON.
   *
   * @return true with {@code --json}
   */
  public boolean json() {
    return json;
  }

  private String styled(String code, String text) {
    return terminal.colors() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
