package dev.melange.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.melange.tensor.DType;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads files that PyTorch wrote; make_checkpoints.py beside them makes them. */
class TorchFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"types.pt", "types-protocol4.pt"})
  void readsEveryType(String name) throws IOException {
    try (TorchFile file = TorchFile.open(resource(name))) {
      for (DType dtype : DType.values()) {
        if (!dtype.isComplex()) {
          TensorEntry expected = TensorEntry.of(dtype.torchName(), dtype, 2, 3);
          assertThat(file.entry(dtype.torchName())).isEqualTo(expected);
        }
      }
      for (String real : new String[] {"float64", "float32", "float16", "bfloat16"}) {
        assertThat(file.doubles(real)).containsExactly(1, 2, 3, 4, 5, 6);
      }
      for (String whole : new String[] {"int64", "int32", "int16", "int8", "uint8"}) {
        assertThat(file.longs(whole)).containsExactly(1, 2, 3, 4, 5, 6);
      }
      assertThat(file.longs("bool")).containsExactly(1, 0, 1, 0, 0, 1);
      ByteBuffer complex = file.read("complex64");
      assertThat(new float[] {complex.getFloat(), complex.getFloat()}).containsExactly(1, 0.5f);
      assertThat(file.read("complex128", 16, 16).getDouble(8)).isEqualTo(4);
      assertThat(file.entry("scalar")).isEqualTo(TensorEntry.of("scalar", DType.F32));
      assertThat(file.floats("scalar")).containsExactly(-1.5f);
      assertThat(file.entry("empty").shape()).containsExactly(0, 4);
      assertThat(file.floats("empty")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"views.pt", "views-big-endian.pt"})
  void makesViewsContiguousAndSharesStorages(String name) throws IOException {
    try (TorchFile file = TorchFile.open(resource(name))) {
      float[] base = new float[24];
      float[] transposed = new float[24];
      for (int i = 0; i < 24; i++) {
        base[i] = i;
        transposed[i % 6 * 4 + i / 6] = i;
      }
      assertThat(file.floats("base")).isEqualTo(base);
      assertThat(file.entry("transposed").shape()).containsExactly(6, 4);
      assertThat(file.floats("transposed")).isEqualTo(transposed);
      assertThat(file.floats("stepped")).containsExactly(7, 9, 11, 13, 15, 17, 19, 21, 23);
      assertThat(file.floats("row")).containsExactly(12, 13, 14, 15, 16, 17);
      assertThat(file.entry("expanded").shape()).containsExactly(3, 5);
      assertThat(file.floats("expanded")).isEqualTo(new float[15]);
      assertThat(file.floats("halves_transposed")).containsExactly(0, 3, 1, 4, 2, 5);
      ByteBuffer complex = file.read("complex_transposed", 8, 16);
      assertThat(complex.getFloat()).isEqualTo(3);
      assertThat(complex.getFloat()).isEqualTo(-3);
      assertThat(complex.getFloat()).isEqualTo(1);
      assertThat(complex.getFloat()).isEqualTo(-1);
      assertThat(file.doubles("encoder.weight")).containsExactly(0, 1, 2, 3);
      assertThat(file.doubles("decoder.weight")).containsExactly(0, 1, 2, 3);
      assertThat(file.floats("annotated")).containsExactly(7, 8);
    }
  }

  @Test
  void readsPartsOfViews() throws IOException {
    try (TorchFile file = TorchFile.open(resource("views.pt"))) {
      ByteBuffer whole = file.read("transposed");
      for (int first = 0; first < 24; first++) {
        for (int count = 0; first + count <= 24; count++) {
          assertThat(file.read("transposed", 4L * first, 4 * count))
              .isEqualTo(whole.slice(4 * first, 4 * count));
        }
      }
      assertThatThrownBy(() -> file.read("transposed", 92, 8))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has 96 bytes");
    }
  }

  @Test
  void namesNestedPartsWithDots() throws IOException {
    try (TorchFile file = TorchFile.open(resource("checkpoint.pt"))) {
      assertThat(file.topLevelKeys())
          .containsExactly(
              "state_dict",
              "optimizer",
              "epoch",
              "best",
              "name",
              "shape",
              "flags",
              "seed",
              "dtype");
      assertThat(file.names())
          .startsWith("state_dict.fc.weight", "state_dict.fc.bias", "state_dict.norm.weight")
          .contains("state_dict.norm.num_batches_tracked", "optimizer.state.0.exp_avg");
      assertThat(file.longs("state_dict.norm.num_batches_tracked")).containsExactly(1);
      assertThat(file.values())
          .containsEntry("epoch", 3L)
          .containsEntry("best", 0.5)
          .containsEntry("name", "tiny größe")
          .containsEntry("shape.0", 2L)
          .containsEntry("shape.1", 3L)
          .containsEntry("flags.0", true)
          .containsEntry("flags.1", null)
          .containsEntry("seed", BigInteger.TWO.pow(64).subtract(BigInteger.ONE))
          .containsEntry("dtype", DType.BF16)
          .containsEntry("optimizer.param_groups.0.lr", 0.125)
          .containsEntry("optimizer.param_groups.0.params.3", 3L);
    }
    try (TorchFile file = TorchFile.open(resource("single.pt"))) {
      assertThat(file.names()).containsExactly(TorchFile.SINGLE);
      assertThat(file.topLevelKeys()).containsExactly(TorchFile.SINGLE);
      assertThat(file.longs(TorchFile.SINGLE)).containsExactly(0, 1, 2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          refused-legacy.pt   | before version 1.6                | torch.save(model.state_dict()
          refused-script.pt   | TorchScript program               | torch.jit.load
          refused-numpy.pt    | NumPy values                      | .item()
          refused-module.pt   | torch.nn.modules.activation.ReLU  | torch.save(model.state_dict()
          refused-evil.pt     | posix.system                      | torch.save(model.state_dict()
          refused-uint16.pt   | unsupported element type          | convert the tensor
          refused-expanded.pt | repeats a storage of only 96 bytes | .contiguous()
          refused-cyclic.pt   | nested deeper than 64 levels      | torch.save(model.state_dict()
          refused-deflated.pt | is compressed                     | torch.save
          """)
  void refusesWhatIsNoPlainStateDict(String name, String problem, String advice) {
    assertCorrupt(resource(name), problem, advice);
  }

  @Test
  void refusesForeignAndTruncatedFiles() throws IOException {
    byte[] valid = Files.readAllBytes(resource("types.pt"));
    Path path = folder.resolve("broken.pt");
    Files.write(path, new byte[0]);
    assertCorrupt(path, "not a PyTorch zip checkpoint", "torch.save");
    Files.writeString(path, "version https://git-lfs.github.com/spec/v1\n");
    assertCorrupt(path, "git lfs pull", "");
    Files.write(path, Arrays.copyOf(valid, valid.length / 2));
    assertCorrupt(path, "no end record", "fetch it again");
    byte[] climbing = valid.clone();
    replaceAll(climbing, "types/data/0", "types/../a/0");
    Files.write(path, climbing);
    assertCorrupt(path, "unsafe name", "source you trust");
    byte[] doubled = valid.clone();
    replaceAll(doubled, "types/data/0", "types/data/1");
    Files.write(path, doubled);
    assertCorrupt(path, "is there twice", "torch.save");
    byte[] missing = valid.clone();
    replaceAll(missing, "types/data/0", "types/data/x");
    Files.write(path, missing);
    assertCorrupt(path, "lacks the storage '0' of tensor 'float64'", "fetch it again");
  }

  @Test
  void refusesListsThatDoubleAtEveryLevel() {
    byte[] pickle = new byte[8 + 60 * 11];
    ByteBuffer bytes = ByteBuffer.wrap(pickle).put((byte) 0x80).put((byte) 2).put((byte) ']');
    for (int i = 0; i < 60; i++) {
      bytes.put("q\0000]h\0ah\0a".getBytes(StandardCharsets.ISO_8859_1));
    }
    bytes.put((byte) '.').flip();
    assertThatThrownBy(() -> TorchContents.of(folder, Unpickler.read(folder, bytes.slice())))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("limit of 500000 values");
  }

  private static void replaceAll(byte[] bytes, String from, String to) {
    byte[] old = from.getBytes(StandardCharsets.US_ASCII);
    byte[] replacement = to.getBytes(StandardCharsets.US_ASCII);
    int found = 0;
    for (int at = 0; at + old.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + old.length, old, 0, old.length)) {
        System.arraycopy(replacement, 0, bytes, at, replacement.length);
        found++;
      }
    }
    assertThat(found).isPositive();
  }

  private static void assertCorrupt(Path path, String problem, String advice) {
    assertThatThrownBy(() -> TorchFile.open(path))
        .asInstanceOf(type(CorruptFileException.class))
        .extracting(Throwable::getMessage)
        .asString()
        .startsWith(path.toString())
        .contains(problem, advice);
  }

  static Path resource(String name) {
    try {
      return Path.of(TorchFileTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }
}
