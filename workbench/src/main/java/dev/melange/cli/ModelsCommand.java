package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Model;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the published models. */
@Command(
    name = "models",
    description = "List the models that can be built by name.",
    footer = {
      "  melange models",
      "  melange models '*mixer*'      those whose name matches",
      "  melange models --json         with their configurations",
      "  melange models --mixers       token mixers, to be set with --set mixer=NAME"
    })
final class ModelsCommand extends Subcommand {
  @Parameters(
      arity = "0..1",
      defaultValue = "*",
      paramLabel = "PATTERN",
      description = "Only names that match; * stands for any text.")
  private String pattern;

  @Option(
      names = "--mixers",
      description =
          "List the token mixers instead. They can stand in the blocks of other image models:"
              + " --set mixer=NAME for all, or one for each stage, own leaving a stage as it is"
              + " (--set mixer=own,own,NAME,NAME).")
  private boolean mixers;

  @Override
  protected int run(Console console, Cancellation cancellation) {
    if (mixers) {
      List<TokenMixer> all = Catalogue.tokenMixers(pattern);
      console.result(() -> mixersJson(all), () -> printMixers(console, all));
      return ExitCode.OK;
    }
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

  private void printMixers(Console console, List<TokenMixer> all) {
    if (all.isEmpty()) {
      console.note("no token mixer is named " + pattern);
      return;
    }
    console.list(
        List.of("mixer", "maps [B, C, h, w]", "what it does"),
        all.stream()
            .map(mixer -> List.of(mixer.name(), mixer.shapes().toString(), mixer.description()))
            .toList());
  }

  private static ArrayNode mixersJson(List<TokenMixer> all) {
    ArrayNode array = Json.array();
    for (TokenMixer mixer : all) {
      array
          .addObject()
          .put("name", mixer.name())
          .put("description", mixer.description())
          .put("shapes", mixer.shapes().toString());
    }
    return array;
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
