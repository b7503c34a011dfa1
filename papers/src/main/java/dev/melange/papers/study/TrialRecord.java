package dev.melange.papers.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.study.Trial.MetricRow;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What is on the disk of a trial. Its result is written last: a trial that has one is finished. */
final class TrialRecord {
  private static final List<String> HEADER = List.of("trial", "epoch", "metric", "value");

  private final Path folder;

  TrialRecord(Path folder) {
    this.folder = folder;
  }

  /** Where the trainings of a trial keep what they can go on from, until the trial has ended. */
  static Path checkpoints(Path folder) {
    return folder.resolve("checkpoints");
  }

  /** Removes the checkpoints of a finished trial: a crash may have left some. */
  void removeCheckpoints() throws IOException {
    Path folders = checkpoints(folder);
    if (!Files.isDirectory(folders)) {
      return;
    }
    List<Path> inner;
    try (Stream<Path> below = Files.walk(folders)) {
      inner = below.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : inner) {
      Files.delete(path);
    }
  }

  boolean isFinished() {
    return Files.exists(folder.resolve("result.json"));
  }

  /** Runs the body and stores what it came to; without an end only the time spent. */
  void finish(Supplier<ObjectNode> body, Trial trial) throws IOException {
    long start = System.nanoTime();
    double before = seconds();
    ObjectNode result;
    try {
      result = body.get();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      writeSeconds(before + (System.nanoTime() - start) / 1e9);
    }
    AtomicFiles.write(folder.resolve("metrics.csv"), csv(trial.rows()));
    JsonFiles.write(folder.resolve("result.json"), result);
  }

  /** The result as it is on the disk, so that a stored result and a new one are the same. */
  ObjectNode result() throws IOException {
    return JsonFiles.read(folder.resolve("result.json"));
  }

  double seconds() throws IOException {
    Path file = folder.resolve("timing.json");
    return Files.exists(file) ? JsonFiles.read(file).path("seconds").asDouble() : 0;
  }

  private void writeSeconds(double seconds) throws IOException {
    JsonFiles.write(
        folder.resolve("timing.json"),
        JsonNodeFactory.instance.objectNode().put("seconds", seconds));
  }

  List<MetricRow> rows() throws IOException {
    List<MetricRow> rows = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> reader =
        CsvReader.builder().ofNamedCsvRecord(folder.resolve("metrics.csv"))) {
      for (NamedCsvRecord row : reader) {
        rows.add(
            new MetricRow(
                row.getField("trial"),
                Integer.parseInt(row.getField("epoch")),
                row.getField("metric"),
                Double.parseDouble(row.getField("value"))));
      }
    }
    return rows;
  }

  /** The rows as the text of a CSV file. */
  static String csv(List<MetricRow> rows) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter writer = CsvWriter.builder().build(text)) {
      writer.writeRecord(HEADER);
      for (MetricRow row : rows) {
        writer.writeRecord(
            row.training(),
            Integer.toString(row.epoch()),
            row.metric(),
            Double.toString(row.value()));
      }
    }
    return text.toString();
  }
}
