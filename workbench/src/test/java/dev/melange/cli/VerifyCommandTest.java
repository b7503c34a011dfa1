package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.io.Weights;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  @TempDir private Path folder;
  private final TestConsole console = new TestConsole();

  @BeforeEach
  void writeFiles() throws IOException {
    golden("a-good", "layer/dct2", 3);
    Files.writeString(folder.resolve("b-text.safetensors"), "not tensors at all, but some text");
    golden("c-wrong", "layer/dct2", 4);
    golden("d-unknown", "layer/unheard-of", 3);
    golden("e-good", "layer/dct2", 3);
  }

  /** The cosine transform of one number is the number. */
  private void golden(String name, String component, double expected) throws IOException {
    try (Scope scope = Scope.open()) {
      Weights.write(
          folder.resolve(name + ".safetensors"),
          Map.of(
              "input/x", Tensor.of(new double[] {3}, 1, 1),
              "output/y", Tensor.of(new double[] {expected}, 1, 1)),
          Map.of("component", component, "config", "{}", "mode", "eval", "rtol", "1e-7"));
    }
  }

  @Test
  void aFileThatCannotBeReadDoesNotHideTheOthers() throws IOException {
    assertThat(console.run("verify", folder.toString())).isEqualTo(ExitCode.FAILED);
    String[] lines = console.out().split("\n");
    assertThat(lines).hasSize(6);
    assertThat(lines[0]).startsWith("ok ").contains("a-good");
    assertThat(lines[1]).startsWith("FAILED").contains("b-text").doesNotContain("null");
    assertThat(lines[2]).startsWith("FAILED").contains("layer/dct2: y differs by 0.25");
    assertThat(lines[3]).startsWith("- ").contains("layer/unheard-of is not implemented");
    assertThat(lines[4]).startsWith("ok ").contains("e-good");
    assertThat(lines[5]).isEqualTo("2 passed, 2 failed, 1 not implemented");

    assertThat(console.run("verify", "--json", folder.toString())).isEqualTo(ExitCode.FAILED);
    JsonNode text = new ObjectMapper().readTree(console.out()).get("files").get(1);
    assertThat(text.get("status").asText()).isEqualTo("failed");
    assertThat(text.get("component").isNull()).isTrue();
    assertThat(text.get("problem").asText()).contains("b-text.safetensors");
  }

  @Test
  void oneFileThatCannotBeReadIsAnError() {
    assertThat(console.run("verify", folder.resolve("b-text.safetensors").toString()))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).startsWith("error: ").contains("b-text.safetensors");
  }

  @Test
  void whatIsNotImplementedFailsWhereAllIsAskedFor() {
    String file = folder.resolve("d-unknown.safetensors").toString();
    assertThat(console.run("verify", file)).isEqualTo(ExitCode.OK);
    assertThat(console.run("verify", file, "--require-all")).isEqualTo(ExitCode.FAILED);
  }
}
