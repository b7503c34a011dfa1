package dev.melange.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The folders the program keeps things in. */
final class Folders {
  private Folders() {}

  /** {@code MELANGE_HOME}, by default {@code ~/.melange}. */
  static Path home(Map<String, String> environment) {
    return set(environment, "MELANGE_HOME")
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".melange"));
  }

  /** {@code MELANGE_DATA}, where data sets are looked up first; nothing when it is not set. */
  static Optional<Path> data(Map<String, String> environment) {
    return set(environment, "MELANGE_DATA");
  }

  private static Optional<Path> set(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .filter(value -> !value.isBlank())
        .map(value -> Path.of(value).toAbsolutePath());
  }
}
