package dev.melange.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Verifier.Status;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Weights;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {
  record Config(@Default("2") int power) {}

  /** {@code (w x)^power}. */
  private static final class Power extends UnaryLayer {
    private final int power;
    private final Tensor w;

    Power(int power) {
      this.power = power;
      w = parameter("w", Tensor.ones(2));
    }

    @Override
    public Tensor forward(Tensor x) {
      if (power == 7) {
        throw new UnsupportedOperationException("no sevenths");
      }
      return x.mul(w).pow(power);
    }
  }

  private static final Verifier VERIFIER =
      new Verifier(
          new Components(
              List.of(
                  Component.of(
                      "layer/power",
                      Config.class,
                      (config, rng) -> new Power(config.power()),
                      (layer, in) -> Map.of("y", layer.forward(in.get("x")))))));

  @TempDir private Path folder;
  private Scope scope;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final Map<String, String> metadata =
      new HashMap<>(
          Map.of("component", "layer/power", "config", "{}", "mode", "eval", "rtol", "1e-7"));

  @BeforeEach
  void writeWhatIsRight() {
    scope = Scope.open();
    tensors.put("weight/w", numbers(3, -1));
    tensors.put("input/x", numbers(2, 5));
    tensors.put("output/y", numbers(36, 25));
    tensors.put("probe/y", numbers(1, 10));
    tensors.put("grad/weight/w", numbers(2 * 6 * 2, 10 * 2 * -5 * 5));
    tensors.put("grad/input/x", numbers(2 * 6 * 3, 10 * 2 * -5 * -1));
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static Tensor numbers(double... values) {
    return Tensor.of(values, values.length);
  }

  private Verifier.Result verify() throws IOException {
    Path file = folder.resolve("golden.safetensors");
    Weights.write(file, tensors, metadata);
    return VERIFIER.verify(file);
  }

  private void fails(String... problems) throws IOException {
    Verifier.Result result = verify();
    assertThat(result.status()).isEqualTo(Status.FAILED);
    assertThat(result.problem()).contains(problems);
  }

  @Test
  void passesWhatAgrees() throws IOException {
    Verifier.Result result = verify();
    assertThat(result.problem()).isNull();
    assertThat(result.status()).isEqualTo(Status.PASSED);
    assertThat(result.compared()).isEqualTo(3);
    metadata.put("component", "layer/other");
    assertThat(verify().status()).isEqualTo(Status.NOT_IMPLEMENTED);
  }

  @Test
  void namesTheTensorThatDiffers() throws IOException {
    tensors.put("output/y", numbers(36, 25.001));
    fails("y differs by 2.78e-05 (allowed 1.00e-07)");
    tensors.put("output/y", numbers(36, 25));
    tensors.put("grad/input/x", numbers(0, 0));
    fails("grad/input/x differs");
    tensors.put("output/y", numbers(36, Double.NaN));
    fails("y differs by NaN");
  }

  @Test
  void namesWhatDoesNotFit() throws IOException {
    metadata.put("config", "{\"powr\": 3}");
    fails("powr", "power");
    metadata.put("config", "{\"power\": null}");
    fails("must be int, got null");
    metadata.put("config", "{}");
    tensors.put("weight/v", numbers(1));
    fails("weight", "v");
    tensors.remove("weight/v");
    tensors.put("weight/w", numbers(1, 2, 3));
    fails("w", "[3]", "[2]");
    tensors.put("weight/w", numbers(3, -1));
    tensors.put("output/z", numbers(1));
    fails("output missing: [z]");
    tensors.remove("output/z");
    tensors.put("output/y", numbers(36, 25, 0));
    fails("y has shape [2], expected [3]");
    tensors.remove("input/x");
    fails("input 'x' is missing");
  }

  @Test
  void saysWhereAComponentBreaks() throws IOException {
    metadata.put("config", "{\"power\": 7}");
    fails("internal error", "UnsupportedOperationException: no sevenths", "VerifierTest");
  }

  @Test
  void refusesFilesThatAreNoGoldenFiles() {
    metadata.remove("mode");
    assertThatThrownBy(this::verify)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("has no 'mode'");
  }

  @Test
  void inputsHaveTheShapesAskedFor() {
    Inputs inputs = new Inputs(Map.of("box", numbers(1, 2, 3)), false);
    assertThat(inputs.get("box", 3).shape()).containsExactly(3);
    assertThat(inputs.get("box", -1).shape()).containsExactly(3);
    assertThatThrownBy(() -> inputs.get("box", 4))
        .hasMessage("input 'box' must have shape [4], got [3]");
    assertThatThrownBy(() -> inputs.get("box", -1, 4))
        .hasMessage("input 'box' must have shape [n, 4], got [3]");
  }
}
