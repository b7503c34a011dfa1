package dev.melange.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a script with which the shell completes commands, options and names. */
@Command(
    name = "completion",
    description = "Print a script for the shell that completes commands, options and names.",
    footer = {
      "  source <(melange completion bash)                   in ~/.bashrc",
      "  source <(melange completion zsh)                    in ~/.zshrc"
    })
final class CompletionCommand extends Subcommand {
  /** The shells there are scripts for. */
  enum Shell {
    bash,
    zsh
  }

  @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  @Override
  protected int run(Console console, Cancellation cancellation) {
    String script = AutoComplete.bash("melange", spec().root().commandLine());
    // The script serves both shells; zsh needs its bash compatibility switched on first.
    String start =
        shell == Shell.zsh
            ? "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
            : "";
    console.result(
        () -> Json.object().put("shell", shell.name()).put("script", start + script),
        () -> console.line(start + script));
    return ExitCode.OK;
  }
}
