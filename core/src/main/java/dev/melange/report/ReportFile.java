package dev.melange.report;

import dev.melange.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;

/** The files of reports: written whole or not at all. */
final class ReportFile {
  private ReportFile() {}

  /**
   * Writes a file atomically; creates missing folders.
   *
   * @throws UncheckedIOException if the folder cannot be made or the file cannot be written
   */
  static void write(Path file, byte[] bytes) {
    try {
      AtomicFiles.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** The file name's extension in lower case without the dot, or the empty string. */
  static String extension(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
