package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code melange verify} in a JVM of its own over the golden files of all methods. Tests that share
 * a JVM do not notice when classes can only be initialised in the order in which they happened to
 * be; here the first and the last are initialised first in turn.
 */
class VerifyIT {
  private static final int MINUTES = 10;

  @TempDir private Path folder;

  /** The folder of golden files, a folder in it for each method. */
  private static Path goldens() {
    Path project = Path.of("").toAbsolutePath();
    Path below = Path.of("papers", "src", "test", "resources", "golden");
    while (!Files.isDirectory(project.resolve(below))) {
      project = project.getParent();
      assertThat(project).as("a folder that has %s", below).isNotNull();
    }
    return project.resolve(below);
  }

  /** All golden files, as {@code melange verify} orders those of a folder. */
  private static List<Path> files() throws IOException {
    try (Stream<Path> below = Files.walk(goldens())) {
      return below.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  /** What is printed for paths, when all of so many files pass. */
  private List<String> verified(int files, List<String> paths) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("verify", "--require-all"));
    arguments.addAll(paths);
    Path printed = folder.resolve("printed");
    Process process =
        new ProcessBuilder(ChildJvm.command(Main.class, arguments.toArray(String[]::new)))
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("ended in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(printed);
    assertThat(lines).allMatch(line -> line.startsWith("ok ") || line.contains(" passed, "));
    assertThat(lines).last().isEqualTo(files + " passed, 0 failed, 0 not implemented");
    assertThat(process.exitValue()).isEqualTo(ExitCode.OK);
    return lines;
  }

  @Test
  void passesAllMethodsInOneFolder() throws Exception {
    List<Path> files = files();
    List<String> lines = verified(files.size(), List.of(goldens().toString()));
    for (int i = 0; i < files.size(); i++) {
      assertThat(lines.get(i)).contains(files.get(i).toString());
    }
  }

  @Test
  void passesThemInReverseOrder() throws Exception {
    List<String> files = new ArrayList<>(files().stream().map(Path::toString).toList());
    Collections.reverse(files);
    List<String> lines = verified(files.size(), files);
    assertThat(lines.get(0)).contains(files.get(0));
  }
}
