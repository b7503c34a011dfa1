package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.melange.papers.Card;
import dev.melange.papers.Cards;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the papers, or those that match some words. */
@Command(
    name = "papers",
    description = "List the papers, or those that contain all the given words.",
    footer = {
      "  melange papers                 all papers",
      "  melange papers token mixing    those that speak of both",
      "  melange papers mixup --json",
      "  melange papers import page.txt  bring papers into the page's store (its own --help)",
      "  melange papers search QUERY     by words and meaning, over the page's store",
      "  melange papers trending         what is discussed; list: what came last",
      "  melange papers similar ID       the nearest by meaning",
      "  melange papers show ID          what the store knows of one",
      "  melange papers tag ID TAG...    your tags, by which the page recommends others",
      "  melange papers eval             how well the search ranks",
      "  melange papers bib ID...        as BibTeX",
      "  melange papers export state.zip  all papers and the work on them, to take along"
    },
    subcommands = {
      PapersImportCommand.class,
      PapersSearchCommand.class,
      PapersListCommand.class,
      PapersTrendingCommand.class,
      PapersSimilarCommand.class,
      PapersShowCommand.class,
      PapersTagCommand.class,
      PapersEvalCommand.class,
      PapersBibCommand.class,
      PapersExportCommand.class
    })
final class PapersCommand extends Subcommand {
  @Parameters(
      paramLabel = "WORD",
      description = "Looked for in keys, titles, authors, summaries and claims.")
  private List<String> words = new ArrayList<>();

  @Override
  protected int run(Console console, Cancellation cancellation) {
    List<Card> found = Cards.all().stream().filter(this::matches).toList();
    console.result(() -> json(found), () -> print(console, found));
    return ExitCode.OK;
  }

  private boolean matches(Card card) {
    String text = CardText.searchable(card).toLowerCase(Locale.ROOT);
    return words.stream().allMatch(word -> text.contains(word.toLowerCase(Locale.ROOT)));
  }

  private void print(Console console, List<Card> found) {
    if (found.isEmpty()) {
      console.note("no paper contains " + String.join(" and ", words));
      return;
    }
    console.list(
        List.of("key", "year", "state", "title"),
        found.stream()
            .map(
                card ->
                    List.of(
                        card.key(),
                        Integer.toString(card.year()),
                        CardText.state(card),
                        card.title()))
            .toList());
    console.note(
        (found.size() == 1 ? "1 paper" : found.size() + " papers")
            + "; 'melange show KEY' tells more");
  }

  private static ArrayNode json(List<Card> found) {
    ArrayNode array = Json.array();
    found.forEach(card -> array.add(CardText.json(card)));
    return array;
  }
}
