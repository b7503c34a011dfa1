package dev.melange.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class IdxTest {
  private static byte[] idx(int magic, int[] shape, int values) {
    ByteBuffer out = ByteBuffer.allocate(4 + 4 * shape.length + values);
    out.putInt(magic);
    for (int n : shape) {
      out.putInt(n);
    }
    for (int i = 0; i < values; i++) {
      out.put((byte) i);
    }
    return out.array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static Idx read(byte[] bytes) throws IOException {
    return Idx.read(Source.of("x.idx", bytes));
  }

  @Test
  void readsPlainAndGzip() throws IOException {
    byte[] file = idx(0x803, new int[] {2, 3, 4}, 24);
    for (byte[] bytes : new byte[][] {file, gzip(file)}) {
      Idx idx = read(bytes);
      assertThat(idx.shape()).containsExactly(2, 3, 4);
      assertThat(idx.data()).hasSize(24).startsWith(0, 1, 2);
    }
  }

  private static void refuses(byte[] bytes, String message) {
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x.idx")
        .hasMessageContaining(message);
  }

  @Test
  void refusesLyingHeaders() throws IOException {
    refuses(new byte[0], "cut off inside its IDX header");
    refuses(idx(0x803, new int[] {2}, 0), "cut off inside its IDX header");
    refuses("hello world".getBytes(java.nio.charset.StandardCharsets.UTF_8), "0x68656c6c");
    refuses(idx(0xd01, new int[] {2}, 8), "values of type 0x0d");
    refuses(idx(0x801, new int[] {5}, 4), "promises 5 bytes (shape [5]), but there are only 4");
    refuses(idx(0x801, new int[] {3}, 4), "but there are more");
    refuses(idx(0x801, new int[] {-1}, 4), "dimension 0 of its header is 4294967295");
    refuses(idx(0x803, new int[] {65536, 65536, 2}, 4), "dimension 1 of its header");
    refuses(idx(0x801, new int[] {Integer.MAX_VALUE}, 4), "but the file has only 12");
    refuses(gzip(idx(0x801, new int[] {1 << 30}, 4)), "promises 1,073,741,824 bytes");
  }

  @Test
  void damagedFilesGiveOneClearError() throws IOException {
    long seed = System.nanoTime();
    System.out.println("IdxTest seed " + seed);
    Random random = new Random(seed);
    byte[] plain = idx(0x803, new int[] {2, 3, 4}, 24);
    byte[] packed = gzip(plain);
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = (i % 2 == 0 ? plain : packed).clone();
      if (random.nextInt(3) == 0) {
        bad = Arrays.copyOf(bad, random.nextInt(bad.length));
      }
      for (int n = random.nextInt(4); n > 0 && bad.length > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try {
        Idx idx = read(bad);
        assertThat(Arrays.stream(idx.shape()).reduce(1, (a, b) -> a * b))
            .isEqualTo(idx.data().length);
      } catch (DataException e) {
        assertThat(e).hasMessageContaining("x.idx");
      }
    }
  }

  @Test
  void refusesImagesAndLabelsOfDifferentNumber() {
    Source images = Source.of("i", idx(0x803, new int[] {2, 1, 1}, 2));
    Source labels = Source.of("l", idx(0x801, new int[] {3}, 3));
    assertThatThrownBy(() -> PackedImages.fromIdx(images, labels, PackedImages.digitNames()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("i has shape [2, 1, 1] and l has [3]");
  }

  @Test
  void readsTheBundledDigits() throws IOException {
    PackedImages digits = PackedImages.digits();
    assertThat(digits.size()).isEqualTo(1797);
    assertThat(digits.classes()).hasSize(10);
    assertThat(digits.labels()).startsWith(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(digits.image(0).get(0, 0, 2)).isEqualTo(80);
    assertThat(Arrays.stream(digits.labels()).filter(n -> n == 3).count()).isEqualTo(183);
    PackedImages two = digits.select(new int[] {5, 3});
    assertThat(two.labels()).containsExactly(5, 3);
    assertThat(two.image(1)).isEqualTo(digits.image(3));
  }

  @Test
  void readsMnistWhereItIs() throws IOException {
    String data = System.getenv("MELANGE_DATA");
    Assumptions.assumeTrue(data != null, "MELANGE_DATA is not set");
    Path folder = Path.of(data, "mnist");
    Assumptions.assumeTrue(Files.isDirectory(folder), folder + " is not there");
    PackedImages test =
        PackedImages.fromIdx(
            Source.of(folder.resolve("t10k-images-idx3-ubyte.gz")),
            Source.of(folder.resolve("t10k-labels-idx1-ubyte.gz")),
            PackedImages.digitNames());
    assertThat(test.size()).isEqualTo(10_000);
    assertThat(test.labels()).startsWith(7, 2, 1, 0, 4);
    Normalize statistics = Normalize.of(test);
    assertThat(statistics.mean()[0]).isBetween(0.131f, 0.134f);
  }
}
