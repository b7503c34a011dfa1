package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForecastCommandTest {
  private final TestConsole console = new TestConsole();
  @TempDir private Path folder;

  private void refuses(String csv, List<String> options, String... parts) throws IOException {
    Path file = folder.resolve("power.csv");
    Files.writeString(file, csv);
    List<String> args =
        new ArrayList<>(
            List.of(
                "forecast", "--data", file.toString(), "--out", folder.resolve("o").toString()));
    args.addAll(options);
    if (!options.contains("--horizon")) {
      args.addAll(List.of("--horizon", "4"));
    }
    int code = console.run(args.toArray(String[]::new));
    assertThat(code).as(console.err()).isEqualTo(2);
    assertThat(console.out()).isEmpty();
    assertThat(console.err().lines().filter(line -> line.startsWith("error: "))).hasSize(1);
    assertThat(console.err().lines().toList().get((int) console.err().lines().count() - 1))
        .startsWith("error: ")
        .contains(parts);
    assertThat(folder.resolve("o")).doesNotExist();
  }

  private static String hourly(int rows) {
    StringBuilder csv = new StringBuilder("date,OT,load\n");
    for (int i = 0; i < rows; i++) {
      csv.append("2021-01-%02d %02d:00,%d,%d\n".formatted(1 + i / 24, i % 24, i % 7, i % 5));
    }
    return csv.toString();
  }

  @Test
  void refusesDataThatAreNotASeries() throws IOException {
    refuses("", List.of(), "power.csv is empty");
    refuses("date,OT\n", List.of(), "has a header (date, OT) but no rows");
    refuses("date,OT\n2021-01-01,abc\n", List.of(), "line 2, column 'OT': 'abc' is not a number");
    refuses("OT\n1\nInfinity\n", List.of(), "line 3, column 'OT': Infinity is not finite");
  }

  @Test
  void refusesColumnsThatAreNotThere() throws IOException {
    refuses(hourly(50), List.of("--target", "TO"), "has no column 'TO'; it has date, OT, load");
    refuses(hourly(50), List.of("--date", "when"), "has no date column 'when'");
    refuses("a,b\n1,2\n2,3\n", List.of("--freq", "h"), "has no column of dates");
  }

  @Test
  void refusesDatesInDisorder() throws IOException {
    String first = "date,OT\n2021-01-01,1\n2021-01-02,2\n";
    refuses(first + "2021-01-01,3\n", List.of(), "line 4: date 2021-01-01", "sort the file");
    refuses(first + "2021-01-02,3\n", List.of(), "line 4: date 2021-01-02", "is there twice");
    refuses(first + "2021-01-09,3\n", List.of(), "line 4: 2021-01-09", "1 day apart");
    refuses(first + "soon,3\n", List.of(), "line 4, column 'date': 'soon' is not a date");
    refuses(first, List.of("--freq", "fortnight"), "unknown frequency 'fortnight'");
  }

  @Test
  void refusesMissingValuesUnlessToldHowToFillThem() throws IOException {
    refuses(
        hourly(99).replace("08:00,1,", "08:00,NaN,"),
        List.of(),
        "missing values (OT:",
        "linear",
        "ffill");
    refuses(hourly(99), List.of("--fill", "zero"), "unknown fill 'zero'; expected none or linear");
    String empty = hourly(99).replaceAll("(?m):00,\\d,", ":00,,");
    refuses(empty, List.of("--fill", "linear"), "column 'OT' has no value at all");
  }

  @Test
  void refusesHorizonsLongerThanTheData() throws IOException {
    refuses(hourly(99), List.of("--horizon", "96"), "has 99 rows, too few for a horizon of 96");
    refuses(hourly(99), List.of("--horizon", "0"), "horizon must be at least 1, got 0");
    refuses(hourly(99), List.of("--context", "95"), "too few", "a history of 95");
  }

  @Test
  void refusesOptionsThatMakeNoSense() throws IOException {
    refuses(hourly(99), List.of("--model", "arima"), "unknown model 'arima'; expected timemixer");
    refuses(hourly(99), List.of("--set", "d_modl=8"), "d_model");
    refuses(hourly(99), List.of("--set", "d_model=many"), "d_model", "many");
    refuses(hourly(99), List.of("--resume"), "is not the folder of a run");
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(console.run("forecast", "--horizon", "3")).isEqualTo(2);
    assertThat(console.err()).startsWith("error: --data is missing");
    assertThat(console.run("forecast", "--data", "no-such.csv", "--horizon", "3")).isEqualTo(2);
    assertThat(console.err())
        .startsWith("error: no-such.csv does not exist; give a CSV file, or one of the series");
    assertThat(console.run("forecast", "--data", "x", "--weights", folder.toString())).isEqualTo(2);
    assertThat(console.run("forecast", "--resume", folder.toString())).isEqualTo(2);
    assertThat(console.err()).contains("is not the folder of a run");
  }

  @Test
  void refusesConstantColumns() throws IOException {
    refuses(
        hourly(99).replaceAll("(?m),\\d$", ",3"),
        List.of(),
        "power.csv: column 'load' is constant (3.0 in all rows), there is nothing to forecast",
        "--target");
  }

  @Test
  void refusesWhatDoesNotFitSeveralSeries() throws IOException {
    StringBuilder csv = new StringBuilder("day,shop,sales\n");
    for (int i = 0; i < 90; i++) {
      csv.append("2021-%02d-%02d,a,%d\n".formatted(1 + i / 28, 1 + i % 28, i % 7));
    }
    String uneven = csv.toString();
    refuses(uneven, List.of("--id", "store"), "has no column of series 'store'; it has day, shop");
    refuses(uneven, List.of("--id", "shop"), "1 day apart", "name the frequency", "resample");
    refuses(uneven, List.of("--resample", "sum"), "--resample needs the frequency", "--freq h");
    refuses(
        uneven,
        List.of("--freq", "d", "--resample", "mode"),
        "unknown resample 'mode'; expected mean or sum");
    refuses(
        hourly(99),
        List.of("--known", "load"),
        "timemixer takes no known or static columns; a model that does is tsm2");
    refuses(hourly(99), List.of("--known", "wind"), "has no column 'wind'");
    refuses(hourly(99), List.of("--baseline", "arima"), "unknown baseline 'arima'");
  }
}
