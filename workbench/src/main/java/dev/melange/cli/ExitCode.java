package dev.melange.cli;

/** The exit codes of every command. */
public final class ExitCode {
  /** All went well. */
  public static final int OK = 0;

  /** The command ran, and the check or verdict it was asked for failed. */
  public static final int FAILED = 1;

  /** The command was given something it cannot use: an option, a name, a file. */
  public static final int BAD_INPUT = 2;

  /** A fault of the program itself. */
  public static final int INTERNAL_ERROR = 3;

  /** Interrupted by the user; what can be resumed has been saved. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
