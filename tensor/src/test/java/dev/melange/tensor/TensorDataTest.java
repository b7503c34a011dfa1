package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorDataTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void arraysComeBack() {
    assertThat(Tensor.of(new float[] {1.5f, -2}).toFloats()).containsExactly(1.5f, -2);
    assertThat(Tensor.of(new double[] {1e300}).toDoubles()).containsExactly(1e300);
    assertThat(Tensor.of(new long[] {Long.MIN_VALUE}).toLongs()).containsExactly(Long.MIN_VALUE);
    assertThat(Tensor.of(new int[] {-7}).toInts()).containsExactly(-7);
    assertThat(Tensor.of(new byte[] {(byte) 255}).toInts()).containsExactly(255);
    assertThat(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).t().toFloats())
        .containsExactly(1, 3, 2, 4);
  }

  @Test
  void emptyTensorsWork() {
    assertThat(Tensor.of(new float[0]).toFloats()).isEmpty();
    assertThat(Tensor.of(new double[0], 0, 3).toDoubles()).isEmpty();
    assertThat(Tensor.of(new long[0]).toLongs()).isEmpty();
    assertThat(Tensor.of(new int[0]).toInts()).isEmpty();
    assertThat(Tensor.of(new byte[0]).shape()).containsExactly(0);
    assertThat(Tensor.zeros(2, 0).sum().item()).isZero();
    assertThat(Tensor.zeros(0).buffer().remaining()).isZero();
  }

  @Test
  void scalarsHaveNoDimensions() {
    Tensor s = Tensor.scalar(2.5, DType.F64);
    assertThat(s.dim()).isZero();
    assertThat(s.shape()).isEmpty();
    assertThat(s.item()).isEqualTo(2.5);
    assertThat(s).hasToString("Tensor(float64, [])");
    assertThatThrownBy(() -> s.size(0)).hasMessageContaining("dimension 0 does not exist");
    assertThat(Tensor.scalar(Long.MAX_VALUE >> 20, DType.I64).itemLong())
        .isEqualTo(Long.MAX_VALUE >> 20);
  }

  @Test
  void singleValuesAreNotRoundedOrInvented() {
    assertThat(Tensor.of(new long[] {(1L << 53) + 1}).itemLong()).isEqualTo((1L << 53) + 1);
    assertThat(Tensor.ones(1).gt(0).item()).isEqualTo(1);
    assertThat(Tensor.ones(1).gt(0).itemLong()).isEqualTo(1);
    assertThatThrownBy(() -> Tensor.ones(1).itemLong())
        .hasMessage("itemLong() needs an integer tensor, got float32; call item()");
    assertThatThrownBy(() -> Tensor.ones(2, 2).item()).hasMessageContaining("got shape [2, 2]");
    Tensor complex = Fft.fft(Tensor.ones(1), 0, "ortho");
    assertThatThrownBy(complex::item).hasMessageContaining("got complex64; call real()");
    assertThatThrownBy(complex::toFloats).hasMessageContaining("toFloats() needs real numbers");
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8"})
  void smallNumbersSurviveEveryType(DType type) {
    Tensor x = Tensor.of(new float[] {-3, 0, 1, 100}).to(type);
    assertThat(x.dtype()).isEqualTo(type);
    assertThat(x.toFloats()).containsExactly(-3, 0, 1, 100);
    Tensor back = Tensor.of(type, x.buffer(), 4);
    assertThat(back.toDoubles()).containsExactly(-3, 0, 1, 100);
    assertThat(DType.of(type.torchName())).isEqualTo(type);
  }

  @Test
  void halfPrecisionRoundsAsItsFormatSays() {
    Tensor x = Tensor.of(new float[] {0x1.01p0f, 65504, 0x1p-27f});
    assertThat(x.to(DType.BF16).toFloats()).containsExactly(1, 65536, 0x1p-27f);
    assertThat(x.to(DType.F16).toFloats()).containsExactly(0x1.01p0f, 65504, 0);
    assertThat(Tensor.of(new float[] {0, -2}).to(DType.BOOL).toInts()).containsExactly(0, 1);
  }

  @Test
  void readsMemoryMappedFiles(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("numbers");
    ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(99).putFloat(1).putFloat(2).putFloat(3).putFloat(4);
    Files.write(file, bytes.array());
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 4, 16);
      assertThat(Tensor.of(DType.F32, mapped, 2, 2).toFloats()).containsExactly(1, 2, 3, 4);
      assertThat(mapped.hasRemaining()).isFalse();
    }
  }

  @Test
  void buffersShareTheMemory() {
    Tensor x = Tensor.zeros(4);
    x.buffer().putFloat(4, 5);
    x.buffer(8, 8).putFloat(4, 7);
    assertThat(x.toFloats()).containsExactly(0, 5, 0, 7);
    assertThat(x.buffer(8, 8).capacity()).isEqualTo(8);
    for (long[] range : new long[][] {{-1, 4}, {0, -1}, {8, 9}, {Long.MAX_VALUE, 8}}) {
      assertThatThrownBy(() -> x.buffer(range[0], range[1]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("of 16 bytes");
    }
    assertThatThrownBy(() -> Tensor.zeros(2, 3).t().buffer()).hasMessageContaining("contiguous()");
  }

  @Test
  void refusesWrongSizes() {
    assertThatThrownBy(() -> Tensor.of(new float[3], 2, 2))
        .hasMessage("shape [2, 2] holds 4 elements, got 3");
    assertThatThrownBy(() -> Tensor.of(DType.F32, ByteBuffer.allocate(7), 2))
        .hasMessage("float32[2] takes 8 bytes, got 7");
    assertThatThrownBy(() -> Tensor.zeros(2, -1)).hasMessageContaining("negative length");
    assertThatThrownBy(() -> Tensor.zeros(1L << 40, 1L << 40))
        .hasMessageContaining("more elements than a long counts");
  }

  @Test
  void refusesArraysBeyondJavasLimit() {
    Tensor huge = Tensor.ones(1).expand(3_000_000_000L);
    assertThatThrownBy(huge::toFloats)
        .hasMessageContaining("toFloats(): a Java array holds at most 2147483639 elements")
        .hasMessageContaining("3000000000");
    assertThatThrownBy(huge::toLongs).hasMessageContaining("toLongs()");
    assertThatThrownBy(huge::toDoubles).hasMessageContaining("in slices");
    assertThatThrownBy(huge::toInts).hasMessageContaining("in slices");
  }

  @Test
  void errorsNameTheOperationAndTheShapesButNoNativeStack() {
    assertThatThrownBy(() -> Tensor.ones(2, 3).matmul(Tensor.ones(4, 5)))
        .isInstanceOf(TensorException.class)
        .hasMessageStartingWith("matmul: ")
        .hasMessageContaining("(operands: float32[2, 3], float32[4, 5])")
        .satisfies(
            e -> {
              assertThat(e.getMessage()).doesNotContain("frame #", "Exception raised from");
              assertThat(e.getCause().getMessage()).contains("Exception raised from");
            });
    assertThatThrownBy(() -> Tensor.zeros(1L << 45))
        .hasMessageContaining("not enough memory for a tensor of 131072.0 GiB")
        .hasMessageNotContaining("frame #");
    assertThatThrownBy(() -> Nn.linear(Tensor.ones(2, 3), Tensor.ones(4, 5), null))
        .hasMessageContaining("linear: ")
        .hasMessageContaining("float32[4, 5], none");
    assertThatThrownBy(() -> Tensor.ones(2).add((Tensor) null)).hasMessageContaining("none");
    assertThatThrownBy(() -> Tensor.ones(2).view(3)).hasMessageContaining("float32[2]");
    assertThatThrownBy(() -> Fft.fft(Tensor.ones(2), 0, "best")).hasMessageContaining("'best'");
  }

  @Test
  void inPlaceOperationsReturnTheSameObject() {
    Tensor x = Tensor.ones(2);
    Tensor y = Tensor.full(3, 2);
    assertThat(x.add_(y).add_(1).sub_(y).sub_(1).mul_(y).mul_(2).div_(y).div_(2)).isSameAs(x);
    assertThat(x.toFloats()).containsExactly(1, 1);
    assertThat(x.add_(y, 2).toFloats()).containsExactly(7, 7);
    assertThat(x.lerp_(y, 0.5)).isSameAs(x);
    assertThat(x.toFloats()).containsExactly(5, 5);
    assertThat(x.fill_(4).copy_(y)).isSameAs(x);
    assertThat(x.toFloats()).containsExactly(3, 3);
    assertThat(x.zero_().toFloats()).containsExactly(0, 0);
    assertThat(x.indexPut_(Tensor.ones(1), Tensor.arange(1)).toFloats()).containsExactly(1, 0);
  }

  @Test
  void manyDifferentScalarsAreRight() {
    Tensor one = Tensor.ones(1);
    for (int i = 0; i < 10_000; i++) {
      double value = i * 0.125;
      assertThat(Scope.run(() -> one.mul(value).item())).isEqualTo(value);
    }
  }

  @Test
  void layoutsAreKeptAndReported() {
    Tensor image = Tensor.zeros(1, 3, 4, 4).channelsLast();
    assertThat(image.isChannelsLast()).isTrue();
    assertThat(image.isContiguous()).isFalse();
    assertThat(image.zerosLike().isChannelsLast()).isTrue();
    assertThat(image.contiguous().isContiguous()).isTrue();
    Tensor x = Tensor.ones(2);
    assertThat(x.to(DType.F32).fill_(5).get(0).item()).isEqualTo(5);
    assertThat(x.get(0).item()).isEqualTo(5);
    x.copy().fill_(1);
    assertThat(x.get(1).item()).isEqualTo(5);
  }

  @Test
  void devicesAreParsed() {
    assertThat(Device.of("CUDA:1")).isEqualTo(new Device("cuda", 1));
    assertThat(Device.of("cpu")).isEqualTo(Device.CPU);
    assertThatThrownBy(() -> Device.of("tpu")).hasMessageContaining("expected cpu or cuda");
    assertThatThrownBy(() -> Device.of("cuda:x")).hasMessageContaining("cuda:N");
    assertThat(Tensor.ones(1).device()).isEqualTo(Device.CPU);
  }
}
