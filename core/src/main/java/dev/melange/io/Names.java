package dev.melange.io;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** Checks of what a caller asks of a file of tensors. */
final class Names {
  private static final int NAMES_SHOWN = 5;

  private Names() {}

  static TensorEntry find(Path file, Map<String, TensorEntry> entries, String name) {
    TensorEntry entry = entries.get(name);
    if (entry == null) {
      String some =
          entries.keySet().stream()
              .limit(NAMES_SHOWN)
              .map(CorruptFileException::quote)
              .collect(Collectors.joining(", "));
      throw new IllegalArgumentException(
          file
              + " has no tensor '"
              + name
              + "'; it has "
              + entries.size()
              + (entries.isEmpty() ? "" : ": " + some)
              + (entries.size() > NAMES_SHOWN ? ", ..." : ""));
    }
    return entry;
  }

  static void checkRange(TensorEntry entry, long offset, int length) {
    int width = entry.dtype().bytes();
    if (offset < 0 || length < 0 || offset > entry.bytes() - length) {
      throw new IllegalArgumentException(
          entry
              + " has "
              + entry.bytes()
              + " bytes, got the range of "
              + length
              + " bytes from "
              + offset);
    }
    if (offset % width != 0 || length % width != 0) {
      throw new IllegalArgumentException(
          entry
              + " is read in whole elements of "
              + width
              + " bytes, got the range of "
              + length
              + " bytes from "
              + offset);
    }
  }
}
