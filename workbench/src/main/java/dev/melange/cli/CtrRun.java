package dev.melange.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.melange.data.tabular.Table;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.finalmlp.ClickData;
import dev.melange.papers.finalmlp.ClickPredictor;
import dev.melange.papers.finalmlp.ClickReport;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The folder of one {@code ctr fit}. */
final class CtrRun {
  static final String MODEL = "model.safetensors";
  static final String REPORT = "report.html";
  static final String METRICS = "metrics.json";
  static final String PREDICTIONS = "predictions.csv";
  private static final String CHECKPOINTS = "checkpoints";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  private CtrRun(Path folder) {
    this.folder = folder;
  }

  /**
   * A run in a new folder.
   *
   * @param config what a resumed run must share
   */
  static CtrRun begun(Path folder, ObjectNode config) throws IOException {
    RunFolderOptions.write(folder, config);
    return new CtrRun(folder);
  }

  /**
   * The run of a folder, to go on with.
   *
   * @param config must be what the run began with, but for the place of the data
   * @throws IllegalArgumentException if it is not, or if the run has ended
   */
  static CtrRun resumed(Path folder, ObjectNode config) throws IOException {
    if (Files.exists(folder.resolve(METRICS))) {
      throw new IllegalArgumentException(
          folder + " holds a finished run; there is nothing to resume");
    }
    Path file = folder.resolve(RunFolderOptions.CONFIG);
    JsonNode before;
    try {
      before = JSON.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
    // Through text, so that whole numbers of either width compare alike.
    JsonNode now = JSON.readTree(config.toString());
    List<String> differences = new ArrayList<>();
    now.properties()
        .forEach(
            entry -> {
              JsonNode old = before.path(entry.getKey());
              if (!entry.getKey().equals("data") && !old.equals(entry.getValue())) {
                differences.add(
                    "%s was %s, is %s".formatted(entry.getKey(), old, entry.getValue()));
              }
            });
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "the run in %s had other options: %s; resume with the same ones"
              .formatted(folder, String.join("; ", differences)));
    }
    return new CtrRun(folder);
  }

  Path folder() {
    return folder;
  }

  /** Where the training of a model saves its state. */
  Path checkpoints(String model) throws IOException {
    return Files.createDirectories(folder.resolve(CHECKPOINTS).resolve(model));
  }

  /** Writes model, predictions, page and metrics, and removes the checkpoints. */
  void finish(ClickPredictor predictor, ClickData rows, Table table, ClickReport report)
      throws IOException {
    predictor.save(folder.resolve(MODEL));
    Table test = table.select(rows.testRows());
    writeScores(folder.resolve(PREDICTIONS), test, predictor.predict(rows.test()));
    report.page().write(folder.resolve(REPORT));
    AtomicFiles.write(folder.resolve(METRICS), report.toJson().toPrettyString() + "\n");
    deleteCheckpoints();
  }

  private void deleteCheckpoints() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder.resolve(CHECKPOINTS))) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }

  /** Writes the rows as CSV with a column {@code probability} more. */
  static void writeScores(Path file, Table table, double[] probabilities) throws IOException {
    List<String> header = new ArrayList<>(table.columns());
    header.add(probabilityColumn(table));
    List<List<String>> columns = table.columns().stream().map(table::column).toList();
    AtomicFiles.write(
        file,
        out -> {
          // Flushed, not closed: the stream is closed by who opened it.
          CsvWriter csv =
              CsvWriter.builder().build(new OutputStreamWriter(out, StandardCharsets.UTF_8));
          csv.writeRecord(header);
          for (int row = 0; row < table.rows(); row++) {
            List<String> cells = new ArrayList<>();
            for (List<String> column : columns) {
              cells.add(column.get(row));
            }
            cells.add(String.format(Locale.ROOT, "%.6f", probabilities[row]));
            csv.writeRecord(cells);
          }
          csv.flush();
        });
  }

  private static String probabilityColumn(Table table) {
    String name = "probability";
    for (int i = 2; table.has(name); i++) {
      name = "probability_" + i;
    }
    return name;
  }
}
