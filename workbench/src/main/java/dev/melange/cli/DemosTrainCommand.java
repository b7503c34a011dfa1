package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.melange.component.Suggestions;
import dev.melange.demo.Demo;
import dev.melange.demo.DemoRunner;
import dev.melange.demo.Demos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains the weights of demonstrations. */
@Command(
    name = "train",
    description = {
      "Train the small networks of demonstrations on the bundled digits and photographs.",
      "Weights go to MELANGE_HOME/demos; those that are there are left as they are."
    },
    footer = {
      "  melange demos train                        all that are missing: some minutes",
      "  melange demos train metaformer maxim       these two",
      "  melange demos train metaformer --again     anew"
    })
final class DemosTrainCommand extends Subcommand {
  @Parameters(paramLabel = "KEY", description = "Papers. Default: all with missing weights.")
  private List<String> keys = new ArrayList<>();

  @Option(names = "--again", description = "Train also what has its weights already.")
  private boolean again;

  @Mixin private ComputeOptions compute;

  private record Trained(Demo demo, Path folder, String quality) {}

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    List<Demo> wanted = wanted();
    List<Trained> trained = new ArrayList<>();
    try (DemoRunner runner = DemosCommand.runner();
        Cancellation.Section section = cancellation.section()) {
      List<Demo> missing = wanted.stream().filter(demo -> again || !runner.ready(demo)).toList();
      if (!missing.isEmpty()) {
        compute.start();
      }
      for (Demo demo : missing) {
        Path folder = runner.folder(demo);
        Files.createDirectories(folder);
        try (FitProgress progress = new FitProgress(console, demo.key())) {
          String quality =
              demo.train(folder, trainer -> trainer.listener(progress).cancellation(cancellation));
          trained.add(new Trained(demo, folder, quality));
        }
        console.note(demo.key() + ": " + trained.get(trained.size() - 1).quality());
      }
    }
    console.result(() -> json(trained), () -> print(console, wanted, trained));
    return ExitCode.OK;
  }

  private List<Demo> wanted() {
    if (keys.isEmpty()) {
      return Demos.all().stream().filter(demo -> !demo.weights().isEmpty()).toList();
    }
    return keys.stream().map(DemosTrainCommand::find).toList();
  }

  private static Demo find(String key) {
    List<String> known = Demos.all().stream().map(Demo::key).toList();
    Demo demo =
        Demos.of(key)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no demonstration of '%s'%s; there are %s"
                            .formatted(
                                key,
                                Suggestions.didYouMean(key, known),
                                String.join(", ", known))));
    if (demo.weights().isEmpty()) {
      throw new IllegalArgumentException(
          "the demonstration of %s needs no weights; try it with: melange serve".formatted(key));
    }
    return demo;
  }

  private static void print(Console console, List<Demo> wanted, List<Trained> trained) {
    if (trained.isEmpty()) {
      console.line(
          "nothing to train: %s has its weights (--again trains anew)"
              .formatted(wanted.size() == 1 ? wanted.get(0).key() : "every demonstration"));
      return;
    }
    trained.forEach(one -> console.line(one.demo().key() + ": " + one.folder()));
    console.line("try them: melange serve, and 'Try it' on the papers' pages");
  }

  private static ArrayNode json(List<Trained> trained) {
    ArrayNode array = Json.array();
    for (Trained one : trained) {
      array
          .addObject()
          .put("key", one.demo().key())
          .put("folder", one.folder().toString())
          .put("quality", one.quality());
    }
    return array;
  }
}
