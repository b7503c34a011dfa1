package dev.melange.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A program with a command that works until it is told to stop; started as a child process. */
final class InterruptProbe {
  private InterruptProbe() {}

  @Command(name = "work")
  private static final class Work extends Subcommand {
    @Parameters private Path file;

    @Override
    protected int run(Console console, Cancellation cancellation) throws Exception {
      try (var section = cancellation.section()) {
        System.out.println("working");
        while (!cancellation.getAsBoolean()) {
          LockSupport.parkNanos(1_000_000);
        }
        Files.writeString(file, "saved");
      }
      return ExitCode.OK;
    }
  }

  public static void main(String[] args) {
    Cancellation cancellation = new Cancellation();
    cancellation.requestOnShutdown(60, () -> System.out.println("interrupted"));
    Main main = new Main(System.out, System.err, Terminal.NONE, cancellation);
    System.exit(main.execute(main.commandLine().addSubcommand(new Work()), args));
  }
}
