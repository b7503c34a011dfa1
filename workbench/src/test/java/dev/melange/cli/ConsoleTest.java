package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.report.Table;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private static final Terminal TERMINAL = new Terminal(true, true, true, 80);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Console console(Terminal terminal, boolean json, boolean quiet) {
    return new Console(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        terminal,
        json,
        quiet);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void jsonIsAllThereIsOnStandardOutput() {
    Console console = console(TERMINAL, true, false);
    console.line("text");
    console.note("remark");
    console.result(() -> Json.object().put("a", 1), () -> console.line("text"));
    try (Progress progress = console.progress("train", 10, "steps")) {
      progress.at(10);
    }
    assertThat(out()).isEqualToIgnoringNewLines("{  \"a\" : 1}");
    assertThat(err()).isEmpty();
  }

  @Test
  void quietKeepsResultsAndWarningsOnly() {
    Console console = console(TERMINAL, false, true);
    console.note("remark");
    console.warn("careful");
    console.result(Json::object, () -> console.line("text"));
    try (Progress progress = console.progress("train", 10, "steps")) {
      progress.at(10);
    }
    assertThat(out()).isEqualTo("text\n");
    assertThat(err()).isEqualTo("warning: careful\n");
  }

  @Test
  void colorsOnlyOnATerminal() {
    assertThat(console(TERMINAL, false, false).red("x")).isEqualTo("\u001b[31mx\u001b[0m");
    assertThat(console(Terminal.NONE, false, false).red("x")).isEqualTo("x");
  }

  @Test
  void honoursNoColor() {
    assertThat(Terminal.allowsColors(Map.of("TERM", "xterm"))).isTrue();
    assertThat(Terminal.allowsColors(Map.of("NO_COLOR", ""))).isTrue();
    assertThat(Terminal.allowsColors(Map.of("NO_COLOR", "1"))).isFalse();
    assertThat(Terminal.allowsColors(Map.of("TERM", "dumb"))).isFalse();
  }

  @Test
  void alignsLists() {
    console(Terminal.NONE, false, false)
        .list(List.of("key", "title"), List.of(List.of("gpt", "A"), List.of("metaformer", "B")));
    assertThat(out()).isEqualTo("key         title\ngpt         A\nmetaformer  B\n");
  }

  @Test
  void cutsListsAtTheTerminalsWidth() {
    Terminal narrow = new Terminal(true, true, false, 40);
    console(narrow, false, false)
        .list(List.of("key", "title"), List.of(List.of("a", "x".repeat(90))));
    assertThat(out()).isEqualTo("key  title\na    " + "x".repeat(34) + "\u2026\n");
  }

  @Test
  void breaksParagraphsBetweenWords() {
    Terminal narrow = new Terminal(true, true, false, 12);
    console(narrow, false, false).paragraph("- ", "one two three " + "x".repeat(15) + " end");
    assertThat(out()).isEqualTo("- one two\n  three\n  " + "x".repeat(15) + "\n  end\n");
  }

  @Test
  void printsTablesOfResults() {
    console(Terminal.NONE, false, false)
        .table(
            Table.titled("Digits").text("model").number("top-1", "%.1f").row("MLP", 95.12).build());
    assertThat(out()).contains("Digits", "model", "top-1", "MLP", "95.1").endsWith("\n");
  }

  @Test
  void drawsABarOnATerminal() {
    try (Progress progress = console(TERMINAL, false, false).progress("train", 10, "steps")) {
      progress.at(10);
      progress.message("loss 0.5");
    }
    assertThat(err()).contains("train", "100%", "10/10 steps", "loss 0.5", "\r");
    assertThat(err().lines().flatMap(line -> line.lines()).map(String::length))
        .allMatch(length -> length <= 80);
  }
}
