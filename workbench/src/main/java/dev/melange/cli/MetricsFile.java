package dev.melange.cli;

import dev.melange.io.AtomicFiles;
import dev.melange.train.EpochRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The course of a training as a CSV file in its folder. */
final class MetricsFile {
  private static final String NAME = "metrics.csv";

  private MetricsFile() {}

  /**
   * Writes it, atomically: a line for each record, with an empty cell for what was not measured.
   *
   * @param counted what the records are: {@code epoch}, or {@code evaluation} in trainings by steps
   * @param metrics in the order of their columns, after step, loss and learning rate
   */
  static void write(Path folder, String counted, List<EpochRecord> history, List<String> metrics)
      throws IOException {
    StringBuilder csv = new StringBuilder(counted).append(",step,loss,learning_rate");
    metrics.forEach(name -> csv.append(',').append(name));
    csv.append('\n');
    for (EpochRecord record : history) {
      csv.append(record.epoch()).append(',').append(record.step());
      csv.append(',').append(record.loss()).append(',').append(record.learningRate());
      for (String name : metrics) {
        Double value = record.metrics().get(name);
        csv.append(',').append(value == null ? "" : value.toString());
      }
      csv.append('\n');
    }
    AtomicFiles.write(folder.resolve(NAME), csv.toString());
  }
}
