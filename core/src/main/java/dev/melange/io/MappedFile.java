package dev.melange.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A memory map of a file of any size. One buffer maps at most 2 GB, so the file is covered by
 * windows of 2 GB that start every GB: a slice of up to 1 GB always lies inside one window, and
 * many small slices share a few maps (the number of maps of a process is limited). A larger slice
 * gets its own map.
 */
final class MappedFile implements AutoCloseable {
  static final long STRIDE = 1L << 30;

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final Map<Long, ByteBuffer> windows = new HashMap<>();

  private MappedFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.size = channel.size();
  }

  static MappedFile open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString(), null, "no such file; check the path");
    }
    if (!Files.isRegularFile(path)) {
      throw new FileSystemException(
          path.toString(), null, "is not a regular file; give the path of a file");
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new MappedFile(path, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /** A read-only little-endian slice; the caller has checked that it lies inside the file. */
  ByteBuffer slice(long position, int length) throws IOException {
    if (!channel.isOpen()) {
      throw new IllegalStateException(path + " is closed; read before closing");
    }
    if (length == 0) {
      return ByteBuffer.allocate(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
    long start = position / STRIDE * STRIDE;
    ByteBuffer slice =
        position - start + length <= windowLength(start)
            ? window(start).slice((int) (position - start), length)
            : channel.map(FileChannel.MapMode.READ_ONLY, position, length);
    return slice.order(ByteOrder.LITTLE_ENDIAN);
  }

  private long windowLength(long start) {
    return Math.min(Integer.MAX_VALUE, size - start);
  }

  private ByteBuffer window(long start) throws IOException {
    synchronized (windows) {
      ByteBuffer window = windows.get(start);
      if (window == null) {
        window = channel.map(FileChannel.MapMode.READ_ONLY, start, windowLength(start));
        windows.put(start, window);
      }
      return window;
    }
  }

  /**
   * What the file looks like, for the message when it is not what was expected: an empty text, or
   * one that starts with a blank.
   */
  String lookalike() throws IOException {
    byte[] head = new byte[(int) Math.min(size, 64)];
    slice(0, head.length).get(head);
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith("version https://git-lfs")) {
      return " (it is a Git LFS pointer, not the file itself: fetch it with git lfs pull)";
    }
    String trimmed = text.strip().toLowerCase(Locale.ROOT);
    if (trimmed.startsWith("<!doctype") || trimmed.startsWith("<html")) {
      return " (it is a web page, not the file itself: check the download link)";
    }
    if (text.startsWith("PK\3\4")) {
      return " (it is a zip archive, perhaps a PyTorch .pt file)";
    }
    return "";
  }

  @Override
  public void close() throws IOException {
    channel.close();
    synchronized (windows) {
      windows.clear();
    }
  }
}
