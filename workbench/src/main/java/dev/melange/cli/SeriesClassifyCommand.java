package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.data.series.TimeSeries;
import dev.melange.metric.Classification;
import dev.melange.metric.ConfusionMatrix;
import dev.melange.papers.timemixer.SequenceClassifier;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells the class of a user's sequences. */
@Command(
    name = "classify",
    description =
        "Learn the classes of sequences and tell those of others: a file with a row per time step, a"
            + " column that names each row's sequence and one with its class, which is empty where it"
            + " is to be told. Writes classes.csv, with the sequences held out for the test.",
    footer = {
      "  melange series classify --data gestures.csv --id recording --label gesture",
      "  melange series classify --data ecg.csv --id beat --label kind --target lead1,lead2 --test 30"
    })
final class SeriesClassifyCommand extends SeriesTaskCommand {
  private static final String EXAMPLE =
      "melange series classify --data gestures.csv --id recording --label gesture";
  private static final double VALIDATION = 0.2;

  @Mixin private SeriesDataOptions data;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description = "The column of classes, the same in all rows of a sequence; empty: not known.")
  private String label;

  @Option(
      names = "--test",
      paramLabel = "PERCENT",
      description = "Share of each class that is held out for the test (default 20).")
  private Double test;

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Rows of a sequence that are looked at (default: those of the longest).")
  private Integer length;

  @Override
  int usualEpochs() {
    return 20;
  }

  @Override
  SeriesInput input() throws IOException {
    SeriesDataOptions.require("--label", label, EXAMPLE);
    SeriesInput input = data.input(EXAMPLE);
    SeriesDataOptions.require("--id", input.id(), EXAMPLE);
    return input;
  }

  @Override
  Integer length() {
    return length;
  }

  @Override
  Map<String, String> settings() {
    if (test != null && !(test > 0 && test < 90)) {
      throw new IllegalArgumentException("--test lies between 0 and 90 per cent, got " + test);
    }
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("label", label);
    settings.put("test", Double.toString(test == null ? 20 : test));
    return settings;
  }

  @Override
  Outcome perform(Console console, SeriesTaskRequest request, FitRun fitting) throws IOException {
    String column = request.more().get("label");
    List<TimeSeries> read = request.input().without(column).read(List.of());
    for (TimeSeries sequence : read) {
      filled(sequence, "none");
    }
    LabelledSequences all =
        LabelledSequences.of(read, request.input(), request.input().id(), column);
    double share = Double.parseDouble(request.more().get("test")) / 100;
    int[][] tested = all.split(all.numbers(true), share, request.seed());
    int[][] fitted = all.split(tested[1], VALIDATION, request.seed() + 1);
    if (tested[0].length == 0 || fitted[0].length == 0) {
      throw new DataException(
          "%d labelled sequences of %d classes leave none for training, validation or test; give more per class"
              .formatted(all.numbers(true).length, all.classes().size()));
    }
    console.note(
        "%,d sequences, %d classes: %,d for training, %,d for validation, %,d for the test"
            .formatted(
                read.size(),
                all.classes().size(),
                fitted[1].length,
                fitted[0].length,
                tested[0].length));
    // An even length: the coarser scales halve it.
    int rows = request.length() == null ? all.longest() + all.longest() % 2 : request.length();
    double[][] statistics = all.statistics(fitted[1]);
    try (Scope scope = Scope.open();
        SequenceClassifier classifier =
            SequenceClassifier.fit(
                sequences(all, fitted[1], rows, statistics),
                sequences(all, fitted[0], rows, statistics),
                all.classes().size(),
                request.recipe(fitted[1].length),
                request.seed(),
                fitting)) {
      int[] wanted =
          IntStream.concat(IntStream.of(tested[0]), IntStream.of(all.numbers(false))).toArray();
      double[] shares =
          classifier
              .logits(all.values(wanted, rows, statistics), all.padding(wanted, rows))
              .softmax(1)
              .toDoubles();
      return outcome(console, fitting.folder(), all, wanted, tested[0].length, shares);
    }
  }

  private static SequenceClassifier.Sequences sequences(
      LabelledSequences all, int[] numbers, int rows, double[][] statistics) {
    return new SequenceClassifier.Sequences(
        all.values(numbers, rows, statistics),
        all.padding(numbers, rows),
        Tensor.of(all.targets(numbers), numbers.length));
  }

  private static Outcome outcome(
      Console console,
      Path folder,
      LabelledSequences all,
      int[] wanted,
      int tested,
      double[] shares) {
    int classes = all.classes().size();
    long[] told = Classification.argmax(shares, classes);
    Table.Builder rows =
        Table.titled("Classes")
            .text("id")
            .text("label")
            .text("class")
            .number("probability", "%.3f");
    ObjectNode json = Json.object();
    ArrayNode list = json.putArray("sequences");
    for (int i = 0; i < wanted.length; i++) {
      String id = all.sequences().get(wanted[i]).name();
      String name = all.classes().get((int) told[i]);
      double share = shares[i * classes + (int) told[i]];
      rows.row(id, all.labels().get(wanted[i]), name, share);
      list.addObject()
          .put("id", id)
          .put("label", all.labels().get(wanted[i]))
          .put("class", name)
          .put("probability", share);
    }
    Path csv = folder.resolve("classes.csv");
    rows.build().save(csv);
    long[] truth = all.targets(Arrays.copyOf(wanted, tested));
    ConfusionMatrix matrix = ConfusionMatrix.of(truth, Arrays.copyOf(told, tested), classes);
    double usual =
        IntStream.range(0, classes)
            .mapToDouble(c -> Arrays.stream(truth).filter(t -> t == c).count() / (double) tested)
            .max()
            .orElseThrow();
    json.put("accuracy", matrix.accuracy()).put("most_frequent_class", usual);
    Table table = byClass(all, matrix);
    String summary =
        String.format(
            Locale.ROOT,
            "%.1f %% of the %,d sequences held out are told rightly; always saying the most frequent class: %.1f %%.",
            100 * matrix.accuracy(),
            tested,
            100 * usual);
    Report report =
        new Report("Classes of sequences")
            .subtitle("%,d sequences, %d classes".formatted(all.sequences().size(), classes))
            .section("Test")
            .paragraph(summary)
            .table(table)
            .charts(confusion(all, matrix));
    return new Outcome(
        report,
        json,
        () -> {
          console.table(table);
          console.paragraph("", summary);
          console.line("Classes: " + csv);
        });
  }

  private static Table byClass(LabelledSequences all, ConfusionMatrix matrix) {
    Table.Builder table =
        Table.titled("Sequences held out")
            .text("class")
            .number("precision", "%.3f")
            .number("recall", "%.3f");
    for (int c = 0; c < matrix.classes(); c++) {
      table.row(all.classes().get(c), matrix.precision(c), matrix.recall(c));
    }
    return table.build();
  }

  private static Chart confusion(LabelledSequences all, ConfusionMatrix matrix) {
    double[][] counts =
        Arrays.stream(matrix.counts())
            .map(row -> Arrays.stream(row).asDoubleStream().toArray())
            .toArray(double[][]::new);
    return Chart.heatMap("True classes (rows) and told ones (columns)", counts)
        .rows(all.classes())
        .columns(all.classes())
        .build();
  }
}
