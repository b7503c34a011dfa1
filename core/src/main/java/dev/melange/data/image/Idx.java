package dev.melange.data.image;

import dev.melange.data.DataException;
import dev.melange.data.Source;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An IDX file (the format of MNIST) of unsigned bytes: a big-endian header (0, 0, type 8, number of
 * dimensions, the dimensions as 32-bit integers), then the values, last dimension fastest.
 *
 * @param shape the dimensions
 * @param data the values
 */
public record Idx(int[] shape, byte[] data) {
  // A deflate stream cannot expand further, so a header that promises more is lying.
  private static final long MAX_RATIO = 1032;
  private static final int UNSIGNED_BYTE = 8;

  /** Reads a file, gzip or plain. */
  public static Idx read(Path file) throws IOException {
    return read(Source.of(file));
  }

  /**
   * Reads a source, gzip or plain.
   *
   * @throws DataException if it is not IDX, if its length is not what its header says, or if it
   *     holds other values than unsigned bytes
   */
  public static Idx read(Source source) throws IOException {
    try (DataInputStream in = new DataInputStream(source.open())) {
      int magic = in.readInt();
      int dimensions = magic & 0xff;
      if (magic >>> 16 != 0 || dimensions < 1 || dimensions > 4) {
        throw new DataException(
            "%s is not an IDX file: it starts with 0x%08x; expected 0x000008 and the number of dimensions (1 to 4)"
                .formatted(source.name(), magic));
      }
      if ((magic >>> 8 & 0xff) != UNSIGNED_BYTE) {
        throw new DataException(
            "%s holds values of type 0x%02x; only unsigned bytes (0x08) can be read"
                .formatted(source.name(), magic >>> 8 & 0xff));
      }
      int[] shape = new int[dimensions];
      long total = 1;
      for (int i = 0; i < dimensions; i++) {
        shape[i] = in.readInt();
        boolean possible =
            shape[i] >= 0 && (shape[i] == 0 || total <= Integer.MAX_VALUE / shape[i]);
        if (!possible) {
          throw new DataException(
              "%s: dimension %d of its header is %d; the file is damaged or too large"
                  .formatted(source.name(), i, Integer.toUnsignedLong(shape[i])));
        }
        total *= shape[i];
      }
      if (source.storedBytes() >= 0 && total > source.storedBytes() * MAX_RATIO) {
        throw new DataException(
            "%s: its header promises %,d bytes (shape %s), but the file has only %,d; fetch it again"
                .formatted(source.name(), total, Arrays.toString(shape), source.storedBytes()));
      }
      // Grows while reading: a lying header costs no more memory than there are data.
      byte[] data = in.readNBytes((int) total);
      if (data.length != total || in.read() >= 0) {
        throw new DataException(
            "%s: its header promises %,d bytes (shape %s), but there are %s; fetch it again"
                .formatted(
                    source.name(),
                    total,
                    Arrays.toString(shape),
                    data.length == total ? "more" : "only %,d".formatted(data.length)));
      }
      return new Idx(shape, data);
    } catch (EOFException e) {
      throw new DataException(source.name() + " is cut off inside its IDX header", e);
    }
  }
}
