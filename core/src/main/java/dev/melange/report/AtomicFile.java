package dev.melange.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.UUID;

/** Writes a whole file or nothing: a reader never sees half a report. */
final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes the bytes beside the target and moves them over it; creates missing folders.
   *
   * @throws UncheckedIOException if the folder cannot be made or the file cannot be written
   */
  static void write(Path file, byte[] bytes) {
    Path target = file.toAbsolutePath();
    try {
      Files.createDirectories(target.getParent());
      // Not createTempFile, whose files only their owner may read, the finished one included.
      Path temporary = target.resolveSibling("." + UUID.randomUUID() + ".part");
      try {
        Files.write(temporary, bytes);
        move(temporary, target);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + target + ": " + e.getMessage(), e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      // Some network file systems cannot; replacing is the closest they offer.
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The file name's extension in lower case without the dot, or the empty string. */
  static String extension(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
