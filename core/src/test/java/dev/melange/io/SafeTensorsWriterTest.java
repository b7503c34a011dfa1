package dev.melange.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafeTensorsWriterTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "C128")
  void bringsBackEveryType(DType dtype) throws IOException {
    byte[] bytes = new byte[6 * dtype.bytes()];
    long seed = new Random().nextLong();
    System.out.println("SafeTensorsWriterTest.bringsBackEveryType seed " + seed);
    new Random(seed).nextBytes(bytes);
    Path path = folder.resolve("all.safetensors");
    new SafeTensorsWriter()
        .add(TensorSource.of(TensorEntry.of("x", dtype, 2, 3), ByteBuffer.wrap(bytes)))
        .write(path);
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      assertThat(file.entry("x")).isEqualTo(TensorEntry.of("x", dtype, 2, 3));
      assertThat(file.read("x")).isEqualTo(ByteBuffer.wrap(bytes));
    }
  }

  @Test
  void bringsBackArraysScalarsEmptiesAndMetadata() throws IOException {
    float[] many = new float[600_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = i;
    }
    Path path = folder.resolve("arrays.safetensors");
    new SafeTensorsWriter()
        .metadata("b", "äöü \" \\ \n")
        .metadata("a", "")
        .add(TensorSource.of("many", many, 600, 1000))
        .add(TensorSource.of("double", new double[] {Math.PI, Double.NaN}, 2))
        .add(TensorSource.of("scalar", new long[] {Long.MIN_VALUE}))
        .add(TensorSource.of("empty", new float[0], 0, 7))
        .write(path);
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      assertThat(file.names()).containsExactly("double", "scalar", "empty", "many");
      assertThat(file.metadata()).containsEntry("b", "äöü \" \\ \n").containsEntry("a", "");
      assertThat(file.floats("many")).isEqualTo(many);
      assertThat(file.doubles("double")).containsExactly(Math.PI, Double.NaN);
      assertThat(file.longs("scalar")).containsExactly(Long.MIN_VALUE);
      assertThat(file.entry("empty").shape()).containsExactly(0, 7);
    }
  }

  @Test
  void writesTheFormatsBytes() throws IOException {
    Path path = folder.resolve("bytes.safetensors");
    new SafeTensorsWriter()
        .metadata("k", "v")
        .add(TensorSource.of(TensorEntry.of("byte", DType.U8, 1), ByteBuffer.wrap(new byte[] {9})))
        .add(TensorSource.of("long", new long[] {1}, 1))
        .write(path);
    String header =
        "{\"__metadata__\":{\"k\":\"v\"},"
            + "\"long\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"byte\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]}}";
    int padded = (header.length() + 7) / 8 * 8;
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getLong()).isEqualTo(padded);
    byte[] text = new byte[padded];
    bytes.get(text);
    assertThat(new String(text, StandardCharsets.UTF_8).stripTrailing()).isEqualTo(header);
    assertThat(bytes.getLong()).isEqualTo(1);
    assertThat(bytes.get()).isEqualTo((byte) 9);
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void refusesASourceThatWritesTooLittleOrTooMuchAndKeepsTheOldFile() throws IOException {
    Path path = folder.resolve("kept.safetensors");
    new SafeTensorsWriter().add(TensorSource.of("x", new float[] {1}, 1)).write(path);
    TensorEntry entry = TensorEntry.of("x", DType.F32, 1);
    for (int bytes : new int[] {0, 3, 5, 8}) {
      TensorSource source =
          new StreamedTensor(entry, out -> out.write(ByteBuffer.wrap(new byte[bytes])));
      assertThatThrownBy(() -> new SafeTensorsWriter().add(source).write(path))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("takes 4 bytes");
    }
    try (SafeTensorsFile file = SafeTensorsFile.open(path);
        Stream<Path> files = Files.list(folder)) {
      assertThat(file.floats("x")).containsExactly(1);
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void refusesWhatTheFormatCannotHold() {
    SafeTensorsWriter writer = new SafeTensorsWriter().add(TensorSource.of("x", new long[1], 1));
    assertThatThrownBy(() -> writer.add(TensorSource.of("x", new float[1], 1)))
        .hasMessageContaining("two tensors are named 'x'");
    assertThatThrownBy(() -> writer.add(TensorSource.of("__metadata__", new float[1], 1)))
        .hasMessageContaining("reserves");
    TensorSource complex =
        TensorSource.of(TensorEntry.of("c", DType.C128), ByteBuffer.allocate(16));
    assertThatThrownBy(() -> writer.add(complex)).hasMessageContaining("no C128");
    assertThatThrownBy(() -> TensorSource.of("y", new float[5], 2, 3))
        .hasMessageContainingAll("[2, 3]", "has 6 elements, got 5");
    assertThatThrownBy(() -> TensorEntry.of("y", DType.F32, 2, -3))
        .hasMessageContaining("negative size -3");
  }

  @Test
  void widensHalvesExactly() {
    assertThat(Elements.halfToFloat((short) 0x3c00)).isEqualTo(1f);
    assertThat(Elements.halfToFloat((short) 0xc000)).isEqualTo(-2f);
    assertThat(Elements.halfToFloat((short) 0x7bff)).isEqualTo(65504f);
    assertThat(Elements.halfToFloat((short) 0x0001)).isEqualTo(0x1p-24f);
    assertThat(Elements.halfToFloat((short) 0x83ff)).isEqualTo(-1023 * 0x1p-24f);
    assertThat(Elements.halfToFloat((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Elements.halfToFloat((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Elements.halfToFloat((short) 0x7e00)).isNaN();
    assertThat(Float.floatToRawIntBits(Elements.halfToFloat((short) 0x8000))).isEqualTo(0x80000000);
    assertThat(Elements.bfloat16ToFloat((short) 0xbf80)).isEqualTo(-1f);
  }
}
