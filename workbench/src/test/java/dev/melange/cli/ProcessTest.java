package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: exit codes, standard output, signals. */
class ProcessTest {
  private record Ended(int code, String out, String err) {}

  @TempDir private Path folder;

  private Ended run(String... args) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(ChildJvm.command(Main.class, args))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void endsWithTheCommandsExitCode() throws Exception {
    assertThat(run("doctor").code()).isEqualTo(0);
    Ended mistyped = run("docter");
    assertThat(mistyped.code()).isEqualTo(2);
    assertThat(mistyped.out()).isEmpty();
    assertThat(mistyped.err())
        .startsWith("error: unknown command 'docter'; did you mean 'doctor'?");
  }

  @Test
  void jsonIsUndisturbed() throws Exception {
    Ended ended = run("doctor", "--json", "--debug");
    assertThat(new ObjectMapper().readTree(ended.out()).has("java")).isTrue();
  }

  @Test
  void controlCSavesAndEndsWith130() throws Exception {
    assertThat(interrupt("INT")).isEqualTo(130);
  }

  @Test
  void terminationSavesToo() throws Exception {
    assertThat(interrupt("TERM")).isEqualTo(143);
  }

  private int interrupt(String signal) throws IOException, InterruptedException {
    assumeTrue(Path.of("/bin/sh").toFile().exists(), "signals are sent with the shell's kill");
    Path file = folder.resolve("state");
    List<String> command = ChildJvm.interruptible(InterruptProbe.class, "work", file.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("working");
      int killed =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + process.pid())
              .start()
              .waitFor();
      assertThat(killed).isZero();
      assertThat(output.readLine()).isEqualTo("interrupted");
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(file).hasContent("saved");
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
