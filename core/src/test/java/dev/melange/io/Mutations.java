package dev.melange.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** Random damage to a valid file: every outcome must be a valid read or a clear refusal. */
final class Mutations {
  private static final String[] SPLICES = {
    "-1",
    "9223372036854775807",
    "18446744073709551616",
    "[",
    "{",
    "\"",
    "}",
    "1e999",
    "[0,0]",
    "null"
  };

  private final byte[] valid;
  private final Random random;
  private final long seed;

  /** Reads a file; the outcome of damage is a return or a refusal. */
  interface Opener {
    TensorFile open(Path path) throws IOException;
  }

  /** Reads bytes; the outcome of damage is a return or a refusal. */
  interface Reader {
    void read(byte[] bytes) throws IOException;
  }

  Mutations(String test, byte[] valid) {
    this.valid = valid;
    this.seed = new Random().nextLong();
    this.random = new Random(seed);
    System.out.println(test + " seed " + seed);
  }

  void check(Path folder, int count, Opener opener) throws IOException {
    Path path = folder.resolve("mutated");
    check(
        count,
        bytes -> {
          // A new file each time, because the pages of the last one are still mapped.
          Files.deleteIfExists(path);
          Files.write(path, bytes);
          try (TensorFile file = opener.open(path)) {
            readAll(file);
          } catch (CorruptFileException e) {
            assertThat(e).hasMessageStartingWith(path.toString());
            throw e;
          }
        });
    Files.delete(path);
  }

  void check(int count, Reader reader) {
    int read = 0;
    int refused = 0;
    for (int i = 0; i < count; i++) {
      byte[] bytes = mutate();
      try {
        reader.read(bytes);
        read++;
      } catch (CorruptFileException e) {
        refused++;
      } catch (Exception | Error e) {
        throw new AssertionError("mutation " + i + " of seed " + seed + ": " + e, e);
      }
    }
    System.out.println(read + " mutations were read, " + refused + " refused");
    // Damage to tensor bytes alone is invisible; damage to structure must be found.
    assertThat(read).isPositive();
    assertThat(refused).isPositive();
  }

  private static void readAll(TensorFile file) throws IOException {
    for (String name : file.names()) {
      TensorEntry entry = file.entry(name);
      ByteBuffer bytes = file.read(name);
      assertThat(bytes.remaining()).isEqualTo((int) entry.bytes());
      while (bytes.hasRemaining()) {
        bytes.get();
      }
    }
  }

  private byte[] mutate() {
    byte[] bytes = valid.clone();
    int edits = 1 + random.nextInt(3);
    for (int i = 0; i < edits && bytes.length > 0; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(8)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = splice(bytes, at, at, new byte[1 + random.nextInt(16)]);
        case 4 -> {
          int to = Math.min(bytes.length, at + 1 + random.nextInt(16));
          bytes = splice(bytes, at, to, new byte[0]);
        }
        case 5 -> {
          int from = random.nextInt(bytes.length);
          int to = Math.min(bytes.length, from + 1 + random.nextInt(64));
          bytes = splice(bytes, at, at, Arrays.copyOfRange(bytes, from, to));
        }
        case 6 -> {
          byte[] text = SPLICES[random.nextInt(SPLICES.length)].getBytes(StandardCharsets.US_ASCII);
          int to = Math.min(bytes.length, at + (random.nextBoolean() ? 0 : text.length));
          bytes = splice(bytes, at, to, text);
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

  private static byte[] splice(byte[] bytes, int from, int to, byte[] inserted) {
    return ByteBuffer.allocate(from + inserted.length + bytes.length - to)
        .put(bytes, 0, from)
        .put(inserted)
        .put(bytes, to, bytes.length - to)
        .array();
  }
}
