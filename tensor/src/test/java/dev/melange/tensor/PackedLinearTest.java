package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PackedLinearTest {
  /** The rounding of a number to 11 bits. */
  private static final double ROUNDING = Math.scalb(1.0, -11);

  @BeforeEach
  void needsFbgemm() {
    assumeTrue(PackedLinear.isSupported(), "this machine cannot pack linear layers");
  }

  @Test
  void agreesWithThePlainProduct() {
    long seed = System.nanoTime();
    System.out.println("PackedLinearTest seed " + seed);
    Rng rng = new Rng(seed);
    for (int trial = 0; trial < 40; trial++) {
      long in = 1 + rng.nextInt(300);
      long out = 1 + rng.nextInt(300);
      long rows = 1 + rng.nextInt(40);
      long[] shape = rows % 2 == 0 ? new long[] {2, rows / 2, in} : new long[] {rows, in};
      try (Scope scope = Scope.open();
          Tensor weight = rng.normal(out, in);
          Tensor bias = rng.normal(out);
          PackedLinear packed = PackedLinear.of(weight, bias)) {
        Tensor x = rng.normal(shape);
        Tensor plain = Nn.plainLinear(x, weight, bias);
        // What rounding can do at most: each product by so much of itself.
        Tensor most = Nn.plainLinear(x.abs(), weight.abs(), null).mul(ROUNDING).add(1e-5);
        Tensor result = packed.forward(x);
        assertThat(result.shape()).containsExactly(plain.shape());
        assertThat(result.sub(plain).abs().sub(most).max().item())
            .as("%s to %d", Arrays.toString(shape), out)
            .isLessThanOrEqualTo(0);
      }
    }
  }

  @Test
  void outlivesTheTensorsItIsMadeOf() {
    PackedLinear packed;
    try (Scope scope = Scope.open()) {
      packed = PackedLinear.of(Tensor.ones(3, 2).requiresGrad_(true), Tensor.zeros(3));
    }
    try (packed;
        Scope scope = Scope.open()) {
      assertThat(packed.forward(Tensor.ones(1, 2)).toFloats()).containsExactly(2, 2, 2);
    }
  }

  @Test
  void refusesWhatItCannotHold() {
    try (Scope scope = Scope.open()) {
      Tensor bias = Tensor.zeros(2);
      assertThatThrownBy(() -> PackedLinear.of(Tensor.ones(2, 3).mul(1e5), bias))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the largest weight is 100000");
      assertThatThrownBy(() -> PackedLinear.of(Tensor.ones(2, 3).to(DType.F64), bias))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("float32 [out, in]");
      assertThatThrownBy(() -> PackedLinear.of(Tensor.ones(4, 3), bias))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[4, 3]");
      PackedLinear packed = PackedLinear.of(Tensor.ones(2, 3), bias);
      assertThatThrownBy(() -> packed.forward(Tensor.ones(1, 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expects float32 [..., 3]");
      packed.close();
      packed.close();
      assertThatThrownBy(() -> packed.forward(Tensor.ones(1, 3)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }
}
