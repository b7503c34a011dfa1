package dev.melange.nn.spiking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Memory;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpikingNeuronTest {
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  static List<SpikingNeuron.Config> configs() {
    List<SpikingNeuron.Config> all = new ArrayList<>();
    for (String neuron : List.of("lif", "if")) {
      for (boolean decay : new boolean[] {true, false}) {
        for (Double reset : new Double[] {0.0, -0.25, null}) {
          for (boolean detach : new boolean[] {true, false}) {
            for (String surrogate : List.of("sigmoid", "atan")) {
              all.add(
                  new SpikingNeuron.Config(
                      neuron, 1.75, decay, 0.75, reset, detach, surrogate, null));
            }
          }
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("configs")
  void fusedKernelAgreesWithTheEquations(SpikingNeuron.Config config) {
    long seed = 11;
    try (SpikingNeuron neuron = new SpikingNeuron(config)) {
      // more neurons than fit into one block, and not a multiple of it
      Tensor x = new Rng(seed).normal(4, 3, 7, 61).mul(1.5).requiresGrad_(true);
      Tensor probe = new Rng(seed + 1).normal(4, 3, 7, 61);
      Tensor fused = neuron.forward(x);
      Tensor composed = neuron.composed(x, null).spikes();
      assertThat(fused.toFloats()).as("seed " + seed).isEqualTo(composed.toFloats());
      assertThat(fused.mean().item()).isBetween(0.05, 0.95);
      Tensor[] upstream = {probe};
      Tensor[] inputs = {x};
      Tensor a = Autograd.grad(new Tensor[] {fused}, upstream, inputs, false)[0];
      Tensor b = Autograd.grad(new Tensor[] {composed}, upstream, inputs, false)[0];
      double scale = b.abs().max().item();
      assertThat(a.sub(b).abs().max().item() / scale).as("seed " + seed).isLessThan(1e-5);
    }
  }

  @Test
  void fusedKernelTakesAnyLayoutAndRunsOnAllWorkers() {
    long seed = 5;
    try (SpikingNeuron neuron = new SpikingNeuron()) {
      Tensor x = new Rng(seed).normal(2, 40, 16, 24, 24).mul(2); // enough to be cut into parts
      float[] expected = neuron.composed(x, null).spikes().toFloats();
      assertThat(neuron.forward(x).toFloats()).isEqualTo(expected);
      Tensor channelsLast = x.permute(0, 1, 3, 4, 2).contiguous().permute(0, 1, 4, 2, 3);
      Tensor spikes = neuron.forward(channelsLast);
      assertThat(spikes.toFloats()).isEqualTo(expected);
      assertThat(spikes.permute(0, 1, 3, 4, 2).isContiguous()).isTrue();
      Tensor other = x.permute(0, 4, 2, 3, 1).contiguous().permute(0, 4, 2, 3, 1);
      assertThat(neuron.forward(other).toFloats()).isEqualTo(expected);
      List<float[]> worker = Engine.get().parallel(List.of(() -> neuron.forward(x).toFloats()));
      assertThat(worker.get(0)).isEqualTo(expected);
    }
  }

  @Test
  void gradientsHaveTheLayoutThatArrives() {
    try (SpikingNeuron neuron = new SpikingNeuron()) {
      Tensor x = new Rng(3).normal(2, 3, 4, 5, 6).requiresGrad_(true);
      // the gradient of a sum is one number shown everywhere, without memory of its own
      Tensor one = Autograd.grad(neuron.forward(x).sum(), x)[0];
      Tensor two = Autograd.grad(neuron.composed(x, null).spikes().sum(), x)[0];
      assertThat(one.sub(two).abs().max().item()).isLessThan(1e-5);
    }
  }

  @Test
  void firesAtTheThresholdItself() {
    try (SpikingNeuron neuron = new SpikingNeuron()) {
      Tensor x = Tensor.of(new float[] {2, 1.9999999f, 1, 1.5f, 1, 1.25f}, 3, 2);
      // v = (v + x) / 2: 1 fires; 0.99999994 does not, then (0.99999994 + 1.5) / 2 does
      assertThat(neuron.forward(x).toFloats()).containsExactly(1, 0, 0, 1, 0, 0);
      Tensor exact = x.to(DType.F64);
      assertThat(neuron.forward(exact).toFloats()).containsExactly(1, 0, 0, 1, 0, 0);
      SpikingNeuron.Firing firing = neuron.fire(exact, null);
      assertThat(firing.potential().toDoubles())
          .containsExactly(new double[] {0, 0.99999994, 0.5, 0, 0.75, 0.625}, within(1e-7));
    }
  }

  @Test
  void startsAnewInEveryPass() {
    try (SpikingNeuron neuron = new SpikingNeuron()) {
      Tensor x = Tensor.full(1.5, 1, 4);
      for (int i = 0; i < 3; i++) {
        assertThat(neuron.forward(x).sum().item()).isZero();
      }
      assertThat(neuron.fire(x, Tensor.full(1, 4)).spikes().sum().item()).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void slopeIsThatOfTheFormula(SpikingNeuron.Config config) {
    Surrogate surrogate = Surrogate.of(config.surrogate());
    double alpha = config.alpha();
    Tensor u = Tensor.linspace(-3, 3, 301, DType.F64).requiresGrad_(true);
    double[] gradient = Autograd.grad(surrogate.spikes(u, alpha).sum(), u)[0].toDoubles();
    float[] floats = u.toFloats();
    float[] fast = new float[301];
    surrogate.slope(floats, fast, 301, (float) alpha);
    for (int i = 0; i < 301; i++) {
      double z = -3 + i * 0.02;
      double s = 1 / (1 + Math.exp(-alpha * z));
      double expected =
          config.surrogate().equals("sigmoid")
              ? alpha * s * (1 - s)
              : alpha / 2 / (1 + Math.pow(Math.PI / 2 * alpha * z, 2));
      assertThat(gradient[i]).isCloseTo(expected, within(1e-12));
      assertThat(fast[i]).isCloseTo((float) expected, within(4e-6f));
    }
  }

  @Test
  void theStepOfNoNumberIsNoNumber() {
    try (SpikingNeuron neuron = new SpikingNeuron()) {
      assertThat(neuron.forward(Tensor.full(Double.NaN, 1, 2)).toFloats()).containsOnly(Float.NaN);
      float[] infinite = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
      assertThat(neuron.forward(Tensor.of(infinite, 1, 2)).toFloats()).containsExactly(1, 0);
    }
  }

  @Test
  void listenersHearWhatTheirThreadFires() {
    try (SpikingNeuron first = new SpikingNeuron();
        SpikingNeuron second = new SpikingNeuron()) {
      List<String> heard = new ArrayList<>();
      Tensor x = Tensor.full(2, 3, 4);
      double sum =
          SpikeListener.during(
              (neuron, spikes) ->
                  heard.add((neuron == first ? "first " : "second ") + spikes.mean().item()),
              () -> first.forward(x).add(second.forward(x.mul(0.0))).sum().item());
      first.forward(x);
      assertThat(sum).isEqualTo(12);
      assertThat(heard).containsExactly("first 1.0", "second 0.0");
    }
  }

  @Test
  void keepsNoMemoryAfterTheBackwardPass() {
    try (SpikingNeuron neuron = new SpikingNeuron()) {
      long before = 0;
      for (int i = 0; i < 60; i++) {
        Scope.run(
            () -> {
              Tensor x = new Rng(1).normal(4, 2, 1000).requiresGrad_(true);
              return Autograd.grad(neuron.forward(x).sum(), x)[0].sum().item();
            });
        if (i == 9) {
          before = Memory.liveBytes();
        }
      }
      assertThat(Memory.liveBytes()).isLessThanOrEqualTo(before + 100_000);
    }
  }

  @Test
  void refusesWhatIsNoTimeSeriesAndImpossibleNeurons() {
    try (SpikingNeuron neuron = new SpikingNeuron()) {
      assertThatThrownBy(() -> neuron.forward(Tensor.zeros(4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[T, ...]")
          .hasMessageContaining("[4]");
    }
    assertThatThrownBy(() -> new SpikingNeuron.Config("lif", 0.5, true, 1, 0.0, true, "atan", null))
        .hasMessageContaining("tau must be at least 1, got 0.5");
    assertThatThrownBy(() -> new SpikingNeuron.Config("lif", 2, true, 1, 1.0, true, "atan", null))
        .hasMessageContaining("above v_reset");
    assertThatThrownBy(() -> new SpikingNeuron.Config("lif", 2, true, 1, 0.0, true, "atan", 0.0))
        .hasMessageContaining("alpha must be positive, got 0.0");
    assertThatThrownBy(() -> Surrogate.of("relu")).hasMessageContaining("[sigmoid, atan]");
  }
}
