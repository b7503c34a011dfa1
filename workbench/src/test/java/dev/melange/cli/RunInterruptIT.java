package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.melange.ChildJvm;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in the midst of a study. */
class RunInterruptIT {
  @TempDir private Path out;

  @Test
  void controlCSavesSaysHowToGoOnAndEndsWith130() throws Exception {
    assumeTrue(Files.exists(Path.of("/bin/sh")), "signals are sent with the shell's kill");
    List<String> command =
        ChildJvm.interruptible(
            RunProbe.class, "run", "toy", "--set", "work=0", "--out", out.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      // The first trial has ended, the second never does by itself.
      for (String line = output.readLine();
          line != null && !line.startsWith("trial 1/2 first");
          line = output.readLine()) {
        lines.add(line);
      }
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -INT " + process.pid()).inheritIO().start();
      assertThat(kill.waitFor()).isZero();
      output.lines().forEach(lines::add);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(String.join("\n", lines)).isEqualTo(ExitCode.INTERRUPTED);
    } finally {
      process.destroyForcibly();
    }
    Path folder;
    try (var runs = Files.list(out.resolve("toy"))) {
      folder = runs.findFirst().orElseThrow();
    }
    assertThat(lines)
        .contains("warning: interrupted; go on with: melange run toy --resume " + folder);
    assertThat(folder.resolve("trials/first/result.json")).exists();
    assertThat(folder.resolve("result.json")).doesNotExist();
  }
}
