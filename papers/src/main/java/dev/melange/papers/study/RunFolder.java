package dev.melange.papers.study;

import dev.melange.data.LocatedSet;
import dev.melange.papers.study.RunConfig.DataFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of one run, locked against other processes until it is closed. The lock ends with the
 * process, however that ends.
 */
public final class RunFolder implements AutoCloseable {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;
  private RunConfig config;

  private RunFolder(Path path, FileChannel channel, FileLock lock, RunConfig config) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
    this.config = config;
  }

  /**
   * Makes the folder {@code out/KEY/yyyyMMdd-HHmmss} of a new run.
   *
   * @param out where runs are kept
   * @param config what the run is to do
   */
  public static RunFolder create(Path out, RunConfig config) throws IOException {
    Path parent = Files.createDirectories(out.resolve(config.study()));
    String time = LocalDateTime.now(ZoneId.systemDefault()).format(NAME);
    Path path = null;
    for (int number = 1; path == null; number++) {
      try {
        path = Files.createDirectory(parent.resolve(number == 1 ? time : time + "-" + number));
      } catch (FileAlreadyExistsException e) {
        path = null; // another run of the same second has this name
      }
    }
    RunFolder folder = lock(path, config);
    JsonFiles.write(configFile(path), config.toJson());
    return folder;
  }

  /**
   * Opens the folder of a run that began earlier.
   *
   * @throws IOException if it is not the folder of a run, or another process works in it
   */
  public static RunFolder open(Path path) throws IOException {
    return lock(path, readConfig(path));
  }

  /**
   * What the run in a folder was asked to do.
   *
   * @throws NoSuchFileException if it is not the folder of a run
   */
  public static RunConfig readConfig(Path path) throws IOException {
    Path file = configFile(path);
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(
          path.toString(), null, "is not the folder of a run: it has no config.json");
    }
    return RunConfig.of(JsonFiles.read(file), file.toString());
  }

  /** The newest run of a study that has not ended. */
  public static Optional<Path> newestUnfinished(Path out, String study) throws IOException {
    Path parent = out.resolve(study);
    if (!Files.isDirectory(parent)) {
      return Optional.empty();
    }
    try (Stream<Path> runs = Files.list(parent)) {
      List<Path> newestFirst =
          runs.filter(run -> Files.isRegularFile(configFile(run)))
              .sorted(Comparator.comparing((Path run) -> run.getFileName().toString()).reversed())
              .toList();
      return newestFirst.stream().filter(run -> !isFinished(run)).findFirst();
    }
  }

  private static RunFolder lock(Path path, RunConfig config) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null; // this very process works in the folder
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new IOException(
          path + " is in use: another process runs this study there; wait for it or stop it");
    }
    return new RunFolder(path, channel, lock, config);
  }

  private static Path configFile(Path run) {
    return run.resolve("config.json");
  }

  private static boolean isFinished(Path run) {
    return Files.exists(run.resolve("result.json"));
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** What the run was asked to do. */
  public synchronized RunConfig config() {
    return config;
  }

  /**
   * Notes that a data set is used. Its contents must be those that the run, or the run that this
   * one repeats, has read before.
   *
   * @throws IOException if they are not
   */
  synchronized void read(LocatedSet set) throws IOException {
    Map<String, DataFile> all = new LinkedHashMap<>(config.data());
    for (Map.Entry<String, String> file : set.hashes().entrySet()) {
      String name = set.set().name() + "/" + file.getKey();
      DataFile before = all.get(name);
      if (before != null && !before.sha256().equals(file.getValue())) {
        throw new IOException(
            "%s (%s) has SHA-256 %s, this run was made with %s (%s); give those data with --data"
                .formatted(
                    name,
                    set.place(file.getKey()),
                    file.getValue(),
                    before.sha256(),
                    before.place()));
      }
      all.put(name, new DataFile(set.place(file.getKey()), file.getValue()));
    }
    record(config.reading(all, config.parents()));
  }

  /** Notes that the run starts from weights. */
  synchronized void readWeights(String name, String sha256) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(config.parents());
    String before = all.put(name, sha256);
    if (before != null && !before.equals(sha256)) {
      throw new IOException(
          "the weights %s have SHA-256 %s, this run was made with %s"
              .formatted(name, sha256, before));
    }
    record(config.reading(config.data(), all));
  }

  private void record(RunConfig changed) throws IOException {
    if (!changed.equals(config)) {
      config = changed;
      JsonFiles.write(configFile(path), config.toJson());
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
