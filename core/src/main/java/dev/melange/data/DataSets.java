package dev.melange.data;

import dev.melange.component.Suggestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The data sets that are known by name: lists, finds and fetches them.
 *
 * <p>A set is looked for in the folder that the environment variable {@code MELANGE_DATA} names,
 * then in {@code data} of {@code MELANGE_HOME} (default {@code ~/.melange}), where fetched sets are
 * kept; some are bundled with the library. Nothing is ever made up in place of a missing set.
 */
public final class DataSets {
  private static final int MAX_ENTRIES = 100_000;
  // Room for files of an archive that are not wanted, a read-me for instance.
  private static final long SLACK_BYTES = 16L << 20;

  private final Optional<Path> first;
  private final Path fetched;
  private final List<NamedSet> sets;
  private final Downloader downloader;
  private final Map<String, Path> replaced;
  private final Consumer<LocatedSet> observer;

  /**
   * Sets to be found in given places.
   *
   * @param first the folder looked in first, if any
   * @param fetched the folder looked in next, where fetched sets are kept
   * @param sets the known sets
   */
  public DataSets(Optional<Path> first, Path fetched, List<NamedSet> sets) {
    this(first, fetched, sets, new Downloader(Duration.ofSeconds(20), Duration.ofSeconds(60)));
  }

  DataSets(Optional<Path> first, Path fetched, List<NamedSet> sets, Downloader downloader) {
    this(first, fetched, sets, downloader, Map.of(), used -> {});
  }

  private DataSets(
      Optional<Path> first,
      Path fetched,
      List<NamedSet> sets,
      Downloader downloader,
      Map<String, Path> replaced,
      Consumer<LocatedSet> observer) {
    this.first = Objects.requireNonNull(first, "first");
    this.fetched = Objects.requireNonNull(fetched, "fetched");
    this.sets = List.copyOf(sets);
    this.downloader = downloader;
    this.replaced = Map.copyOf(replaced);
    this.observer = Objects.requireNonNull(observer, "observer");
  }

  /** The standard sets, in the places that the environment names. */
  public static DataSets standard() {
    String data = System.getenv("MELANGE_DATA");
    String home = System.getenv("MELANGE_HOME");
    Path base =
        home == null || home.isBlank()
            ? Path.of(System.getProperty("user.home"), ".melange")
            : Path.of(home);
    return new DataSets(
        data == null || data.isBlank() ? Optional.empty() : Optional.of(Path.of(data)),
        base.resolve("data"),
        StandardSets.ALL);
  }

  /**
   * The same sets, some of them taken from other places.
   *
   * @param places by the name of a set, the folder with its files, or its file if it has only one;
   *     by the name of one of a set's files ({@code ETTh1} or {@code ETTh1.csv}), a file to take
   *     for it
   * @throws DataException if a name is unknown or a place does not exist
   */
  public DataSets replacing(Map<String, Path> places) {
    Map<String, Path> all = new LinkedHashMap<>(replaced);
    places.forEach(
        (name, place) -> {
          if (!Files.exists(place)) {
            throw new DataException("%s for data set %s does not exist".formatted(place, name));
          }
          all.put(replaceable(name, place), place.toAbsolutePath());
        });
    return new DataSets(first, fetched, sets, downloader, all, observer);
  }

  /**
   * The same sets, with somebody to be told of each that is asked for with {@link #where}.
   *
   * @param told is given the set and its place, each time
   */
  public DataSets observedBy(Consumer<LocatedSet> told) {
    return new DataSets(first, fetched, sets, downloader, replaced, observer.andThen(told));
  }

  /** The set's name, or {@code set/file}, that a name given by a user stands for. */
  private String replaceable(String name, Path place) {
    for (NamedSet set : sets) {
      if (set.isBundled()) {
        if (set.name().equals(name)) {
          throw new DataException(
              "data set %s is part of the library and cannot be replaced".formatted(name));
        }
        continue;
      }
      if (set.name().equals(name)) {
        if (Files.isDirectory(place)) {
          return name;
        }
        if (set.files().size() == 1) {
          return name + "/" + set.files().get(0).name();
        }
        throw new DataException(
            "data set %s has %d files; give the folder they lie in, not %s"
                .formatted(name, set.files().size(), place));
      }
      for (SetFile file : set.files()) {
        if (file.name().equals(name) || file.name().startsWith(name + ".")) {
          if (Files.isDirectory(place)) {
            throw new DataException("%s is a file, got the folder %s".formatted(name, place));
          }
          return set.name() + "/" + file.name();
        }
      }
    }
    return named(name).name();
  }

  /** All known sets. */
  public List<NamedSet> list() {
    return sets;
  }

  /**
   * A set by its name.
   *
   * @throws DataException if there is none; lists those there are
   */
  public NamedSet named(String name) {
    return sets.stream()
        .filter(set -> set.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new DataException(
                    "there is no data set '%s'%s; known are %s"
                        .formatted(
                            name,
                            Suggestions.didYouMean(name, names()),
                            String.join(", ", names()))));
  }

  private List<String> names() {
    return sets.stream().map(NamedSet::name).toList();
  }

  /** Where a set is, if it is anywhere: all its files in one folder. Does not read them. */
  public Optional<LocatedSet> find(String name) {
    NamedSet set = named(name);
    if (set.isBundled()) {
      return Optional.of(new LocatedSet(set, Optional.empty(), Map.of()));
    }
    Map<String, Path> given = new LinkedHashMap<>();
    for (SetFile file : set.files()) {
      Path place = replaced.get(set.name() + "/" + file.name());
      if (place != null) {
        given.put(file.name(), place);
      }
    }
    return places(set).stream()
        // Who brings one file of several need not have the others.
        .filter(folder -> !given.isEmpty() || missing(set, folder).isEmpty())
        .findFirst()
        .map(folder -> new LocatedSet(set, Optional.of(folder), given));
  }

  /**
   * Where a set is.
   *
   * @throws DataException if it is nowhere; tells how to get it
   */
  public LocatedSet where(String name) {
    LocatedSet found = find(name).orElseThrow(() -> new DataException(absent(named(name))));
    observer.accept(found);
    return found;
  }

  private List<Path> places(NamedSet set) {
    if (replaced.containsKey(set.name())) {
      return List.of(replaced.get(set.name()));
    }
    Path kept = fetched.resolve(set.folder());
    return first.isPresent() ? List.of(first.get().resolve(set.folder()), kept) : List.of(kept);
  }

  private static List<SetFile> missing(NamedSet set, Path folder) {
    return set.files().stream()
        .filter(file -> LocatedSet.find(folder, file.name()).isEmpty())
        .toList();
  }

  private String absent(NamedSet set) {
    Path place = places(set).get(0);
    List<String> names = missing(set, place).stream().map(SetFile::name).toList();
    String byHand =
        "set MELANGE_DATA to a folder that has %s/%s"
            .formatted(set.folder(), names.size() == 1 ? names.get(0) : names);
    return set.isDownloadable()
        ? "data set %s (%s) is not here; run 'melange data get %s', or %s"
            .formatted(set.name(), set.title(), set.name(), byHand)
        : "data set %s (%s) is not here and cannot be fetched by itself; %s. %s Origin: %s"
            .formatted(set.name(), set.title(), byHand, set.note(), set.origin());
  }

  /**
   * Fetches what is missing of a set into the folder for fetched sets and checks it. A set that is
   * already somewhere is left as it is. An interrupted download goes on where it stopped.
   *
   * @param progress hears of every piece received
   * @throws DataException if the set has to be placed by hand; tells how
   * @throws IOException if a file cannot be fetched, or is not what it should be
   */
  public LocatedSet get(String name, Progress progress) throws IOException {
    Optional<LocatedSet> there = find(name);
    if (there.isPresent()) {
      return there.get();
    }
    NamedSet set = named(name);
    if (!set.isDownloadable()) {
      throw new DataException(absent(set));
    }
    Path folder = fetched.resolve(set.folder());
    if (set.archive().isPresent()) {
      unpack(set, set.archive().get(), folder, progress);
    } else {
      for (SetFile file : missing(set, folder)) {
        downloader.fetch(file, folder, progress);
      }
    }
    return where(name);
  }

  private void unpack(NamedSet set, SetFile archive, Path folder, Progress progress)
      throws IOException {
    Path zip = downloader.fetch(archive, folder, progress);
    Path unpacked = folder.resolve(".unpacked-" + UUID.randomUUID());
    try {
      Archives.extractZip(zip, unpacked, MAX_ENTRIES, set.bytes() + SLACK_BYTES);
      for (SetFile file : set.files()) {
        Path found = unpacked.resolve(file.name());
        Optional<String> difference =
            Files.isRegularFile(found)
                ? ContentHash.of(Source.of(found)).difference(file)
                : Optional.of("is not in the archive");
        if (difference.isPresent()) {
          throw new DataException(zip + ": " + file.name() + ": " + difference.get());
        }
      }
      for (SetFile file : set.files()) {
        Files.move(
            unpacked.resolve(file.name()),
            folder.resolve(file.name()),
            StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      Archives.delete(unpacked);
      Files.deleteIfExists(zip);
    }
  }
}
