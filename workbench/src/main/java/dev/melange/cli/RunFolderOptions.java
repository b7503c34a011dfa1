package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * The folder of a training that can be interrupted; to be mixed into commands that fit models. The
 * folder holds {@code config.json} from its beginning, and a file of results at its end.
 */
final class RunFolderOptions {
  static final String CONFIG = "config.json";
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the results. Default: runs/COMMAND/TIME.")
  private Path out;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "DIR",
      description =
          "Go on with what was interrupted in DIR, in --out, or last, with the settings it began"
              + " with.")
  private String resume;

  /** Whether an interrupted run is to go on. */
  boolean resuming() {
    return resume != null;
  }

  /**
   * A new folder.
   *
   * @param command names the folder in {@code runs} unless {@code --out} was given
   * @throws IllegalArgumentException if the folder that was given holds a run already
   */
  Path begin(String command) throws IOException {
    if (out != null) {
      if (Files.exists(out.resolve(CONFIG))) {
        throw new IllegalArgumentException(
            "%s holds a run already; go on with it (--resume %s) or choose another --out"
                .formatted(out, out));
      }
      return Files.createDirectories(out);
    }
    Path parent = Files.createDirectories(Path.of("runs", command));
    String time = LocalDateTime.now(ZoneId.systemDefault()).format(NAME);
    Path folder = null;
    for (int number = 1; folder == null; number++) {
      try {
        folder = Files.createDirectory(parent.resolve(number == 1 ? time : time + "-" + number));
      } catch (FileAlreadyExistsException e) {
        folder = null; // another run of the same second has this name
      }
    }
    return folder;
  }

  /**
   * The folder of the run to go on with.
   *
   * @param command as for {@link #begin}
   * @param result name of the file that a run has written when it has ended
   * @throws IllegalArgumentException if there is none to go on with
   */
  Path resumed(String command, String result) throws IOException {
    if (!resume.isEmpty() || out != null) {
      Path folder = resume.isEmpty() ? out : Path.of(resume);
      if (!Files.isRegularFile(folder.resolve(CONFIG))) {
        throw new NoSuchFileException(
            folder.toString(), null, "is not the folder of a run: it has no " + CONFIG);
      }
      return folder;
    }
    Path parent = Path.of("runs", command);
    if (Files.isDirectory(parent)) {
      try (Stream<Path> all = Files.list(parent)) {
        Optional<Path> newest =
            all.filter(run -> Files.exists(run.resolve(CONFIG)))
                .filter(run -> !Files.exists(run.resolve(result)))
                .max(Comparator.comparing(Path::toString));
        if (newest.isPresent()) {
          return newest.get();
        }
      }
    }
    throw new IllegalArgumentException(
        "there is no unfinished run in %s; name its folder with --resume DIR".formatted(parent));
  }

  /** Keeps what a run begins with in its folder. */
  static void write(Path folder, ObjectNode settings) throws IOException {
    AtomicFiles.write(folder.resolve(CONFIG), settings.toPrettyString() + "\n");
  }

  /**
   * The settings that an interrupted run began with.
   *
   * @param type of the settings
   */
  static <S extends Record> S settings(Path folder, Class<S> type) throws IOException {
    return Configs.read(type, config(folder), folder.resolve(CONFIG).toString());
  }

  /**
   * Refuses options beside {@code --resume} that settings come from.
   *
   * @param spec of the command that is running
   * @param settings names of the options
   * @throws IllegalArgumentException that names those that were given
   */
  static void refuseSettings(CommandSpec spec, Set<String> settings) {
    List<String> given =
        spec.commandLine().getParseResult().matchedOptions().stream()
            .map(OptionSpec::longestName)
            .filter(settings::contains)
            .toList();
    if (!given.isEmpty()) {
      throw new IllegalArgumentException(
          "--resume goes on with the settings it began with; leave out "
              + String.join(", ", given));
    }
  }

  /** What a run began with. */
  static JsonNode config(Path folder) throws IOException {
    return new ObjectMapper().readTree(Files.readString(folder.resolve(CONFIG)));
  }

  /**
   * Refuses to go on with other settings than a run began with.
   *
   * @param had the settings that it began with
   * @param asked the same with what was given now
   * @throws IllegalArgumentException that lists the differences
   */
  static void requireSame(Path folder, ObjectNode had, ObjectNode asked) {
    List<String> differing =
        had.properties().stream()
            .filter(entry -> !entry.getValue().equals(asked.get(entry.getKey())))
            .map(
                entry ->
                    entry.getKey() + " " + entry.getValue() + ", not " + asked.get(entry.getKey()))
            .toList();
    if (!differing.isEmpty()) {
      throw new IllegalArgumentException(
          "the run in %s has %s; --resume goes on with the settings it began with"
              .formatted(folder, String.join("; ", differing)));
    }
  }
}
