package dev.melange.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.tensor.Fft;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class MacsTest {
  private static long macs(Supplier<Tensor> body) {
    return Scope.run(() -> Macs.count(() -> assertThat(body.get()).isNotNull()));
  }

  private static Tensor ones(long... shape) {
    return Tensor.ones(shape);
  }

  @Test
  void countsALinearLayerOnBothRoads() {
    assertThat(macs(() -> Nn.linear(ones(2, 5, 3), ones(7, 3), ones(7)))).isEqualTo(2 * 5 * 3 * 7);
    assertThat(macs(() -> Nn.linear(ones(1024, 64), ones(64, 64), null))).isEqualTo(1024 * 64 * 64);
  }

  @Test
  void countsConvolutionsByOutputPositionAndGroup() {
    // [2, 4, 8, 8] with 3x3 filters, stride 2, padding 1, 2 groups -> [2, 6, 4, 4]
    Conv2d.Spec spec = Conv2d.Spec.of(4, 6, 3).stride(2).padding(1).groups(2);
    try (Conv2d conv = new Conv2d(spec, new Rng(1))) {
      assertThat(macs(() -> conv.forward(ones(2, 4, 8, 8)))).isEqualTo(2 * 6 * 4 * 4 * 2 * 9);
    }
    assertThat(macs(() -> Nn.conv1d(ones(1, 3, 10), ones(5, 3, 3), null, 1, 0, 1, 1)))
        .isEqualTo(5 * 8 * 3 * 3);
    long[] one = {1, 1, 1};
    assertThat(
            macs(
                () ->
                    Nn.conv3d(ones(1, 2, 4, 4, 4), ones(3, 2, 2, 2, 2), null, one, new long[3], 1)))
        .isEqualTo(3 * 27 * 2 * 8);
  }

  @Test
  void countsTransposedConvolutionsByInputPosition() {
    // each of the 3 * 5 * 5 inputs is multiplied by 4 channels of 2x2 weights
    assertThat(
            macs(
                () ->
                    Nn.convTranspose2d(
                        ones(1, 3, 5, 5),
                        ones(3, 4, 2, 2),
                        null,
                        new long[] {2},
                        new long[] {0},
                        new long[] {0},
                        1)))
        .isEqualTo(3 * 25 * 4 * 4);
  }

  @Test
  void countsProductsWithTheirBatch() {
    assertThat(macs(() -> ones(2, 3, 4, 5).matmul(ones(5, 6)))).isEqualTo(2 * 3 * 4 * 5 * 6);
    assertThat(macs(() -> ones(4, 5).matmul(ones(5)))).isEqualTo(4 * 5);
    assertThat(macs(() -> ones(4).outer(ones(5)))).isEqualTo(4 * 5);
  }

  @Test
  void countsEinsteinSumsByTheirLabels() {
    assertThat(macs(() -> Tensor.einsum("bhij,bhjd->bhid", ones(2, 3, 4, 5), ones(2, 3, 5, 6))))
        .isEqualTo(2 * 3 * 4 * 5 * 6);
    assertThat(macs(() -> Tensor.einsum("...ij, jk -> ...ik", ones(2, 3, 4, 5), ones(5, 6))))
        .isEqualTo(2 * 3 * 4 * 5 * 6);
    // left to right: i j k, then i k l
    assertThat(macs(() -> Tensor.einsum("ij,jk,kl->il", ones(2, 3), ones(3, 4), ones(4, 5))))
        .isEqualTo(2 * 3 * 4 + 2 * 4 * 5);
    assertThat(macs(() -> Tensor.einsum("ij->i", ones(2, 3)))).isZero();
  }

  @Test
  void countsFusedAttentionLikeItsTwoProducts() {
    Tensor[] qkv = {ones(2, 3, 5, 4), ones(2, 3, 7, 4), ones(2, 3, 7, 4)};
    long fused = macs(() -> Nn.attention(qkv[0], qkv[1], qkv[2], null, false, 0.5));
    long plain = macs(() -> qkv[0].matmul(qkv[1].t()).softmax(-1).matmul(qkv[2]));
    assertThat(fused).isEqualTo(plain).isEqualTo(2 * 3 * 5 * 7 * 4 * 2);
    for (Tensor tensor : qkv) {
      tensor.close();
    }
  }

  @Test
  void doesNotCountElementwiseWorkNormsPoolingAndTransforms() {
    assertThat(
            macs(
                () -> {
                  Tensor x = ones(1, 2, 8, 8);
                  Fft.rfft2(
                      Nn.avgPool2d(Nn.layerNorm(x.mul(2).gelu(), null, null, 1e-5), 3, 1, 1, true),
                      2,
                      3,
                      "ortho");
                  return x;
                }))
        .isZero();
  }
}
