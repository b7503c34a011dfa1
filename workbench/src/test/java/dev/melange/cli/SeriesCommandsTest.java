package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code melange series} refuses, and how it says so. */
class SeriesCommandsTest {
  @TempDir private Path folder;

  private void refuses(String task, List<String> options, String... parts) {
    TestConsole console = new TestConsole();
    List<String> args = new ArrayList<>(List.of("series", task));
    args.addAll(options);
    args.addAll(List.of("--out", folder.resolve("o").toString()));
    assertThat(console.run(args.toArray(String[]::new))).as(console.err()).isEqualTo(2);
    assertThat(console.out()).isEmpty();
    List<String> lines = console.err().lines().toList();
    assertThat(lines.get(lines.size() - 1)).startsWith("error: ").contains(parts);
    assertThat(folder.resolve("o")).doesNotExist();
  }

  private String csv(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    return file.toString();
  }

  private String hourly(int rows, int missing) throws IOException {
    StringBuilder csv = new StringBuilder("date,OT,fault\n");
    for (int i = 0; i < rows; i++) {
      csv.append(
          "2021-01-%02d %02d:00,%s,%d\n"
              .formatted(1 + i / 24, i % 24, i == missing ? "" : i % 7, i % 3));
    }
    return csv("hourly.csv", csv.toString());
  }

  @Test
  void saysWhatTasksThereAre() {
    TestConsole console = new TestConsole();
    assertThat(console.run("series")).isEqualTo(2);
    assertThat(console.err()).contains("series needs 'impute', 'anomalies', 'classify' or 'm4'");
  }

  @Test
  void imputingNeedsGapsAndRows() throws IOException {
    refuses("impute", List.of(), "--data is missing; for instance: melange series impute");
    refuses(
        "impute", List.of("--data", hourly(200, -1)), "has no missing values, there is nothing");
    refuses(
        "impute",
        List.of("--data", hourly(30, 3), "--length", "24", "--hide", "50", "--gap", "1"),
        "windows of 24 rows",
        "48");
    refuses("impute", List.of("--data", hourly(200, 3), "--hide", "70"), "--hide lies in (0, 50]");
    refuses("impute", List.of("--data", hourly(200, 3), "--id", "OT"), "one series at a time");
  }

  @Test
  void anomaliesNeedWholeRowsAndLabelsOfTwoValues() throws IOException {
    refuses(
        "anomalies", List.of("--data", hourly(200, 3)), "1 missing values {OT=1}", "--fill linear");
    refuses(
        "anomalies",
        List.of("--data", hourly(200, -1), "--label", "fault", "--length", "16", "--epochs", "1"),
        "label 'fault' must be 0 or 1, got 2.0 in row 3");
    refuses("anomalies", List.of("--data", hourly(200, -1), "--percent", "0"), "between 0 and 100");
    refuses(
        "anomalies",
        List.of("--data", hourly(200, -1), "--normal", folder.resolve("no.csv").toString()),
        "no.csv does not exist");
  }

  @Test
  void classesNeedNamesAndSequences() throws IOException {
    String file = csv("g.csv", "run,kind,x\na,up,1\na,up,2\nb,down,3\nb,up,4\n");
    refuses("classify", List.of("--data", file, "--id", "run"), "--label is missing");
    refuses("classify", List.of("--data", file, "--label", "kind"), "--id is missing");
    refuses(
        "classify",
        List.of("--data", file, "--id", "run", "--label", "class"),
        "has no column 'class'; it has run, kind, x");
    refuses(
        "classify",
        List.of("--data", file, "--id", "run", "--label", "kind"),
        "line 5: sequence 'b' has the labels 'down' and 'up'; expected one");
    String single = csv("h.csv", "run,kind,x\na,up,1\nb,up,3\n");
    refuses(
        "classify",
        List.of("--data", single, "--id", "run", "--label", "kind"),
        "column 'kind' names 1 class; classification needs at least 2");
    String few = csv("i.csv", "run,kind,x\na,up,1\nb,down,3\n");
    refuses(
        "classify",
        List.of("--data", few, "--id", "run", "--label", "kind"),
        "2 labelled sequences of 2 classes leave none for training, validation or test");
  }

  @Test
  void groupsOfTheCompetitionNeedBothFiles() throws IOException {
    String m4 = folder.toString();
    refuses("m4", List.of(), "--data is missing");
    refuses("m4", List.of("--data", m4), "has no file like Monthly-train.csv");
    refuses("m4", List.of("--data", m4, "--group", "Decades"), "unknown group in Decades");
    csv("Yearly-train.csv", "V1,V2,V3\nY1,1,2\nY2,1,two\n");
    refuses("m4", List.of("--data", m4), "Yearly-test.csv", "is not there, nor in the folder Test");
    csv("Yearly-test.csv", "V1,V2,V3\nY1,1,2\nY2,1,2\n");
    refuses("m4", List.of("--data", m4), "line 3, value 2: 'two' is not a number");
    csv("Yearly-train.csv", "V1,V2,V3\nY1,1,2\nY2,1,\n");
    refuses(
        "m4", List.of("--data", m4), "series 'Y1' has 2 values; Yearly is forecast 6 steps ahead");
  }

  @Test
  void resumptionTakesNoOtherSettings() throws IOException {
    TestConsole console = new TestConsole();
    int code =
        console.run("series", "impute", "--resume", folder.toString(), "--data", hourly(200, 3));
    assertThat(code).isEqualTo(2);
    assertThat(console.err()).contains("goes on with the settings it began with; leave out --data");
    assertThat(console.run("series", "impute", "--resume", folder.toString())).isEqualTo(2);
    assertThat(console.err()).contains("is not the folder of a run");
  }
}
