package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Model;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the published models. */
@Command(
    name = "models",
    description = "List the models that can be built by name.",
    footer = {
      "  melange models",
      "  melange models '*mixer*'      those whose name matches",
      "  melange models --json         with their configurations"
    })
final class ModelsCommand extends Subcommand {
  @Parameters(
      arity = "0..1",
      defaultValue = "*",
      paramLabel = "PATTERN",
      description = "Only names that match; * stands for any text.")
  private String pattern;

  @Override
  protected int run(Console console, Cancellation cancellation) {
    List<Model> models = Catalogue.models(pattern);
    console.result(() -> json(models), () -> print(console, models));
    return ExitCode.OK;
  }

  private void print(Console console, List<Model> models) {
    if (models.isEmpty()) {
      console.note("no model is named " + pattern);
      return;
    }
    console.list(
        List.of("model", "component", "reported"),
        models.stream()
            .map(model -> List.of(model.name(), model.component().name(), facts(model.facts())))
            .toList());
  }

  private static String facts(Map<String, String> facts) {
    return facts.entrySet().stream()
        .map(fact -> fact.getKey() + " " + fact.getValue())
        .collect(Collectors.joining(", "));
  }

  private static ArrayNode json(List<Model> models) {
    ArrayNode array = Json.array();
    for (Model model : models) {
      ObjectNode node = array.addObject();
      node.put("name", model.name()).put("component", model.component().name());
      node.set("config", Configs.toJson(model.config()));
      ObjectNode facts = node.putObject("facts");
      model.facts().forEach(facts::put);
    }
    return array;
  }
}
