package dev.melange.cli;

import dev.melange.component.Suggestions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Parameters;

/** Prints the help of a command. */
@Command(
    name = "help",
    description = "Print the help of a command.",
    footer = {"  melange help", "  melange help papers"})
final class HelpCommand extends Subcommand {
  @Parameters(paramLabel = "COMMAND", description = "The command; without one, all of them.")
  private List<String> names = new ArrayList<>();

  @Override
  protected int run(Console console, Cancellation cancellation) {
    CommandLine command = spec().root().commandLine();
    for (String name : names) {
      var known = command.getSubcommands();
      if (!known.containsKey(name)) {
        throw new IllegalArgumentException(
            "unknown command '" + name + "'" + Suggestions.didYouMean(name, known.keySet()));
      }
      command = known.get(name);
    }
    Ansi ansi = command.getColorScheme().ansi();
    String text = command.getUsageMessage(ansi).stripTrailing();
    console.result(() -> Json.object().put("help", text), () -> console.line(text));
    return ExitCode.OK;
  }
}
