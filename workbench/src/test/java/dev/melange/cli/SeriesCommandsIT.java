package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tasks of {@code melange series} on small files. */
class SeriesCommandsIT {
  private static final long SEED = 12;

  @TempDir private Path folder;

  @BeforeAll
  static void tellSeed() {
    System.out.println("seed " + SEED);
  }

  private JsonNode runs(String... args) throws IOException {
    TestConsole console = new TestConsole();
    List<String> all = new ArrayList<>(List.of("series"));
    all.addAll(List.of(args));
    all.addAll(List.of("--out", folder.resolve("o").toString(), "--json"));
    assertThat(console.run(all.toArray(String[]::new))).as(console.err()).isZero();
    assertThat(folder.resolve("o").resolve("report.html")).content().contains("Provenance");
    assertThat(folder.resolve("o").resolve("config.json")).exists();
    return new ObjectMapper().readTree(console.out());
  }

  // two waves of a day; every 40 hours a gap of 6 if wanted, in row 200 and 201 a fault
  private String machine(boolean gaps) throws IOException {
    Rng rng = new Rng(SEED);
    StringBuilder csv = new StringBuilder("time,a,b,fault\n");
    for (int i = 0; i < 480; i++) {
      boolean fault = !gaps && (i == 200 || i == 201);
      double wave = Math.sin(2 * Math.PI * i / 12);
      csv.append(
          String.format(
              Locale.ROOT,
              "2024-01-%02d %02d:00,%s,%.3f,%d%n",
              1 + i / 24,
              i % 24,
              gaps && i % 40 > 33
                  ? ""
                  : String.format(
                      Locale.ROOT,
                      "%.3f",
                      20 + 5 * wave + 0.1 * rng.nextGaussian() + (fault ? 15 : 0)),
              -3 - wave + 0.02 * rng.nextGaussian(),
              fault ? 1 : 0));
    }
    Path file = folder.resolve("machine.csv");
    Files.writeString(file, csv);
    return file.toString();
  }

  @Test
  void fillsGapsAndTestsItself() throws IOException {
    JsonNode json =
        runs(
            "impute",
            "--data",
            machine(true),
            "--target",
            "a,b",
            "--length",
            "48",
            "--epochs",
            "8");
    assertThat(json.get("filled").asInt()).isEqualTo(72);
    assertThat(json.get("gap").asInt()).isEqualTo(6);
    assertThat(json.at("/mae/a/timemixer").asDouble())
        .isLessThan(json.at("/mae/a/line").asDouble());
    assertThat(folder.resolve("o").resolve("filled.csv"))
        .content()
        .startsWith("date,a,b\n2024-01-01 00:00:00,")
        .hasLineCount(481)
        .doesNotContain(",,");
  }

  @Test
  void findsFaults() throws IOException {
    JsonNode json =
        runs(
            "anomalies",
            "--data",
            machine(false),
            "--label",
            "fault",
            "--percent",
            "2",
            "--length",
            "48");
    assertThat(json.at("/merit/row by row/recall").asDouble()).isEqualTo(1);
    assertThat(json.get("anomalies").findValuesAsText("at"))
        .contains("2024-01-09 08:00:00", "2024-01-09 09:00:00");
    assertThat(folder.resolve("o").resolve("anomalies.csv"))
        .content()
        .startsWith("date,score,anomaly")
        .hasLineCount(481);
  }

  @Test
  void anInterruptedTaskGoesOn() throws IOException {
    String file = machine(true);
    TestConsole interrupted = new TestConsole();
    interrupted.cancellation.request();
    String out = folder.resolve("o").toString();
    String[] args = {
      "series", "impute", "--data", file, "--target", "a", "--epochs", "2", "--out", out
    };
    assertThat(interrupted.run(args)).isEqualTo(130);
    assertThat(interrupted.err()).contains("go on with: melange series impute --resume " + out);
    TestConsole resumed = new TestConsole();
    assertThat(resumed.run("series", "impute", "--resume", out)).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("straight line", "Filled:");
    assertThat(resumed.run("series", "impute", "--resume", out)).isEqualTo(2);
    assertThat(resumed.err()).contains("has ended");
  }

  @Test
  void tellsClassesOfSequences() throws IOException {
    Rng rng = new Rng(SEED);
    StringBuilder csv = new StringBuilder("recording,kind,x\n");
    for (int s = 0; s < 70; s++) {
      for (int t = 0; t < 14 + s % 3; t++) {
        double value = s % 2 == 0 ? t / 8.0 - 0.5 : Math.cos(t * Math.PI / 2);
        csv.append(
            String.format(
                Locale.ROOT,
                "r%d,%s,%.3f%n",
                s,
                s >= 66 ? "" : s % 2 == 0 ? "rising" : "swinging",
                value + 0.1 * rng.nextGaussian()));
      }
    }
    Path file = folder.resolve("recordings.csv");
    Files.writeString(file, csv);
    JsonNode json =
        runs(
            "classify",
            "--data",
            file.toString(),
            "--id",
            "recording",
            "--label",
            "kind",
            "--epochs",
            "10",
            "--batch",
            "16");
    assertThat(json.get("accuracy").asDouble()).isGreaterThan(0.9);
    assertThat(json.get("most_frequent_class").asDouble()).isLessThan(0.7);
    String classes = Files.readString(folder.resolve("o").resolve("classes.csv")).replace("\r", "");
    // 13 or 14 held out, and the four without a label
    assertThat(classes).startsWith("id,label,class,probability\n");
    assertThat(classes.lines().filter(line -> line.matches("r6[6-9],,.*"))).hasSize(4);
    assertThat(classes).contains("r68,,rising,").contains("r67,,swinging,");
  }

  @Test
  void forecastsManyShortSeries() throws IOException {
    Rng rng = new Rng(SEED);
    StringBuilder train = new StringBuilder("V1,V2\n");
    StringBuilder test = new StringBuilder("V1,V2\n");
    for (int i = 0; i < 48; i++) {
      double level = 50 + 100 * rng.nextDouble();
      int length = 36 + rng.nextInt(20);
      train.append("\"Q").append(i).append('"');
      test.append("\"Q").append(i).append('"');
      for (int t = 0; t < length + 8; t++) {
        double value = level * (1 + 0.3 * Math.sin(2 * Math.PI * (t - length) / 5 + 0.4));
        (t < length ? train : test).append(',').append((float) value);
      }
      train.append(",,\n");
      test.append('\n');
    }
    Files.writeString(folder.resolve("Quarterly-train.csv"), train);
    Files.createDirectories(folder.resolve("Test"));
    Files.writeString(folder.resolve("Test").resolve("Quarterly-test.csv"), test);
    JsonNode json = runs("m4", "--data", folder.toString(), "--epochs", "20", "--batch", "16");
    assertThat(json.at("/groups/Quarterly/owa").asDouble()).isLessThan(0.8);
    assertThat(json.at("/groups/Average/owa").asDouble())
        .isEqualTo(json.at("/groups/Quarterly/owa").asDouble());
    assertThat(folder.resolve("o").resolve("forecasts.csv"))
        .content()
        .startsWith("series,step,forecast,naive2,truth\nQ0,1,")
        .hasLineCount(1 + 48 * 8);
  }
}
