package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.TagStore;
import dev.melange.store.UserStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows and changes the owner's tags. */
@Command(
    name = "tag",
    description = {
      "Show the tags of the page's owner, those of a paper, or give a paper more of them.",
      "The page recommends papers by each tag (/tags/NAME), and tag:NAME finds them in searches."
    },
    footer = {
      "  melange papers tag                                all tags",
      "  melange papers tag timemixer                      those of a paper",
      "  melange papers tag timemixer forecasting \"to read\"",
      "  melange papers tag timemixer --remove \"to read\""
    })
final class PapersTagCommand extends Subcommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ID",
      description = "A paper's id, or its key in the catalogue.")
  private String id;

  @Parameters(index = "1..*", paramLabel = "TAG", description = "What the paper is to be tagged.")
  private List<String> tags = new ArrayList<>();

  @Option(
      names = "--remove",
      paramLabel = "TAG",
      description = "Take this tag off the paper. Repeatable.")
  private List<String> removed = new ArrayList<>();

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (id == null && !removed.isEmpty()) {
      throw new IllegalArgumentException(
          "--remove needs a paper: melange papers tag ID --remove TAG");
    }
    try (Database database = PapersStore.open()) {
      TagStore store = new TagStore(database);
      long owner = new UserStore(database).owner().id();
      if (id == null) {
        List<TagStore.Tag> all = store.of(owner);
        console.result(() -> json(all), () -> print(console, all));
        return ExitCode.OK;
      }
      PaperEntry paper = PapersStore.find(database, id);
      List<String> before = store.of(owner, paper.id());
      Set<String> wanted = new LinkedHashSet<>(before);
      for (String tag : removed) {
        if (!wanted.remove(tag)) {
          throw new IllegalArgumentException(
              "%s has no tag '%s'; it has %s"
                  .formatted(
                      paper.publicId(),
                      tag,
                      before.isEmpty() ? "none" : String.join(", ", before)));
        }
      }
      wanted.addAll(tags);
      if (!tags.isEmpty() || !removed.isEmpty()) {
        store.set(owner, paper.id(), List.copyOf(wanted));
      }
      List<String> now = store.of(owner, paper.id());
      console.result(
          () -> {
            ObjectNode json = Json.object().put("id", paper.publicId());
            now.forEach(json.putArray("tags")::add);
            return json;
          },
          () ->
              console.line(
                  paper.publicId() + ": " + (now.isEmpty() ? "no tags" : String.join(", ", now))));
    }
    return ExitCode.OK;
  }

  private static void print(Console console, List<TagStore.Tag> tags) {
    if (tags.isEmpty()) {
      console.note("no tags yet; 'melange papers tag ID TAG' gives a paper one");
      return;
    }
    console.list(
        List.of("tag", "papers"),
        tags.stream().map(tag -> List.of(tag.name(), Integer.toString(tag.papers()))).toList());
  }

  private static ArrayNode json(List<TagStore.Tag> tags) {
    ArrayNode array = Json.array();
    tags.forEach(tag -> array.addObject().put("name", tag.name()).put("papers", tag.papers()));
    return array;
  }
}
