package dev.melange.papers.mambamixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.papers.mambamixer.SelectiveScan.Arguments;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Memory;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectiveScanTest {
  private static final long SEED = 20240328;

  /** Inputs u, delta, A, B, C, D, z, bias; a number of groups of 0 makes constants of B or C. */
  private static Tensor[] inputs(
      int batch, int channels, int states, int length, int groupsOfB, int groupsOfC, DType type) {
    Rng rng = new Rng(SEED);
    Tensor[] inputs = {
      rng.normal(batch, channels, length),
      rng.normal(batch, channels, length),
      rng.normal(channels, states).abs().add(0.1).neg(),
      coefficients(rng, batch, channels, states, length, groupsOfB),
      coefficients(rng, batch, channels, states, length, groupsOfC),
      rng.normal(channels),
      rng.normal(batch, channels, length),
      rng.normal(channels)
    };
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = inputs[i].to(type).detach().requiresGrad_(true);
    }
    return inputs;
  }

  private static Tensor coefficients(
      Rng rng, int batch, int channels, int states, int length, int groups) {
    return groups == 0
        ? rng.normal(channels, states)
        : groups == 1
            ? rng.normal(batch, states, length)
            : rng.normal(batch, groups, states, length);
  }

  private static Arguments arguments(Tensor[] in) {
    return new Arguments(in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], true);
  }

  /** The definition, step by step: out [B, D, L] and the last state [B, D, N]. */
  private static Tensor[] reference(Arguments in) {
    Tensor dt = in.delta().add(in.deltaBias().unsqueeze(1)).softplus();
    Tensor h = in.u().newZeros(in.u().size(0), in.u().size(1), in.a().size(1));
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; i < in.u().size(2); i++) {
      Tensor step = dt.select(2, i).unsqueeze(2); // [B, D, 1]
      Tensor entry = step.mul(at(in.b(), in, i)).mul(in.u().select(2, i).unsqueeze(2));
      h = step.mul(in.a()).exp().mul(h).add(entry);
      outputs.add(h.mul(at(in.c(), in, i)).sum(2));
    }
    Tensor y = Tensor.stack(2, outputs.toArray(Tensor[]::new));
    Tensor out = y.add(in.u().mul(in.skip().unsqueeze(1))).mul(in.z().silu());
    return new Tensor[] {out, h};
  }

  private static Tensor at(Tensor coefficients, Arguments in, int i) {
    return switch (coefficients.dim()) {
      case 2 -> coefficients;
      case 3 -> coefficients.select(2, i).unsqueeze(1);
      default ->
          coefficients
              .select(3, i)
              .repeatInterleave(in.u().size(1) / coefficients.size(1), 1); // [B, D, N]
    };
  }

  // batch, channels, states, length, groups of B, groups of C
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1, 1",
    "2, 6, 3, 7, 1, 1",
    "70, 12, 5, 9, 4, 4", // several samples in a task
    "3, 8, 16, 600, 2, 2", // chunks of channels, several segments
    "1, 24, 4, 513, 1, 1",
    "2, 6, 3, 700, 0, 0",
    "2, 6, 3, 700, 1, 0",
    "40, 6, 3, 8, 0, 2",
    "2, 12, 2, 300, 2, 3"
  })
  void givesOutputsStatesAndGradientsOfTheDefinition(
      int batch, int channels, int states, int length, int groupsOfB, int groupsOfC) {
    try (Scope scope = Scope.open()) {
      Tensor[] in = inputs(batch, channels, states, length, groupsOfB, groupsOfC, DType.F64);
      SelectiveScan.Result actual = SelectiveScan.run(arguments(in));
      Tensor[] expected = reference(arguments(in));
      assertClose(actual.out(), expected[0], 1e-11);
      assertClose(actual.lastState(), expected[1], 1e-11);
      Rng rng = new Rng(SEED + 1);
      Tensor[] probes = {
        rng.normal(actual.out().shape()).to(DType.F64),
        rng.normal(actual.lastState().shape()).to(DType.F64)
      };
      Tensor[] gradients =
          Autograd.grad(new Tensor[] {actual.out(), actual.lastState()}, probes, in, false);
      Tensor[] wanted = Autograd.grad(expected, probes, in, false);
      for (int i = 0; i < in.length; i++) {
        assertClose(gradients[i], wanted[i], 1e-10);
      }
    }
  }

  @Test
  void theCompositionForCudaIsTheSame() {
    try (Scope scope = Scope.open()) {
      Tensor[] in = inputs(2, 6, 3, 37, 2, 0, DType.F64);
      Tensor dt = in[1].softplus();
      Tensor composed = SelectiveScan.composed(in[0], dt, in[2], in[3], in[4], true);
      Arguments plain = new Arguments(in[0], dt, in[2], in[3], in[4], null, null, null, false);
      SelectiveScan.Result kernel = SelectiveScan.run(plain);
      assertClose(composed.narrow(2, 0, 37), kernel.out(), 1e-12);
      assertClose(composed.narrow(2, 37, 3), kernel.lastState(), 1e-12);
      Tensor[] wanted = Autograd.grad(composed.square().sum(), in[0], in[2], in[3], in[4]);
      Tensor[] gradients =
          Autograd.grad(
              kernel.out().square().sum().add(kernel.lastState().square().sum()),
              in[0],
              in[2],
              in[3],
              in[4]);
      for (int i = 0; i < wanted.length; i++) {
        assertClose(gradients[i], wanted[i], 1e-10);
      }
    }
  }

  @Test
  void addsUpInDoublePrecisionForFloats() {
    try (Scope scope = Scope.open()) {
      Tensor[] single = inputs(2, 8, 4, 1000, 1, 1, DType.F32);
      Tensor[] exact = new Tensor[single.length];
      for (int i = 0; i < exact.length; i++) {
        exact[i] = single[i].detach().to(DType.F64).requiresGrad_(true);
      }
      Tensor out = SelectiveScan.out(arguments(single));
      Tensor wanted = SelectiveScan.out(arguments(exact));
      assertThat(out.dtype()).isEqualTo(DType.F32);
      assertClose(out.to(DType.F64), wanted, 2e-6);
      Tensor[] gradients = Autograd.grad(out.sum(), single);
      Tensor[] exactGradients = Autograd.grad(wanted.sum(), exact);
      for (int i = 0; i < gradients.length; i++) {
        assertThat(gradients[i].dtype()).isEqualTo(DType.F32);
        assertClose(gradients[i].to(DType.F64), exactGradients[i], 1e-5);
      }
    }
  }

  @Test
  void givesTheSameBitsOnOneWorkerAsOnAll() {
    try (Scope scope = Scope.open()) {
      Tensor[] in = inputs(3, 16, 8, 300, 1, 1, DType.F32);
      Tensor[] all = Autograd.grad(SelectiveScan.out(arguments(in)).sum(), in);
      Tensor[] one =
          Engine.get()
              .parallel(
                  List.<Supplier<Tensor[]>>of(
                      () -> Autograd.grad(SelectiveScan.out(arguments(in)).sum(), in)))
              .get(0);
      for (int i = 0; i < in.length; i++) {
        assertThat(one[i].toFloats()).isEqualTo(all[i].toFloats());
      }
    }
  }

  @Test
  void holdsNoStatesForTheGradientButThoseBetweenSegments() {
    try (Scope scope = Scope.open()) {
      Tensor[] in = inputs(1, 32, 64, 4096, 1, 1, DType.F32);
      long before = Memory.liveBytes();
      Tensor out = SelectiveScan.out(arguments(in));
      long held = Memory.liveBytes() - before;
      long allStates = 32L * 64 * 4096 * Float.BYTES;
      assertThat(held).isLessThan(allStates / 2);
      Autograd.grad(out.sum(), in);
    }
  }

  @Test
  void freesWhatItHeld() {
    try (Scope outer = Scope.open()) {
      Tensor[] in = inputs(2, 6, 3, 50, 1, 1, DType.F32);
      long before = 0;
      for (int i = 0; i < 20; i++) {
        Scope.run(() -> Autograd.grad(SelectiveScan.out(arguments(in)).sum(), in)[0].sum().item());
        if (i == 2) {
          before = Memory.liveBytes();
        }
      }
      assertThat(Memory.liveBytes()).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void saysWhichShapeIsWrong() {
    try (Scope scope = Scope.open()) {
      Tensor u = Tensor.zeros(2, 6, 7);
      Tensor a = Tensor.zeros(6, 3);
      Tensor b = Tensor.zeros(2, 3, 7);
      assertThatThrownBy(
              () -> new Arguments(u, u, a, b, Tensor.zeros(2, 4, 3, 7), null, null, null, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "selective scan: C must have shape [6, 3], [2, 3, 7] or [2, G, 3, 7] with G a divisor of 6, got [2, 4, 3, 7]");
      assertThatThrownBy(() -> new Arguments(u, u, a, b, b, Tensor.zeros(5), null, null, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("D must have shape [6], got [5]");
      assertThatThrownBy(
              () -> new Arguments(Tensor.zeros(2, 7), u, a, b, b, null, null, null, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("needs sequences u [B, D, L], got [2, 7]");
    }
  }

  private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double scale =
        Math.max(1e-6, Arrays.stream(expected.toDoubles()).map(Math::abs).max().orElse(0));
    assertThat(actual.detach().sub(expected.detach()).abs().max().item() / scale)
        .isCloseTo(0, within(tolerance));
  }
}
