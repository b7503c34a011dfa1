package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fits of the command on the bundled series, whole and interrupted. */
class ForecastIT {
  private static final String[] FIT = {
    "forecast",
    "--data",
    "us-flights-hourly",
    "--target",
    "late",
    "--horizon",
    "24",
    "--context",
    "48",
    "--epochs",
    "2",
    "--set",
    "window_share=0.05",
    "--set",
    "batch_size=32"
  };

  @TempDir private Path folder;

  private String[] with(String... more) {
    return Stream.concat(Stream.of(FIT), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void fitsTestsAndForecasts() throws IOException {
    TestConsole console = new TestConsole();
    Path out = folder.resolve("fit");
    assertThat(console.run(with("--out", out.toString()))).as(console.err()).isZero();
    Path run = out;
    assertThat(console.out())
        .contains("seasonal naive", "repeat last", "2001-07-01 00:00:00", "report.html");
    assertThat(run.resolve("forecast.csv")).content().startsWith("date,late\n").hasLineCount(25);
    assertThat(run.resolve("backtest.csv"))
        .content()
        .startsWith("origin,date,column,truth,timemixer,dlinear,seasonal naive,repeat last\n")
        .hasLineCount(1 + 5 * 24);
    assertThat(run.resolve("report.html")).content().contains("Back-test", "Scales");
    assertThat(run.resolve("forecast.svg")).content().contains("<svg");

    // the saved model forecasts the same without a fit
    Path again = folder.resolve("again");
    int code =
        console.run(
            "forecast",
            "--weights",
            run.resolve("model.safetensors").toString(),
            "--data",
            "us-flights-hourly",
            "--out",
            again.toString(),
            "--json");
    assertThat(code).as(console.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.get("forecast")).hasSize(24);
    assertThat(again.resolve("forecast.csv")).hasSameTextualContentAs(run.resolve("forecast.csv"));
    assertThat(again.resolve("model.safetensors")).doesNotExist();
  }

  @Test
  void anInterruptedFitGoesOnToTheSameForecast() throws IOException {
    Path whole = folder.resolve("whole");
    assertThat(new TestConsole().run(with("--out", whole.toString()))).isZero();

    Path out = folder.resolve("cut");
    TestConsole interrupted = new TestConsole();
    interrupted.cancellation.request();
    assertThat(interrupted.run(with("--out", out.toString()))).isEqualTo(130);
    Path run = out;
    assertThat(interrupted.err())
        .contains("interrupted; go on with: melange forecast --resume " + run);
    assertThat(run.resolve("forecast.csv")).doesNotExist();

    TestConsole other = new TestConsole();
    assertThat(other.run("forecast", "--resume", run.toString(), "--horizon", "12")).isEqualTo(2);
    assertThat(other.err()).contains("was begun with --horizon 24, got 12");

    TestConsole resumed = new TestConsole();
    assertThat(resumed.run("forecast", "--resume", "--out", out.toString()))
        .as(resumed.err())
        .isZero();
    for (String file : List.of("forecast.csv", "backtest.csv")) {
      assertThat(run.resolve(file)).hasSameTextualContentAs(whole.resolve(file));
    }
    assertThat(other.run("forecast", "--resume", run.toString())).isEqualTo(2);
    assertThat(other.err()).contains("has ended");
  }

  @Test
  void fillsGapsAndSaysSo() throws IOException {
    StringBuilder csv = new StringBuilder("day;sales;shop\n");
    for (int i = 0; i < 200; i++) {
      if (i != 50) {
        csv.append(
            "%s;%s;north\n"
                .formatted(java.time.LocalDate.of(2021, 1, 1).plusDays(i), i == 20 ? "" : i % 7));
      }
    }
    Path file = folder.resolve("sales.csv");
    Files.writeString(file, csv);
    TestConsole console = new TestConsole();
    int code =
        console.run(
            "forecast",
            "--data",
            file.toString(),
            "--target",
            "sales",
            "--horizon",
            "7",
            "--freq",
            "d",
            "--fill",
            "linear",
            "--model",
            "dlinear",
            "--epochs",
            "2",
            "--out",
            folder.resolve("o").toString());
    assertThat(code).as(console.err()).isZero();
    assertThat(console.err()).contains("warning: 2 missing values are filled (linear): {sales=2}");
    assertThat(folder.resolve("o").resolve("forecast.csv"))
        .content()
        .startsWith("date,sales\n2021-07-20,");
  }

  @Test
  void forecastsSeveralSeriesOfUnevenRows() throws IOException {
    StringBuilder csv = new StringBuilder("time,meter,use\n");
    for (String meter : List.of("m1", "m2")) {
      for (int i = 0; i < 300; i++) {
        // two rows in most hours, none in some
        csv.append(
            "2021-01-%02d %02d:%02d,%s,%d\n"
                .formatted(1 + i / 48, i / 2 % 24, i % 2 * 20 + i % 7, meter, i / 2 % 24));
      }
    }
    Path file = folder.resolve("meters.csv");
    Files.writeString(file, csv.toString().replaceAll("(?m)^2021-01-02 0[34].*\n", ""));
    Path out = folder.resolve("o");
    TestConsole console = new TestConsole();
    int code =
        console.run(
            "forecast",
            "--data",
            file.toString(),
            "--id",
            "meter",
            "--freq",
            "h",
            "--resample",
            "sum",
            "--fill",
            "linear",
            "--horizon",
            "6",
            "--context",
            "24",
            "--model",
            "dlinear",
            "--epochs",
            "2",
            "--out",
            out.toString(),
            "--json");
    assertThat(code).as(console.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.get("forecast")).hasSize(12);
    assertThat(json.get("forecast").get(6).get("id").asText()).isEqualTo("m2");
    assertThat(json.at("/backtest/by_step/dlinear")).hasSize(4);
    assertThat(json.at("/backtest/series/m2/dlinear/use/mae").isNumber()).isTrue();
    assertThat(console.err()).contains("4 missing values are filled (linear): {use=4}");

    // the file of the model serves all of them
    int again =
        console.run(
            "forecast",
            "--weights",
            out.resolve("model.safetensors").toString(),
            "--data",
            file.toString(),
            "--id",
            "meter",
            "--freq",
            "h",
            "--resample",
            "sum",
            "--out",
            folder.resolve("again").toString());
    assertThat(again).as(console.err()).isZero();
    assertThat(folder.resolve("again").resolve("forecast.csv"))
        .hasSameTextualContentAs(out.resolve("forecast.csv"));
  }
}
