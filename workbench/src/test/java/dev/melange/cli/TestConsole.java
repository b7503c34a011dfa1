package dev.melange.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import picocli.CommandLine;

/** Runs commands in this process and keeps what they print. */
final class TestConsole {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final Cancellation cancellation = new Cancellation();

  int run(String... args) {
    return runWith(commandLine -> {}, args);
  }

  int runWith(Consumer<CommandLine> change, String... args) {
    out.reset();
    err.reset();
    Main main =
        new Main(
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            Terminal.NONE,
            cancellation);
    CommandLine commandLine = main.commandLine();
    change.accept(commandLine);
    return main.execute(commandLine, args);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
