package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.melange.demo.Demo;
import dev.melange.demo.DemoRunner;
import dev.melange.demo.Demos;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists the demonstrations of the page. */
@Command(
    name = "demos",
    description = {
      "List what can be tried on the page ('Try it' on a paper, with 'melange serve'), and whether"
          + " its weights are there."
    },
    footer = {
      "  melange demos                  all, and whether they are ready",
      "  melange demos train            make all weights that are missing (some minutes)",
      "  melange demos train metaformer"
    },
    subcommands = {DemosTrainCommand.class})
final class DemosCommand extends Subcommand {
  @Override
  protected int run(Console console, Cancellation cancellation) {
    try (DemoRunner runner = runner()) {
      console.result(() -> json(runner), () -> print(console, runner));
    }
    return ExitCode.OK;
  }

  static DemoRunner runner() {
    Path home = DemoRunner.folder(Folders.home(System.getenv()));
    return new DemoRunner(home, Duration.ofMinutes(1));
  }

  private static String state(Demo demo, DemoRunner runner) {
    if (demo.weights().isEmpty()) {
      return "ready, needs no weights";
    }
    return runner.ready(demo) ? "ready" : "no weights";
  }

  private static void print(Console console, DemoRunner runner) {
    console.list(
        List.of("paper", "state", "what it does"),
        Demos.all().stream()
            .map(demo -> List.of(demo.key(), state(demo, runner), demo.title()))
            .toList());
    if (!Demos.all().stream().allMatch(runner::ready)) {
      console.note("'melange demos train' makes the weights that are missing");
    }
  }

  private static ArrayNode json(DemoRunner runner) {
    ArrayNode array = Json.array();
    for (Demo demo : Demos.all()) {
      array
          .addObject()
          .put("key", demo.key())
          .put("title", demo.title())
          .put("needs_weights", !demo.weights().isEmpty())
          .put("ready", runner.ready(demo))
          .put("folder", runner.folder(demo).toString());
    }
    return array;
  }
}
