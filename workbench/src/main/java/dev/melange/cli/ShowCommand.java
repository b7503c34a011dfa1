package dev.melange.cli;

import dev.melange.io.Provenance;
import dev.melange.io.SafeTensorsFile;
import dev.melange.papers.Card;
import dev.melange.papers.Cards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows a paper's card, or where a file of weights comes from. */
@Command(
    name = "show",
    description =
        "Show a paper: what it is about, what it claims, where it is published. Or a file of"
            + " weights: what it holds and where it comes from.",
    footer = {
      "  melange show metaformer",
      "  melange show timemixer --json",
      "  melange show poolformer.safetensors"
    })
final class ShowCommand extends Subcommand {
  @Parameters(
      paramLabel = "KEY|FILE",
      description = "The paper's key, as 'melange papers' lists it, or a .safetensors file.")
  private String what;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (!Cards.keys().contains(what) && looksLikeFile()) {
      showWeights(console, Path.of(what));
      return ExitCode.OK;
    }
    Card card = Cards.get(what);
    console.result(() -> CardText.json(card), () -> CardText.print(console, card));
    return ExitCode.OK;
  }

  private boolean looksLikeFile() {
    return what.endsWith(".safetensors") || Files.isRegularFile(Path.of(what));
  }

  private static void showWeights(Console console, Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    try (SafeTensorsFile weights = SafeTensorsFile.open(file)) {
      WeightsText text =
          new WeightsText(weights, Provenance.of(file, weights.metadata()).orElse(null));
      console.result(text::json, () -> text.print(console));
    }
  }
}
