package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Verifier;
import dev.melange.component.Verifier.Result;
import dev.melange.component.Verifier.Status;
import dev.melange.papers.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares components with golden files: outputs and gradients, tensor by tensor. */
@Command(
    name = "verify",
    description =
        "Compare components with golden files: is this Java model the model that was exported? Runs"
            + " each file's inputs through the component it names and compares outputs and"
            + " gradients at the file's own tolerance.",
    footer = {
      "  melange verify exported.safetensors",
      "  melange verify goldens/ --require-all   every file in the folder and below",
      "  melange verify goldens/ --json"
    })
final class VerifyCommand extends Subcommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description = "Golden files, or folders searched for *.safetensors.")
  private List<Path> paths;

  @Option(
      names = "--require-all",
      description = "Fail too when a file's component is not implemented.")
  private boolean requireAll;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    List<Path> files = files();
    Verifier verifier = new Verifier(Catalogue.components());
    List<Result> results = new ArrayList<>();
    for (Path file : files) {
      if (cancellation.getAsBoolean()) {
        return ExitCode.INTERRUPTED;
      }
      Result result = files.size() == 1 ? verifier.verify(file) : verified(verifier, file);
      results.add(result);
      console.line(text(result));
    }
    long passed = count(results, Status.PASSED);
    long failed = count(results, Status.FAILED);
    long missing = count(results, Status.NOT_IMPLEMENTED);
    console.result(
        () -> json(results, passed, failed, missing),
        () ->
            console.line(
                "%d passed, %d failed, %d not implemented".formatted(passed, failed, missing)));
    return failed == 0 && (!requireAll || missing == 0) ? ExitCode.OK : ExitCode.FAILED;
  }

  /** One of several files: that it cannot be read must not keep the others from being verified. */
  private static Result verified(Verifier verifier, Path file) {
    try {
      return verifier.verify(file);
    } catch (IOException e) {
      return new Result(file, null, Status.FAILED, 0, null, 0, 0, e.getMessage());
    }
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        int before = files.size();
        try (Stream<Path> below = Files.walk(path)) {
          below
              .filter(file -> file.toString().endsWith(".safetensors"))
              .sorted()
              .forEach(files::add);
        }
        if (files.size() == before) {
          throw new IllegalArgumentException(path + " holds no *.safetensors file");
        }
      } else if (Files.exists(path)) {
        files.add(path);
      } else {
        throw new NoSuchFileException(path.toString(), null, "no such file or folder");
      }
    }
    return files;
  }

  private static long count(List<Result> results, Status status) {
    return results.stream().filter(result -> result.status() == status).count();
  }

  private static String text(Result result) {
    String line = "%-7s %s".formatted(word(result.status()), result.path());
    return switch (result.status()) {
      case PASSED ->
          "%s  %d tensors, worst %s %.1e (allowed %.0e)"
              .formatted(line, result.compared(), result.worst(), result.error(), result.rtol());
      case FAILED ->
          line
              + "  "
              + (result.component() == null ? "" : result.component() + ": ")
              + result.problem();
      case NOT_IMPLEMENTED -> line + "  " + result.component() + " is not implemented";
    };
  }

  private static String word(Status status) {
    return switch (status) {
      case PASSED -> "ok";
      case FAILED -> "FAILED";
      case NOT_IMPLEMENTED -> "-";
    };
  }

  private static ObjectNode json(List<Result> results, long passed, long failed, long missing) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ArrayNode files = root.putArray("files");
    for (Result result : results) {
      ObjectNode node = files.addObject();
      node.put("file", result.path().toString());
      node.put("component", result.component());
      node.put("status", result.status().name().toLowerCase(Locale.ROOT));
      node.put("tensors", result.compared());
      node.put("worst", result.worst());
      node.put("error", result.error());
      node.put("rtol", result.rtol());
      node.put("problem", result.problem());
    }
    root.put("passed", passed).put("failed", failed).put("not_implemented", missing);
    return root;
  }
}
