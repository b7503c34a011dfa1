package dev.melange.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A data set and where it is.
 *
 * @param set the set
 * @param folder where its files lie; empty if it is bundled
 * @param replaced files to be taken from elsewhere, by their name in the set
 */
public record LocatedSet(NamedSet set, Optional<Path> folder, Map<String, Path> replaced) {
  /** Copies the map. */
  public LocatedSet {
    replaced = Map.copyOf(replaced);
  }

  /**
   * One of its files to read from, unpacked if it is gzip.
   *
   * @param file a name of the set's {@link NamedSet#files()}
   */
  public Source source(String file) throws IOException {
    return folder.isEmpty() && !replaced.containsKey(file)
        ? Source.bundled(known(file).name())
        : Source.of(path(file));
  }

  /**
   * Where one of its files lies.
   *
   * @throws IllegalStateException if the set is bundled
   */
  public Path path(String file) {
    if (replaced.containsKey(file)) {
      return replaced.get(file);
    }
    Path in =
        folder.orElseThrow(
            () -> new IllegalStateException(set.name() + " is bundled; it has no path"));
    return find(in, known(file).name())
        .orElseThrow(() -> new DataException(in.resolve(file) + " does not exist"));
  }

  /**
   * The files whose contents are not those the set is known by, each with what differs; empty if
   * all is well. Reads everything.
   */
  public List<String> differences() throws IOException {
    List<String> found = new ArrayList<>();
    for (SetFile file : set.files()) {
      ContentHash actual = ContentHash.of(source(file.name()));
      actual.difference(file).ifPresent(text -> found.add(file.name() + ": " + text));
    }
    return List.copyOf(found);
  }

  /** Where one of its files lies, in words: a path, or {@code bundled}. */
  public String place(String file) {
    return folder.isEmpty() ? "bundled" : path(file).toString();
  }

  /** SHA-256 of the contents of those of its files that are here, by name. Reads everything. */
  public Map<String, String> hashes() throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (SetFile file : set.files()) {
      if (folder.isPresent()
          && !replaced.containsKey(file.name())
          && find(folder.get(), file.name()).isEmpty()) {
        continue;
      }
      hashes.put(file.name(), ContentHash.of(source(file.name())).sha256());
    }
    return hashes;
  }

  private SetFile known(String file) {
    return set.files().stream()
        .filter(f -> f.name().equals(file))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "data set %s has no file '%s'; it has %s"
                        .formatted(
                            set.name(),
                            file,
                            String.join(", ", set.files().stream().map(SetFile::name).toList()))));
  }

  static Optional<Path> find(Path folder, String file) {
    for (String name : new String[] {file, file + ".gz"}) {
      if (Files.isRegularFile(folder.resolve(name))) {
        return Optional.of(folder.resolve(name));
      }
    }
    return Optional.empty();
  }
}
