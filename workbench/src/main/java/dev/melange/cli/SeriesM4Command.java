package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.io.AtomicFiles;
import dev.melange.metric.M4Summary;
import dev.melange.metric.Naive2;
import dev.melange.papers.forecast.Recipe;
import dev.melange.papers.timemixer.ShortTermForecaster;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Short-term forecasts under the protocol of the M4 competition. */
@Command(
    name = "m4",
    description =
        "Forecast many short series under the protocol of the M4 competition: one TimeMixer per"
            + " group, history of twice the horizon, loss SMAPE; SMAPE, MASE and OWA against Naive2."
            + " The folder has files like Monthly-train.csv and Monthly-test.csv.",
    footer = {
      "  melange series m4 --data m4/",
      "  melange series m4 --data m4/ --group Monthly,Hourly --series 500 --epochs 10"
    })
final class SeriesM4Command extends SeriesTaskCommand {
  private static final List<String> GROUPS =
      List.of("Yearly", "Quarterly", "Monthly", "Weekly", "Daily", "Hourly");
  private static final int CHARTS = 3; // per group

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the groups' files, as the competition publishes them.")
  private Path data;

  @Option(
      names = "--group",
      split = ",",
      paramLabel = "NAME",
      description =
          "Groups: Yearly, Quarterly, Monthly, Weekly, Daily, Hourly (default: all that are there).")
  private List<String> groups;

  @Option(
      names = "--series",
      paramLabel = "N",
      description = "At most so many series of each group (default: all).")
  private Integer most;

  @Override
  int usualEpochs() {
    return 50;
  }

  @Override
  int usualBatch() {
    return 128;
  }

  @Override
  SeriesInput input() {
    return null;
  }

  @Override
  Integer length() {
    return null;
  }

  @Override
  Map<String, String> settings() {
    SeriesDataOptions.require("--data", data, "melange series m4 --data m4/ --group Monthly");
    if (most != null && most < 1) {
      throw new IllegalArgumentException("--series must be at least 1, got " + most);
    }
    if (groups != null && !GROUPS.containsAll(groups)) {
      throw new IllegalArgumentException(
          "unknown group in %s; expected %s"
              .formatted(String.join(", ", groups), String.join(" or ", GROUPS)));
    }
    List<String> chosen =
        groups != null ? groups : GROUPS.stream().filter(g -> M4Files.has(data, g)).toList();
    if (chosen.isEmpty()) {
      throw new DataException(
          "%s has no file like Monthly-train.csv; groups are %s"
              .formatted(data, String.join(", ", GROUPS)));
    }
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data", data.toAbsolutePath().toString());
    settings.put("groups", String.join(",", chosen));
    settings.put("series", Integer.toString(most == null ? Integer.MAX_VALUE : most));
    return settings;
  }

  /** All groups' series, one after the other. */
  private record Collected(
      List<String> groups,
      List<String> names,
      List<double[]> histories,
      List<double[]> futures,
      List<double[]> forecasts,
      List<double[]> naive) {}

  @Override
  Outcome perform(Console console, SeriesTaskRequest request, FitRun fitting) throws IOException {
    Collected all =
        new Collected(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    Path folder = Path.of(request.more().get("data"));
    int limit = Integer.parseInt(request.more().get("series"));
    // All are read before the first is learned: a damaged file is told at once.
    Map<String, M4Files> files = new LinkedHashMap<>();
    for (String group : request.more().get("groups").split(",")) {
      files.put(group, M4Files.read(folder, group, M4Summary.HORIZONS.get(group), limit));
    }
    for (Map.Entry<String, M4Files> entry : files.entrySet()) {
      add(console, request, fitting, entry.getKey(), entry.getValue(), all);
    }
    M4Summary summary =
        M4Summary.of(
            all.groups(),
            M4Summary.FREQUENCIES,
            all.forecasts().toArray(double[][]::new),
            all.naive().toArray(double[][]::new),
            all.futures().toArray(double[][]::new),
            all.histories().toArray(double[][]::new));
    return outcome(console, fitting.folder(), summary, all);
  }

  private static void add(
      Console console,
      SeriesTaskRequest request,
      FitRun fitting,
      String group,
      M4Files files,
      Collected all)
      throws IOException {
    int horizon = M4Summary.HORIZONS.get(group);
    List<Integer> learned =
        IntStream.range(0, files.names().size())
            .filter(i -> files.histories().get(i).length > 2 * horizon)
            .boxed()
            .toList();
    if (learned.isEmpty()) {
      throw new DataException(
          "no series of %s has more than %d values, the history of a forecast of %d"
              .formatted(group, 2 * horizon, horizon));
    }
    console.note(
        "%s: %,d series, %,d long enough to learn from, horizon %d"
            .formatted(group, files.names().size(), learned.size(), horizon));
    Recipe recipe =
        new Recipe(0.01, request.batch(), request.epochs(), 20, "mse", "one-cycle", 0.2, 1);
    try (ShortTermForecaster forecaster =
        ShortTermForecaster.fit(
            learned.stream().map(files.histories()::get).toList(),
            horizon,
            recipe,
            request.seed(),
            trainer -> fitting.fit(group, trainer))) {
      double[][] forecasts = forecaster.forecast(files.histories());
      for (int i = 0; i < forecasts.length; i++) {
        double[] history = files.histories().get(i);
        all.groups().add(group);
        all.names().add(files.names().get(i));
        all.histories().add(history);
        all.futures().add(files.futures().get(i));
        all.forecasts().add(forecasts[i]);
        all.naive().add(Naive2.forecast(history, M4Summary.FREQUENCIES.get(group), horizon));
      }
    }
  }

  private static Outcome outcome(Console console, Path folder, M4Summary summary, Collected all)
      throws IOException {
    Path csv = folder.resolve("forecasts.csv");
    AtomicFiles.write(csv, csv(all));
    Table.Builder table =
        Table.titled("M4: forecasts of TimeMixer")
            .text("group")
            .number("SMAPE", "%.3f")
            .number("MASE", "%.3f")
            .number("OWA", "%.3f");
    ObjectNode json = Json.object();
    ObjectNode lines = json.putObject("groups");
    summary
        .lines()
        .forEach(
            (line, score) -> {
              table.row(line, score.smape(), score.mase(), score.owa());
              lines
                  .putObject(line)
                  .put("smape", score.smape())
                  .put("mase", score.mase())
                  .put("owa", score.owa());
            });
    Table scores = table.build();
    Report report =
        new Report("Short series, M4 protocol")
            .subtitle("%,d series".formatted(all.names().size()))
            .section("Scores")
            .table(scores)
            .paragraph(
                "OWA compares with the forecast Naive2: below 1 is better. The published average of TimeMixer over all 100,000 series is SMAPE 11.723, MASE 1.559, OWA 0.840.")
            .section("Forecasts")
            .charts(charts(all));
    return new Outcome(
        report,
        json,
        () -> {
          console.table(scores);
          console.line("OWA below 1: better than Naive2.");
          console.line("Forecasts: " + csv);
        });
  }

  private static String csv(Collected all) {
    StringBuilder text = new StringBuilder("series,step,forecast,naive2,truth\n");
    for (int i = 0; i < all.names().size(); i++) {
      for (int step = 0; step < all.forecasts().get(i).length; step++) {
        text.append(
            String.format(
                Locale.ROOT,
                "%s,%d,%s,%s,%s%n",
                all.names().get(i).replaceAll("[,\"\\r\\n]", " "),
                step + 1,
                (float) all.forecasts().get(i)[step],
                (float) all.naive().get(i)[step],
                (float) all.futures().get(i)[step]));
      }
    }
    return text.toString();
  }

  private static List<Chart> charts(Collected all) {
    Map<String, List<Integer>> byGroup =
        IntStream.range(0, all.names().size())
            .boxed()
            .collect(
                Collectors.groupingBy(all.groups()::get, LinkedHashMap::new, Collectors.toList()));
    List<Chart> charts = new ArrayList<>();
    byGroup.forEach(
        (group, numbers) -> {
          for (int at = 0; at < Math.min(CHARTS, numbers.size()); at++) {
            charts.add(chart(all, numbers.get(at * numbers.size() / CHARTS % numbers.size())));
          }
        });
    return charts;
  }

  private static Chart chart(Collected all, int number) {
    double[] history = all.histories().get(number);
    double[] future = all.futures().get(number);
    int shown = Math.min(history.length, 4 * future.length);
    double[] past = new double[shown];
    System.arraycopy(history, history.length - shown, past, 0, shown);
    double[] steps = IntStream.rangeClosed(1, future.length).asDoubleStream().toArray();
    return Chart.xy(all.groups().get(number) + " " + all.names().get(number))
        .x("steps from the end of the history")
        .y("value")
        .line("history", IntStream.range(1 - shown, 1).asDoubleStream().toArray(), past)
        .line("truth", steps, future)
        .line("TimeMixer", steps, all.forecasts().get(number))
        .line("Naive2", steps, all.naive().get(number))
        .build();
  }
}
