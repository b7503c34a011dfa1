package dev.melange.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.data.image.Idx;
import dev.melange.data.image.ImageFiles;
import dev.melange.data.image.ImageFolder;
import dev.melange.data.series.SeriesCsv;
import dev.melange.data.tabular.LibFm;
import dev.melange.data.tabular.Table;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Randomly damaged data files are read or refused with a message; nothing else ever happens. */
class DamagedDataTest {
  private static final long MAX_PIXELS = 1_000_000;
  private static final int ROUNDS = 600;

  @TempDir Path folder;

  /** Reads a file; refuses by {@link DataException} or {@link IOException}. */
  private interface Reader {
    void read(byte[] bytes) throws IOException;
  }

  private static void check(String what, byte[] valid, Reader reader) {
    long seed = new Random().nextLong();
    System.out.println("DamagedDataTest " + what + " seed " + seed);
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try {
        reader.read(damage(valid, random));
      } catch (DataException | IOException e) {
        assertThat(e.getMessage()).as("message of %s", e).isNotBlank();
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("%s, round %d of seed %d: %s".formatted(what, round, seed, e), e);
      }
    }
    assertThat(refused).as("damaged %s that were refused", what).isPositive();
  }

  private static byte[] damage(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    for (int edit = random.nextInt(4); edit >= 0 && bytes.length > 0; edit--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = java.util.Arrays.copyOf(bytes, at);
        case 3 -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(random.nextInt(64), bytes.length - Math.max(from, at));
          System.arraycopy(bytes, from, bytes, at, length);
        }
        case 4 -> {
          String[] texts = {
            ",", "\"", "\n", "-1", "1e999", "NaN", "\u0000", "99999999999999999999"
          };
          byte[] text = texts[random.nextInt(texts.length)].getBytes(StandardCharsets.UTF_8);
          byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + text.length);
          System.arraycopy(bytes, at, longer, at + text.length, bytes.length - at);
          System.arraycopy(text, 0, longer, at, text.length);
          bytes = longer;
        }
        default -> {
          if (bytes.length >= at + 4) {
            int[] extremes = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, random.nextInt()};
            ByteBuffer.wrap(bytes).putInt(at, extremes[random.nextInt(extremes.length)]);
          }
        }
      }
    }
    return bytes;
  }

  @Test
  void idx() throws IOException {
    ByteBuffer idx = ByteBuffer.allocate(16 + 3 * 4 * 5);
    idx.putInt(0x00000803).putInt(3).putInt(4).putInt(5);
    check("idx", idx.array(), bytes -> Idx.read(Source.of("images.idx", bytes)));
    check("idx.gz", gzip(idx.array()), bytes -> Idx.read(Source.of("images.idx.gz", bytes)));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void seriesCsv() {
    StringBuilder csv = new StringBuilder("date,load,\"wind, north\"\n");
    for (int hour = 0; hour < 24; hour++) {
      csv.append("2024-03-01 %02d:00:00,%d.5,%d\n".formatted(hour, hour, 100 - hour));
    }
    check(
        "series",
        csv.toString().getBytes(StandardCharsets.UTF_8),
        bytes -> SeriesCsv.read(Source.of("series.csv", bytes), SeriesCsv.Options.DETECT));
  }

  @Test
  void tableCsv() {
    StringBuilder csv = new StringBuilder("user,item,price,clicked\n");
    for (int row = 0; row < 30; row++) {
      csv.append("u%d,\"item \"\"%d\"\"\",%d.25,%d\n".formatted(row % 7, row % 5, row, row % 2));
    }
    check(
        "table",
        csv.toString().getBytes(StandardCharsets.UTF_8),
        bytes -> Table.read(Source.of("table.csv", bytes)));
  }

  @Test
  void libfm() {
    StringBuilder rows = new StringBuilder();
    for (int row = 0; row < 30; row++) {
      rows.append("%d %d:1 %d:0.5\n".formatted(row % 2 * 2 - 1, row, 40 + row % 3));
    }
    check(
        "libfm",
        rows.toString().getBytes(StandardCharsets.UTF_8),
        bytes -> LibFm.read(Source.of("rows.libfm", bytes)));
  }

  @Test
  void images() throws IOException {
    for (String format : new String[] {"png", "jpg", "bmp", "gif"}) {
      check(format, picture(format), bytes -> ImageFiles.decode("p." + format, bytes, MAX_PIXELS));
    }
  }

  private static byte[] picture(String format) throws IOException {
    BufferedImage image = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 24 * 16; i++) {
      image.setRGB(i % 24, i / 24, i * 0x010305);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }

  @Test
  void imageFolderInAZip() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name : new String[] {"cat/a.png", "cat/b.png", "dog/c.png"}) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(picture("png"));
        zip.closeEntry();
      }
    }
    check(
        "zip",
        out.toByteArray(),
        bytes -> {
          Path file = folder.resolve("pictures.zip");
          Files.deleteIfExists(file);
          Files.write(file, bytes);
          try (ImageFolder pictures = ImageFolder.open(file, MAX_PIXELS)) {
            for (int i = 0; i < pictures.size(); i++) {
              assertThat(pictures.all().get(i, new Random(0)).image().width()).isPositive();
            }
          }
        });
  }
}
