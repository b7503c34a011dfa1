package dev.melange.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.UUID;

/**
 * Writes files so that a reader, at any moment and after a crash, finds the old content or the new,
 * never a part: into a temporary file {@code .melange-*.tmp} of the same folder, forced to the
 * disk, then moved over the target.
 *
 * <p>Missing parent folders are created. A target that exists keeps its permissions; a symbolic
 * link stays and its file is replaced. If writing fails, the target is as before and the temporary
 * file is removed.
 */
public final class AtomicFiles {
  private AtomicFiles() {}

  /** Writes the content of a file to a stream. */
  @FunctionalInterface
  public interface StreamContent {
    /** Writes all; the stream is buffered and closed by the caller. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes the content of a file to a channel, which allows positioned writes. */
  @FunctionalInterface
  public interface ChannelContent {
    /** Writes all; the channel is closed by the caller. */
    void writeTo(FileChannel out) throws IOException;
  }

  /** Replaces or creates a file of these bytes. */
  public static void write(Path target, byte[] bytes) throws IOException {
    writeChannel(target, out -> writeFully(out, ByteBuffer.wrap(bytes)));
  }

  /** Replaces or creates a file of this text, in UTF-8. */
  public static void write(Path target, String text) throws IOException {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Replaces or creates a file of what the content writes to a buffered stream. */
  public static void write(Path target, StreamContent content) throws IOException {
    writeChannel(
        target,
        channel -> {
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
          content.writeTo(out);
          out.flush();
        });
  }

  /** Replaces or creates a file of what the content writes to a channel. */
  public static void writeChannel(Path target, ChannelContent content) throws IOException {
    boolean exists = Files.exists(target);
    Path file = exists ? target.toRealPath() : target.toAbsolutePath();
    if (exists && !Files.isRegularFile(file)) {
      throw new FileSystemException(
          target.toString(), null, "exists and is not a regular file; choose another path");
    }
    Path folder = file.getParent();
    if (folder == null) {
      throw new FileSystemException(target.toString(), null, "is not the path of a file");
    }
    Files.createDirectories(folder);
    Path temporary = folder.resolve(".melange-" + UUID.randomUUID() + ".tmp");
    try {
      try (FileChannel out =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        if (exists) {
          copyPermissions(file, temporary);
        }
        content.writeTo(out);
        out.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException | Error e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
    forceFolder(folder);
  }

  static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static void copyPermissions(Path from, Path to) throws IOException {
    var view = Files.getFileAttributeView(from, PosixFileAttributeView.class);
    if (view != null) {
      Files.setPosixFilePermissions(to, view.readAttributes().permissions());
    }
  }

  // The move itself survives a crash only once the folder is on the disk. Only POSIX systems can
  // open
  // a folder.
  private static void forceFolder(Path folder) throws IOException {
    if (Files.getFileAttributeView(folder, PosixFileAttributeView.class) != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
