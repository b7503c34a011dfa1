package dev.melange.jobs;

import dev.melange.papers.study.RunFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of a job.
 *
 * @param path its folder
 */
public record JobFolder(Path path) {
  private static final int TAIL = 64 << 10;

  /** What happened, one JSON object a line. */
  public Path events() {
    return path.resolve("events.jsonl");
  }

  /** What the process printed. */
  public Path log() {
    return path.resolve("log.txt");
  }

  /** The run that has not ended, if one was begun. */
  Optional<Path> unfinished(String study) throws IOException {
    return RunFolder.newestUnfinished(path, study);
  }

  /** The file with the run's result, once it has one. */
  public Optional<Path> result() throws IOException {
    return newest("result.json");
  }

  /** The report, once it is written. */
  public Optional<Path> report() throws IOException {
    return newest("report.html");
  }

  private Optional<Path> newest(String name) throws IOException {
    if (!Files.isDirectory(path)) {
      return Optional.empty();
    }
    // jobs/ID/STUDY/TIME/NAME
    try (Stream<Path> files = Files.find(path, 3, (file, facts) -> facts.isRegularFile())) {
      return files
          .filter(file -> file.getFileName().toString().equals(name))
          .filter(file -> path.relativize(file).getNameCount() == 3)
          .max(Comparator.comparing(Path::toString));
    }
  }

  /** The end of the log, at most 64 kB of it. */
  public String tail() throws IOException {
    if (!Files.isRegularFile(log())) {
      return "";
    }
    try (RandomAccessFile file = new RandomAccessFile(log().toFile(), "r")) {
      long start = Math.max(0, file.length() - TAIL);
      byte[] bytes = new byte[(int) (file.length() - start)];
      file.seek(start);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** The last line of the log that says something. */
  String lastLine() throws IOException {
    return tail()
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((a, b) -> b)
        .orElse("it printed nothing");
  }
}
