package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataSets;
import dev.melange.data.LocatedSet;
import dev.melange.data.NamedSet;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, fetches and finds named data sets. */
@Command(
    name = "data",
    description =
        "List named data sets, fetch one, or say where one lies. Sets are looked for in the folder"
            + " MELANGE_DATA, then in MELANGE_HOME, then among the bundled ones.",
    footer = {
      "  melange data list",
      "  melange data where digits",
      "  melange data get mnist        fetch what is missing, checking every file"
    })
final class DataCommand extends Subcommand {
  private enum Action {
    list,
    get,
    where
  }

  @Parameters(index = "0", paramLabel = "list|get|where", description = "What to do.")
  private Action action;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "The data set, for get and where.")
  private String name;

  @Option(names = "--check", description = "With where: compare the files with the known ones.")
  private boolean check;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    DataSets sets = DataSets.standard();
    if (action == Action.list) {
      console.result(() -> json(sets), () -> print(console, sets));
      return ExitCode.OK;
    }
    if (name == null) {
      throw new IllegalArgumentException(
          "data " + action + " needs the name of a data set; list them with: melange data list");
    }
    LocatedSet found = action == Action.get ? fetch(console, sets) : sets.where(name);
    List<String> differences = check ? found.differences() : List.of();
    String place = found.folder().map(Object::toString).orElse("bundled");
    console.result(
        () -> {
          ObjectNode json = Json.object().put("name", name).put("place", place);
          ArrayNode list = json.putArray("differences");
          differences.forEach(list::add);
          return json;
        },
        () -> {
          console.line(place);
          differences.forEach(console::line);
        });
    return differences.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private LocatedSet fetch(Console console, DataSets sets) throws IOException {
    try (Progress progress = console.progress("fetching " + name, sets.named(name).bytes(), "B")) {
      return sets.get(name, (file, done, total) -> progress.at(done));
    }
  }

  private static String state(DataSets sets, NamedSet set) {
    Optional<LocatedSet> found = sets.find(set.name());
    if (found.isPresent()) {
      return found.get().folder().map(Object::toString).orElse("bundled");
    }
    return set.isDownloadable() ? "can be fetched" : "place the files yourself";
  }

  private static void print(Console console, DataSets sets) {
    console.list(
        List.of("name", "title", "licence", "where"),
        sets.list().stream()
            .map(set -> List.of(set.name(), set.title(), set.licence(), state(sets, set)))
            .toList());
  }

  private static ArrayNode json(DataSets sets) {
    ArrayNode array = Json.array();
    for (NamedSet set : sets.list()) {
      ObjectNode node = array.addObject();
      node.put("name", set.name()).put("title", set.title()).put("licence", set.licence());
      node.put("bytes", set.bytes()).put("where", state(sets, set));
      ArrayNode files = node.putArray("files");
      set.files()
          .forEach(
              file ->
                  files
                      .addObject()
                      .put("name", file.name())
                      .put("bytes", file.bytes())
                      .put("sha256", file.sha256()));
    }
    return array;
  }
}
