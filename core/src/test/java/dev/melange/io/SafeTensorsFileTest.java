package dev.melange.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.melange.tensor.DType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsFileTest {
  private static final String ENTRY =
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}";

  @TempDir Path folder;

  @Test
  void readsNamesEntriesMetadataAndValues() throws IOException {
    Path path =
        file(
            "{\"__metadata__\":{\"format\":\"pt\",\"note\":\"\"},"
                + "\"second\":{\"dtype\":\"I16\",\"shape\":[],\"data_offsets\":[8,10]},"
                + "\"empty\":{\"dtype\":\"F64\",\"shape\":[3,0],\"data_offsets\":[8,8]},"
                + "\"first\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}   ",
            data -> data.putFloat(1.5f).putFloat(-2).putShort((short) -7),
            10);
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      assertThat(file.path()).isEqualTo(path);
      assertThat(file.names()).containsExactly("first", "empty", "second");
      assertThat(file.metadata())
          .containsEntry("format", "pt")
          .containsEntry("note", "")
          .hasSize(2);
      assertThat(file.entry("first")).isEqualTo(TensorEntry.of("first", DType.F32, 1, 2));
      assertThat(file.entry("empty").bytes()).isZero();
      assertThat(file.entry("second").elements()).isEqualTo(1);
      assertThat(file.floats("first")).containsExactly(1.5f, -2);
      assertThat(file.doubles("empty")).isEmpty();
      assertThat(file.longs("second")).containsExactly(-7);
      assertThat(file.read("first", 4, 4).getFloat()).isEqualTo(-2);
    }
  }

  @Test
  void handsOutReadOnlyLittleEndianSlicesThatOutliveTheFile() throws IOException {
    Path path = file(ENTRY + "}", data -> data.put((byte) 1).put((byte) 2), 2);
    ByteBuffer bytes;
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      bytes = file.read("a");
      file.close();
      assertThatThrownBy(() -> file.read("a"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is closed");
    }
    assertThat(bytes.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getShort(0)).isEqualTo((short) 0x0201);
    assertThatThrownBy(() -> bytes.put(0, (byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void namesWhatACallerAsksWrongly() throws IOException {
    Path path =
        file(
            "{\"w\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}}",
            data -> data.putDouble(1).putDouble(2),
            16);
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      assertThatThrownBy(() -> file.read("v"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(path.toString(), "no tensor 'v'", "it has 1: 'w'");
      assertThatThrownBy(() -> file.read("w", 8, 16)).hasMessageContaining("has 16 bytes");
      assertThatThrownBy(() -> file.read("w", -8, 8)).hasMessageContaining("from -8");
      assertThatThrownBy(() -> file.read("w", 4, 8)).hasMessageContaining("whole elements of 8");
      assertThatThrownBy(() -> file.floats("w")).hasMessageContaining("not F32, F16 or BF16");
      assertThatThrownBy(() -> file.longs("w")).hasMessageContaining("without loss");
    }
  }

  @Test
  void readsTensorsBeyondTwoGigabytesOfASparseFile() throws IOException {
    long big = 5L << 30;
    Path path = folder.resolve("sparse.safetensors");
    byte[] header =
        ("{\"big\":{\"dtype\":\"F32\",\"shape\":["
                + big / 4
                + "],\"data_offsets\":[0,"
                + big
                + "]},\"last\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":["
                + big
                + ","
                + (big + 8)
                + "]}}")
            .getBytes(StandardCharsets.UTF_8);
    long start = 8 + header.length;
    try (RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw")) {
      out.writeLong(Long.reverseBytes(header.length));
      out.write(header);
      out.setLength(start + big + 8);
      out.seek(start + big - 4);
      out.writeInt(Integer.reverseBytes(Float.floatToIntBits(3.25f)));
      out.writeLong(Long.reverseBytes(-42));
    }
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      assertThat(file.entry("big").bytes()).isEqualTo(big);
      assertThat(file.longs("last")).containsExactly(-42);
      assertThat(file.read("big", big - 4, 4).getFloat()).isEqualTo(3.25f);
      assertThat(file.read("big", (1L << 30) - 8, 16).getDouble(8)).isZero();
      int large = Integer.MAX_VALUE - 3;
      ByteBuffer part = file.read("big", big - large, large);
      assertThat(part.getFloat(large - 4)).isEqualTo(3.25f);
      assertThatThrownBy(() -> file.read("big"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("read it in parts");
    }
  }

  @Test
  void refusesWhatIsNoFile() {
    assertThatThrownBy(() -> SafeTensorsFile.open(folder.resolve("absent")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> SafeTensorsFile.open(folder))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("not a regular file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,3]}}  | 3 | give 3
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}  | 3 | after a hole from at 0
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}  | 1 | the file is incomplete
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}  | 3 | followed by 1 bytes that belong to none
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}  | 2 | expected a begin and a later end
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0]}}    | 2 | expected a begin and a later end
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2,4]}}| 2 | expected a begin and a later end
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[-2,0]}} | 2 | '-2' in its data_offsets
          {"a":{"dtype":"U8","shape":[-2],"data_offsets":[0,2]}} | 2 | '-2' in its shape
          {"a":{"dtype":"U8","shape":[2.0],"data_offsets":[0,2]}} | 2 | '2.0' in its shape
          {"a":{"dtype":"U8","shape":["2"],"data_offsets":[0,2]}} | 2 | '2' in its shape
          {"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,2]}} | 2 | expected whole numbers
          {"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,2]}} | 2 | more than 2^63 bytes
          {"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,2]}} | 2 | more than 2^63 bytes
          {"a":{"dtype":"U8","shape":2,"data_offsets":[0,2]}}    | 2 | shape that is not an array
          {"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}} | 2 | unsupported dtype 'F8_E4M3'
          {"a":{"dtype":"C128","shape":[],"data_offsets":[0,16]}} | 16 | unsupported dtype 'C128'
          {"a":{"dtype":"f32","shape":[],"data_offsets":[0,4]}}  | 4 | unsupported dtype 'f32'
          {"a":{"dtype":8,"shape":[2],"data_offsets":[0,2]}}     | 2 | dtype that is not a string
          {"a":{"shape":[2],"data_offsets":[0,2]}}               | 2 | lacks one of dtype
          {"a":[0,2]}                                            | 2 | not described by a JSON object
          {"__metadata__":{"a":1}}                               | 0 | 'a' is not a string
          {"__metadata__":["a"]}                                 | 0 | __metadata__ is not a JSON object
          {"__metadata__":{"a":"1","a":"2"}}                     | 0 | Duplicate field 'a'
          {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}} | 2 | Duplicate field 'a'
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}} | 3 | inside another tensor that ends at 2
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}   | 2 | not valid JSON
          {} {}                                                  | 0 | goes on after its JSON object
          [1,2]                                                  | 0 | does not start with '{'
          """)
  void refusesAnInvalidHeader(String header, int dataBytes, String problem) throws IOException {
    Path path = file(header, data -> {}, dataBytes);
    assertCorrupt(path, problem);
  }

  @Test
  void refusesABombOfNestedArrays() throws IOException {
    assertCorrupt(file("{\"a\":{\"x\":" + "[".repeat(1_000_000), data -> {}, 0), "nesting depth");
  }

  @Test
  void refusesTextThatIsNotUtf8() throws IOException {
    Path path = file("{\"a\":1}", data -> {}, 0);
    byte[] bytes = Files.readAllBytes(path);
    bytes[10] = (byte) 0xff;
    Files.write(path, bytes);
    assertCorrupt(path, "not UTF-8");
    Files.write(path, withLength("{}".getBytes(StandardCharsets.UTF_16LE)));
    assertCorrupt(path, "not valid JSON");
  }

  @Test
  void refusesHeaderLengthsThatLie() throws IOException {
    Path path = folder.resolve("lying.safetensors");
    byte[] bytes = withLength("{}".getBytes(StandardCharsets.UTF_8));
    for (long length : new long[] {0, 1, -1, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE}) {
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
      Files.write(path, bytes);
      assertCorrupt(path, "expected 2 to 100000000");
    }
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 99_999_999);
    Files.write(path, bytes);
    assertCorrupt(path, "the file has only 10 in all");
    Files.write(path, new byte[9]);
    assertCorrupt(path, "has 9 bytes");
    Files.write(path, new byte[0]);
    assertCorrupt(path, "has 0 bytes");
  }

  @Test
  void tellsWhatAForeignFileIs() throws IOException {
    Path path = folder.resolve("foreign.safetensors");
    Files.writeString(path, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    assertCorrupt(path, "git lfs pull");
    Files.writeString(path, "<!DOCTYPE html><html><body>Not found</body></html>");
    assertCorrupt(path, "it is a web page");
    Files.writeString(path, "PK\3\4 and more of an archive");
    assertCorrupt(path, "zip archive");
  }

  @Test
  void acceptsFieldsOfLaterVersionsAndAFileWithoutTensors() throws IOException {
    Path later = file(ENTRY.replace("{\"dtype\"", "{\"x\":[{}],\"dtype\"") + "}", data -> {}, 2);
    try (SafeTensorsFile file = SafeTensorsFile.open(later)) {
      assertThat(file.longs("a")).containsExactly(0, 0);
    }
    try (SafeTensorsFile file = SafeTensorsFile.open(file("{}", data -> {}, 0))) {
      assertThat(file.names()).isEmpty();
      assertThat(file.metadata()).isEmpty();
    }
  }

  private static void assertCorrupt(Path path, String problem) {
    assertThatThrownBy(() -> SafeTensorsFile.open(path))
        .asInstanceOf(type(CorruptFileException.class))
        .satisfies(e -> assertThat(e.file()).isEqualTo(path))
        .extracting(Throwable::getMessage)
        .asString()
        .startsWith(path.toString())
        .contains(problem)
        .hasSizeLessThan(600 + path.toString().length());
  }

  private interface Data {
    void put(ByteBuffer data);
  }

  private Path file(String header, Data data, int dataBytes) throws IOException {
    byte[] head = withLength(header.getBytes(StandardCharsets.UTF_8));
    ByteBuffer bytes =
        ByteBuffer.allocate(head.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN).put(head);
    data.put(bytes);
    return Files.write(Files.createTempFile(folder, "test", ".safetensors"), bytes.array());
  }

  private static byte[] withLength(byte[] header) {
    return ByteBuffer.allocate(8 + header.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }
}
