package dev.melange.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command. A subclass declares its options as fields (and nothing else: what it works with is
 * created in {@link #run}), a description and examples:
 *
 * <pre>{@code
 * @Command(name = "papers", description = "List the papers.", footer = "  melange papers mixup")
 * final class PapersCommand extends Subcommand { ... }
 * }</pre>
 *
 * and is listed in {@link Main}. Bad input is reported by throwing {@link IllegalArgumentException}
 * or {@link java.io.IOException} with a message for the user.
 */
@Command(footerHeading = "%nExamples:%n")
public abstract class Subcommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** For subclasses. */
  protected Subcommand() {}

  /**
   * Does the command's work.
   *
   * @param console where results, notes and progress go
   * @param cancellation to be polled by long work
   * @return one of {@link ExitCode}'s codes
   * @throws Exception reported by {@link Failures}
   */
  protected abstract int run(Console console, Cancellation cancellation) throws Exception;

  @Override
  public final Integer call() throws Exception {
    Main main = (Main) spec.root().userObject();
    int code = run(main.console(), main.cancellation());
    return main.cancellation().getAsBoolean() ? ExitCode.INTERRUPTED : code;
  }

  /**
   * The command's specification, for commands that print help.
   *
   * @return picocli's model of this command
   */
  protected final CommandSpec spec() {
    return spec;
  }
}
