package dev.melange.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzFileTest {
  @TempDir private Path folder;

  private static byte[] npy(String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.writeBytes(new byte[] {(byte) text.length, (byte) (text.length >> 8)});
    out.writeBytes(text);
    out.writeBytes(data);
    return out.toByteArray();
  }

  private static byte[] array(String type, boolean columnsFirst, String shape, byte[] data) {
    return npy(
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }          \n"
            .formatted(type, columnsFirst ? "True" : "False", shape),
        data);
  }

  private static byte[] floats(float... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }

  private Path zip(Map<String, byte[]> entries) throws IOException {
    Path file = folder.resolve("weights.npz");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
    return file;
  }

  @Test
  void readsWhatIsWanted() throws IOException {
    Path file =
        zip(
            Map.of(
                "opt/a.npy", array("<f4", false, "2, 3", floats(1, 2, 3, 4, 5, 6)),
                "opt/b.npy", array("<f4", false, "2,", floats(7, 8)),
                "step.npy", array("<i8", false, "", new byte[8]),
                "note.txt", new byte[] {1}));
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> tensors = NpzFile.read(file, name -> name.startsWith("opt/"));
      assertThat(tensors).containsOnlyKeys("opt/a", "opt/b");
      assertThat(tensors.get("opt/a").shape()).containsExactly(2, 3);
      assertThat(tensors.get("opt/a").toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(tensors.get("opt/b").toFloats()).containsExactly(7, 8);
      Tensor step = NpzFile.read(file, "step"::equals).get("step");
      assertThat(step.dtype()).isEqualTo(DType.I64);
      assertThat(step.dim()).isZero();
    }
  }

  @Test
  void turnsArraysThatAreStoredColumnByColumn() throws IOException {
    Path file = zip(Map.of("a.npy", array("<f4", true, "2, 3", floats(1, 4, 2, 5, 3, 6))));
    try (Scope scope = Scope.open()) {
      Tensor a = NpzFile.read(file, name -> true).get("a");
      assertThat(a.shape()).containsExactly(2, 3);
      assertThat(a.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "|O; 1; 8; type '|O', which is refused",
        "<U5; 1; 20; which is refused",
        ">f4; 1; 4; which is refused",
        "<f4; 2; 4; is said to have",
        "<f4; 1; 12; is said to have",
        "<f4; 999999999, 999999999; 8; more than 2 GB",
        "<f4; 99999999999999999999; 8; impossible shape"
      })
  void refusesWhatIsNoArrayOfNumbersOfItsSize(String type, String shape, int bytes, String why)
      throws IOException {
    Path file = zip(Map.of("a.npy", array(type, false, shape, new byte[bytes])));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'descr': '<f4'}", "__import__('os')", ""})
  void refusesOtherHeaders(String header) throws IOException {
    Path file = zip(Map.of("a.npy", npy(header, new byte[4])));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("header that cannot be read");
  }

  @Test
  void refusesOtherFiles() throws IOException {
    Path text = Files.writeString(folder.resolve("x.npz"), "no archive");
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("no intact .npz archive");
    Path plain = zip(Map.of("a.npy", new byte[] {1, 2, 3}));
    assertThatThrownBy(() -> read(plain)).hasMessageContaining("is not a NumPy array");
    assertThatThrownBy(() -> read(folder.resolve("none.npz")))
        .isInstanceOf(NoSuchFileException.class);
    Path cut = zip(Map.of("a.npy", array("<f4", false, "2,", floats(1, 2))));
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> read(cut)).isInstanceOf(CorruptFileException.class);
  }

  private static void read(Path file) throws IOException {
    try (Scope scope = Scope.open()) {
      NpzFile.read(file, name -> true);
    }
  }
}
