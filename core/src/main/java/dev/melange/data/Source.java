package dev.melange.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Something that can be read from its beginning, any number of times: a file or a resource of the
 * library. Gzip is recognised by its first two bytes and unpacked, whatever the name.
 */
public final class Source {
  /** Unpacked size at which a gzip stream is taken for a decompression bomb: 8 GiB. */
  static final long MAX_UNPACKED = 8L << 30;

  private interface Opener {
    InputStream open() throws IOException;
  }

  private final String name;
  private final long storedBytes;
  private final Opener opener;

  private Source(String name, long storedBytes, Opener opener) {
    this.name = name;
    this.storedBytes = storedBytes;
    this.opener = opener;
  }

  /**
   * A file.
   *
   * @throws DataException if it is missing or a folder
   */
  public static Source of(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          file
              + (Files.exists(file) ? " is not a file" : " does not exist")
              + "; give a data file");
    }
    return new Source(file.toString(), Files.size(file), () -> Files.newInputStream(file));
  }

  /**
   * A bundled resource of this package.
   *
   * @param resource its file name, for instance {@code digits.csv.gz}
   */
  public static Source bundled(String resource) {
    if (Source.class.getResource(resource) == null) {
      throw new DataException("no bundled data file '" + resource + "'");
    }
    return new Source("bundled " + resource, -1, () -> Source.class.getResourceAsStream(resource));
  }

  /** Bytes in memory, under a name for messages. */
  public static Source of(String name, byte[] bytes) {
    byte[] copy = bytes.clone();
    return new Source(name, copy.length, () -> new java.io.ByteArrayInputStream(copy));
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Stored (possibly compressed) size in bytes, or -1 when unknown. */
  public long storedBytes() {
    return storedBytes;
  }

  /**
   * Opens the contents, unpacked if they are gzip. A damaged or cut-off gzip stream, or one that
   * unpacks to more than 8 GiB, gives a {@link DataException} at the place where it shows.
   */
  public InputStream open() throws IOException {
    InputStream raw = new BufferedInputStream(opener.open(), 1 << 16);
    try {
      raw.mark(2);
      boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
      raw.reset();
      return gzip ? new Checked(name, new GZIPInputStream(raw, 1 << 16), MAX_UNPACKED) : raw;
    } catch (ZipException | EOFException e) {
      raw.close();
      throw new DataException(name + " is not an intact gzip file (" + e.getMessage() + ")", e);
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  /** Tells of damaged gzip data in terms of the file, and bounds what comes out. */
  private static final class Checked extends FilterInputStream {
    private final String name;
    private final long limit;
    private long count;

    Checked(String name, InputStream in, long limit) {
      super(in);
      this.name = name;
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n;
      try {
        n = super.read(buffer, offset, length);
      } catch (ZipException | EOFException e) {
        throw new DataException(
            "%s: the gzip data are damaged or cut off after %,d unpacked bytes; fetch the file again"
                .formatted(name, count),
            e);
      }
      count += Math.max(n, 0);
      if (count > limit) {
        throw new DataException(
            "%s unpacks to more than %,d bytes; unpack it by hand if it is meant to be that large"
                .formatted(name, limit));
      }
      return n;
    }
  }
}
