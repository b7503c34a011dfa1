package dev.melange.data;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A data set known by name.
 *
 * @param name the name, for instance {@code mnist}
 * @param title one line that tells what it is
 * @param origin the page of its makers
 * @param licence its licence, or that none is stated
 * @param folder its folder under a data directory; empty for a set that is bundled with the library
 * @param files its files; of a bundled set, the resources
 * @param archive a zip file that holds all the files, if that is how they are fetched
 * @param note what one has to know: a deviation from the official data, or where to get files that
 *     cannot be fetched; may be empty
 */
public record NamedSet(
    String name,
    String title,
    URI origin,
    String licence,
    String folder,
    List<SetFile> files,
    Optional<SetFile> archive,
    String note) {
  /** Copies the list. */
  public NamedSet {
    files = List.copyOf(files);
    Objects.requireNonNull(archive, "archive");
    if (files.isEmpty()) {
      throw new IllegalArgumentException("data set " + name + " has no files");
    }
  }

  /** Whether it is part of the library. */
  public boolean isBundled() {
    return folder.isEmpty();
  }

  /** Whether all its files can be fetched. */
  public boolean isDownloadable() {
    return !isBundled()
        && (archive.isPresent() || files.stream().noneMatch(file -> file.urls().isEmpty()));
  }

  /** Size of all contents in bytes. */
  public long bytes() {
    return files.stream().mapToLong(SetFile::bytes).sum();
  }
}
