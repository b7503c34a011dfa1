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
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fitting, predicting, interrupting and resuming on a table that follows a known rule. */
class CtrCommandIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final TestConsole console = new TestConsole();
  private Path clicks;

  @BeforeEach
  void writeClicks() throws IOException {
    clicks = folder.resolve("clicks.csv");
    Rng rng = new Rng(4);
    List<String> lines = new ArrayList<>(List.of("shop;price;kind;clicked"));
    for (int i = 0; i < 900; i++) {
      int shop = rng.nextInt(6);
      boolean click = rng.nextDouble() < (shop % 2 == 0 ? 0.9 : 0.1);
      lines.add(
          "shop %d;%.2f;k%d;%s"
              .formatted(shop, 10 * rng.nextDouble(), rng.nextInt(3), click ? "true" : "false"));
    }
    Files.write(clicks, lines);
  }

  private String[] fit(Path out, String... more) {
    List<String> args =
        new ArrayList<>(List.of("ctr", "fit", "--data", clicks.toString(), "--label", "clicked"));
    args.addAll(List.of("--out", out.toString(), "--epochs", "4", "--learning-rate", "0.01"));
    args.addAll(List.of("--set", "embedding_dim=4"));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  @Test
  void fitsAndPredicts() throws Exception {
    Path out = folder.resolve("run");
    assertThat(console.run(fit(out, "--json"))).as(console.err()).isZero();
    JsonNode result = JSON.readTree(console.out());
    assertThat(result.at("/models/0/auc").asDouble()).isGreaterThan(0.8);
    assertThat(result.at("/importance/shop").asDouble()).isGreaterThan(0.2);
    assertThat(result.at("/rows/test").asInt()).isEqualTo(180);
    assertThat(Files.readString(out.resolve("report.html")))
        .contains(
            "FinalMLP on clicks.csv", "ROC curves", "Calibration", "Importance of the fields");
    assertThat(Files.readAllLines(out.resolve("predictions.csv")))
        .hasSize(181)
        .first()
        .isEqualTo("shop,price,kind,clicked,probability");
    assertThat(out.resolve("checkpoints")).doesNotExist();

    Path fresh = folder.resolve("new.csv");
    Files.writeString(fresh, "kind,price,shop,extra\nk1,2.5,shop 0,x\nk9,,shop 1,\"y,z\"\n");
    Path scores = folder.resolve("scores.csv");
    String weights = out.resolve("model.safetensors").toString();
    int code =
        console.run(
            "ctr",
            "predict",
            "--weights",
            weights,
            "--data",
            fresh.toString(),
            "--out",
            scores.toString());
    assertThat(code).as(console.err()).isZero();
    assertThat(console.err())
        .contains("warning: 50 % of the values of column 'kind' were not in the training rows");
    List<String> lines = Files.readAllLines(scores);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).isEqualTo("kind,price,shop,extra,probability");
    assertThat(lines.get(2)).startsWith("k9,,shop 1,\"y,z\",0.");
    assertThat(probability(lines.get(1))).isGreaterThan(0.6);
    assertThat(probability(lines.get(2))).isLessThan(0.4);
  }

  private static double probability(String line) {
    return Double.parseDouble(line.substring(line.lastIndexOf(',') + 1));
  }

  @Test
  void goesOnAfterAnInterruptionToTheSameNumbers() throws Exception {
    Path whole = folder.resolve("whole");
    assertThat(console.run(fit(whole))).isZero();

    Path out = folder.resolve("interrupted");
    TestConsole interrupted = new TestConsole();
    interrupted.cancellation.request();
    assertThat(interrupted.run(fit(out))).isEqualTo(130);
    assertThat(interrupted.err()).contains("--resume");
    assertThat(out.resolve("metrics.json")).doesNotExist();
    assertThat(out.resolve("checkpoints/finalmlp/last.safetensors")).exists();

    assertThat(console.run(fit(out))).isEqualTo(2);
    assertThat(console.err()).contains("holds a run already; go on with it (--resume");
    assertThat(console.run(fit(out, "--resume", "--seed", "2"))).isEqualTo(2);
    assertThat(console.err()).contains("had other options: seed was 1, is 2");

    assertThat(console.run(fit(out, "--resume"))).as(console.err()).isZero();
    for (String file : List.of("metrics.json", "predictions.csv", "model.safetensors")) {
      assertThat(out.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(console.run(fit(out, "--resume"))).isEqualTo(2);
    assertThat(console.err()).contains("holds a finished run");
  }

  @Test
  void comparesModels() throws Exception {
    Path out = folder.resolve("run");
    assertThat(console.run(fit(out, "--model", "lr", "--set", "embedding_regularizer=0")))
        .as(console.err())
        .isEqualTo(2); // logistic regression has no embedding_dim
    assertThat(console.err()).contains("unknown key 'embedding_dim' for lr");
    assertThat(out).doesNotExist();
    assertThat(console.run(fit(out, "--compare", "--json"))).as(console.err()).isZero();
    assertThat(JSON.readTree(console.out()).at("/models").findValuesAsText("model"))
        .containsExactly("finalmlp", "dualmlp", "deepfm", "dcnv2", "lr");
  }

  @Test
  void takesListsTimesAndGroups() throws Exception {
    Rng rng = new Rng(6);
    List<String> lines = new ArrayList<>(List.of("user,tags,day,bought"));
    for (int i = 0; i < 600; i++) {
      boolean sale = rng.nextInt(2) == 0;
      boolean bought = rng.nextDouble() < (sale ? 0.9 : 0.1);
      lines.add(
          "u%d,%s,2024-%02d-10,%d"
              .formatted(rng.nextInt(9), sale ? "new|sale" : "new", 1 + i / 50, bought ? 1 : -1));
    }
    Path file = Files.write(folder.resolve("sales.csv"), lines);
    String[] options = {"--lists", "tags:|", "--time", "day", "--group", "user", "--json"};
    String[] run = with(fitOf(file.toString(), "bought"), options);
    int code =
        console.run(
            with(
                run,
                "--out",
                folder.resolve("run").toString(),
                "--model",
                "dualmlp",
                "--epochs",
                "4"));
    assertThat(code).as(console.err()).isZero();
    JsonNode result = JSON.readTree(console.out());
    assertThat(result.get("positive").asText()).isEqualTo("1");
    assertThat(result.at("/models/0/gauc").asDouble()).isGreaterThan(0.75);
    assertThat(result.get("importance").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("tags", "user");
    List<String> tested = Files.readAllLines(folder.resolve("run/predictions.csv"));
    assertThat(tested.subList(1, tested.size()))
        .hasSize(120)
        .allMatch(line -> line.matches(".*,2024-1[012]-10,.*"));
  }

  private void refuses(String message, String... args) {
    assertThat(console.run(args)).isEqualTo(2);
    assertThat(console.err()).hasLineCount(1).startsWith("error: ").contains(message);
    assertThat(console.out()).isEmpty();
  }

  private String write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    return file.toString();
  }

  @Test
  void givesOneClearErrorForEachWrongInput() throws Exception {
    String rows = "a,b,y\nx,1,0\nz,2,1\n";
    String good = write("good.csv", rows);
    refuses("has no column 'nope'; it has a, b, y", fitOf(good, "nope"));
    refuses("has no column 'c'", with(fitOf(good, "y"), "--fields", "c"));
    refuses("is empty; expected a header line", fitOf(write("empty.csv", ""), "y"));
    refuses("has a header (a, y) but no rows", fitOf(write("header.csv", "a,y\n"), "y"));
    refuses("all 2 labels are '1'", fitOf(write("one.csv", "a,y\nx,1\nz,1\n"), "y"));
    refuses(
        "missing.csv line 3, column 'y': the label is missing",
        fitOf(write("missing.csv", "a,y\nx,1\nz,NaN\n"), "y"));
    refuses(
        "is a third label beside [0, 1]", fitOf(write("three.csv", "a,y\nx,1\nz,0\nz,0.5\n"), "y"));
    refuses(
        "line 3, column 'b': 'two' is not a finite number",
        with(
            fitOf(write("text.csv", "a,b,y\nx,1,0\nz,two,1\n" + "x,3,0\nz,4,1\n".repeat(40)), "y"),
            "--numeric",
            "b"));
    refuses(
        "line 3 has 2 cells; the header has 3",
        fitOf(write("ragged.csv", "a,b,y\nx,1,0\nz,1\n"), "y"));
    Path binary = folder.resolve("picture.csv");
    Files.write(binary, new byte[] {'P', 'K', 3, 4, 0, 0, 8, 0});
    refuses("picture.csv is not text: byte 0x00 at offset 4", fitOf(binary.toString(), "y"));
    Files.write(binary, new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    refuses("picture.csv is not UTF-8 text", fitOf(binary.toString(), "y"));
    refuses("does not exist", fitOf(folder.resolve("absent.csv").toString(), "y"));
    refuses("there is no click model 'finalmpl'", with(fitOf(good, "y"), "--model", "finalmpl"));
    refuses("there is no unfinished run in runs", with(fitOf(good, "y"), "--resume"));
    refuses(
        "header of",
        "ctr",
        "predict",
        "--weights",
        good,
        "--data",
        good,
        "--out",
        folder.resolve("s").toString());
    refuses("ctr needs 'fit' or 'predict'", "ctr");
  }

  private static String[] fitOf(String data, String label) {
    return new String[] {"ctr", "fit", "--data", data, "--label", label};
  }

  private static String[] with(String[] args, String... more) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
