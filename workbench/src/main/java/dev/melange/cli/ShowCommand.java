package dev.melange.cli;

import dev.melange.papers.Card;
import dev.melange.papers.Cards;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows a paper's card. */
@Command(
    name = "show",
    description = "Show a paper: what it is about, what it claims, where it is published.",
    footer = {"  melange show metaformer", "  melange show timemixer --json"})
final class ShowCommand extends Subcommand {
  @Parameters(paramLabel = "KEY", description = "The paper's key, as 'melange papers' lists it.")
  private String key;

  @Override
  protected int run(Console console, Cancellation cancellation) {
    Card card = Cards.get(key);
    console.result(() -> CardText.json(card), () -> CardText.print(console, card));
    return ExitCode.OK;
  }
}
