package dev.melange.cli;

import picocli.CommandLine;

/** The program with the toy study; started as a child process. */
final class RunProbe {
  private RunProbe() {}

  public static void main(String[] args) {
    Cancellation cancellation = new Cancellation();
    cancellation.requestOnShutdown(60, () -> System.err.println("stopping"));
    Main main = new Main(System.out, System.err, Terminal.NONE, cancellation);
    CommandLine commandLine = main.commandLine();
    ToyPaper.addTo(commandLine);
    System.exit(main.execute(commandLine, args));
  }
}
