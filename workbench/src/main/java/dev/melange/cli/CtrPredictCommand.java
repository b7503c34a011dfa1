package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.tabular.EncodedTable;
import dev.melange.data.tabular.Encoder;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Table;
import dev.melange.papers.finalmlp.ClickPredictor;
import dev.melange.papers.finalmlp.ClickReport;
import dev.melange.papers.finalmlp.ClickScores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Predicts with a trained click model. */
@Command(
    name = "predict",
    description =
        "Predict the probability of the positive label for each row of a CSV file. Writes the rows"
            + " with a column 'probability' more.",
    footer = {
      "  melange ctr predict --weights runs/clicks/model.safetensors --data new.csv --out scores.csv",
      "  melange ctr predict --weights runs/clicks/model.safetensors --data later.csv --out s.csv"
          + " --evaluate"
    })
final class CtrPredictCommand extends Subcommand {
  private static final double MANY_UNKNOWN = 0.2;

  @Option(
      names = "--weights",
      required = true,
      paramLabel = "FILE",
      description = "model.safetensors of 'melange ctr fit'.")
  private Path weights;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "CSV with the columns of the training; others are carried along.")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to write the rows with their probabilities, as CSV.")
  private Path out;

  @Option(
      names = "--evaluate",
      description = "Compare with the label, which the file must have, and print AUC and logloss.")
  private boolean evaluate;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (Files.isDirectory(out)) {
      throw new IllegalArgumentException("--out " + out + " is a folder; give a file");
    }
    try (ClickPredictor predictor = ClickPredictor.load(weights)) {
      Table table = Table.read(data);
      double[] probabilities = predictor.predict(table);
      ObjectNode json =
          Json.object()
              .put("rows", table.rows())
              .put("label", predictor.label())
              .put("positive", predictor.positive())
              .put("mean", Arrays.stream(probabilities).average().orElseThrow())
              .put("out", out.toString());
      warnOfUnknown(console, predictor, table);
      if (evaluate) {
        json.setAll(scores(predictor, table, probabilities).toJson());
      }
      CtrRun.writeScores(out, table, probabilities);
      console.result(
          () -> json,
          () -> {
            console.line(
                "%,d rows, mean probability of %s = %s: %s"
                    .formatted(
                        table.rows(), predictor.label(), predictor.positive(), show(json, "mean")));
            if (evaluate) {
              console.line(
                  "AUC %s, logloss %s".formatted(show(json, "auc"), show(json, "logloss")));
            }
            console.line(out.toString());
          });
      return ExitCode.OK;
    }
  }

  private static String show(ObjectNode json, String key) {
    return String.format(Locale.ROOT, "%.4f", json.get(key).doubleValue());
  }

  private static ClickScores scores(ClickPredictor predictor, Table table, double[] probabilities) {
    float[] labels = Encoder.trainingLabels(table, predictor.label(), predictor.positive());
    double[] wide = IntStream.range(0, labels.length).mapToDouble(i -> labels[i]).toArray();
    return ClickScores.of(wide, probabilities, null);
  }

  private static void warnOfUnknown(Console console, ClickPredictor predictor, Table table) {
    EncodedTable rows = predictor.encoder().encode(table);
    for (Field field : predictor.encoder().fields()) {
      if (field.kind() != Field.Kind.NUMERIC) {
        double share = ClickReport.unknown(rows, field.name());
        if (share > MANY_UNKNOWN) {
          console.warn(
              String.format(
                  Locale.ROOT,
                  "%.0f %% of the values of column '%s' were not in the training rows",
                  100 * share,
                  field.name()));
        }
      }
    }
  }
}
