package dev.melange.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A data set and where it is.
 *
 * @param set the set
 * @param folder where its files lie; empty if it is bundled
 */
public record LocatedSet(NamedSet set, Optional<Path> folder) {
  /**
   * One of its files to read from, unpacked if it is gzip.
   *
   * @param file a name of the set's {@link NamedSet#files()}
   */
  public Source source(String file) throws IOException {
    return folder.isEmpty() ? Source.bundled(known(file).name()) : Source.of(path(file));
  }

  /**
   * Where one of its files lies.
   *
   * @throws IllegalStateException if the set is bundled
   */
  public Path path(String file) {
    Path in =
        folder.orElseThrow(
            () -> new IllegalStateException(set.name() + " is bundled; it has no path"));
    return find(in, known(file).name())
        .orElseThrow(() -> new DataException(in.resolve(file) + " does not exist any more"));
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
