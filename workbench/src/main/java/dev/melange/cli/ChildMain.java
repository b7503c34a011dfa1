package dev.melange.cli;

import java.io.IOException;

/**
 * The command line for a child of the server: it ends as if interrupted, saving what it has, when
 * its standard input ends, which happens when the server does, however that ends.
 */
public final class ChildMain {
  private ChildMain() {}

  /**
   * Runs one command.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    Thread watch = new Thread(ChildMain::endWithParent, "melange-parent");
    watch.setDaemon(true);
    watch.start();
    Main.main(args);
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // the server writes nothing; only the end matters
      }
    } catch (IOException e) {
      System.err.println("the server cannot be heard any more: " + e.getMessage());
    }
    System.exit(ExitCode.INTERRUPTED);
  }
}
