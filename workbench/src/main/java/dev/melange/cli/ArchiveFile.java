package dev.melange.cli;

import dev.melange.io.AtomicFiles;
import dev.melange.store.Database;
import dev.melange.store.StoreArchive;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Archives of the store as files. */
final class ArchiveFile {
  private ArchiveFile() {}

  /** Writes one, atomically. */
  static Map<String, Long> write(Database database, Path file, StoreArchive.Content content)
      throws IOException {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + " is a folder; name a file, such as state.zip");
    }
    Map<String, Long> counts = new LinkedHashMap<>();
    AtomicFiles.write(file, out -> counts.putAll(new StoreArchive(database).write(out, content)));
    return counts;
  }

  /** Reads one into an empty store. */
  static Map<String, Long> read(Database database, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such archive");
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return new StoreArchive(database).read(in);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Whether a file is a zip. */
  static boolean isZip(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return StoreArchive.isZip(in.readNBytes(4));
    }
  }

  static String summary(Map<String, Long> counts) {
    return "%,d papers, %,d votes, %,d comments, %,d rows in all"
        .formatted(
            counts.getOrDefault("paper", 0L),
            counts.getOrDefault("vote", 0L),
            counts.getOrDefault("discussion_comment", 0L),
            counts.values().stream().mapToLong(Long::longValue).sum());
  }
}
