package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
  private final TestConsole console = new TestConsole();

  @TempDir private Path out;

  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of("run", "--out", out.toString()));
    all.addAll(List.of(args));
    return console.runWith(ToyPaper::addTo, all.toArray(String[]::new));
  }

  /** The folder of the newest run. */
  private Path newest() throws IOException {
    try (Stream<Path> runs = Files.list(out.resolve("toy"))) {
      return runs.max(Path::compareTo).orElseThrow();
    }
  }

  @Test
  void printsTheTableTheVerdictAndTheReport() throws IOException {
    assertThat(run("toy")).isZero();
    assertThat(console.out())
        .contains("Counts", "holds: It can count.", "The sum is 10.", "Verdict: holds")
        .contains("Report: " + newest().resolve("report.html"));
    assertThat(console.err())
        .startsWith("Can it count?\nscale quick, seed 0, cpu")
        .contains("trial 1/2 first", "trial 2/2 second");
    assertThat(newest().resolve("report.html")).isNotEmptyFile();
  }

  @Test
  void printsTheResultAsJson() throws IOException {
    assertThat(run("toy", "--json", "--scale", "smoke", "--seed", "3")).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.get("folder").asText()).isEqualTo(newest().toString());
    assertThat(json.at("/result/scale").asText()).isEqualTo("smoke");
    assertThat(json.at("/result/seed").asInt()).isEqualTo(3);
    assertThat(json.at("/result/trials/first/count").asInt()).isEqualTo(3);
    assertThat(console.err()).isEmpty();
  }

  @Test
  void failsWithTheVerdictAndWithTheChecks() {
    assertThat(run("toy", "--set", "verdict=fails")).isEqualTo(ExitCode.FAILED);
    assertThat(console.out()).contains("Verdict: fails");
    assertThat(run("toy", "--set", "verdict=does_not_show")).isZero();
    assertThat(console.out()).contains("Verdict: does not show at this scale");
    assertThat(run("toy", "--scale", "smoke", "--set", "verdict=fails")).isZero();
    assertThat(console.out()).contains("numbers say nothing about the claim");
    assertThat(run("toy", "--scale", "smoke", "--set", "sound=false")).isEqualTo(ExitCode.FAILED);
    assertThat(console.out()).contains("did not work: it counted to 6");
  }

  @Test
  void aFullRunOnAProcessorSaysThatItIsMeantForAGpu() {
    assertThat(run("toy", "--scale", "full", "--json")).isZero();
    assertThat(console.err()).contains("meant for a GPU");
  }

  @Test
  void refusesWhatItCannotRun() {
    assertThat(run("metafomer")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err())
        .isEqualTo("error: unknown paper 'metafomer'; did you mean 'metaformer'?\n");
    assertThat(run("bert")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).startsWith("error: bert is implemented, but has no study");
    assertThat(run("sphinx")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).startsWith("error: sphinx is not implemented");
    assertThat(run()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).startsWith("error: which study?");
    assertThat(run("toy", "--scale", "huge")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err())
        .isEqualTo("error: unknown scale 'huge'; expected smoke, quick or full\n");
    assertThat(run("toy", "--set", "wrok=3")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("did you mean 'work'?").hasLineCount(1);
    assertThat(run("toy", "--data", "mnits=" + out)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("did you mean 'mnist'?");
    assertThat(run("toy", "--data", "photos=" + out)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("cannot be replaced");
    assertThat(run("toy", "--data", "mnist=" + out.resolve("nowhere"))).isEqualTo(2);
    assertThat(console.err()).contains("does not exist");
    assertThat(run("toy", "--resume", "--like", "x")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(out).as("no folder is made of a run that is refused").isEmptyDirectory();
  }

  @Test
  void stopsAndGoesOn() throws IOException {
    console.cancellation.request();
    assertThat(run("toy", "--seed", "4")).isEqualTo(ExitCode.INTERRUPTED);
    Path folder = newest();
    assertThat(console.err())
        .endsWith("warning: interrupted; go on with: melange run toy --resume " + folder + "\n");
    assertThat(folder.resolve("result.json")).doesNotExist();

    TestConsole second = new TestConsole();
    String[] resume = {"run", "toy", "--resume", "--out", out.toString(), "--json"};
    assertThat(second.runWith(ToyPaper::addTo, resume)).isZero();
    JsonNode json = new ObjectMapper().readTree(second.out());
    assertThat(json.get("folder").asText()).isEqualTo(folder.toString());
    assertThat(json.at("/result/seed").asInt()).isEqualTo(4);
    assertThat(second.runWith(ToyPaper::addTo, resume)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(second.err()).contains("there is no unfinished run of toy");
  }

  @Test
  void refusesToGoOnWithOtherSettings() throws IOException {
    assertThat(run("toy", "--set", "work=7", "--scale", "smoke")).isZero();
    String folder = newest().toString();
    assertThat(run("--resume", folder, "--set", "work=7", "--scale", "smoke", "--seed", "0"))
        .isZero();
    for (List<String> other :
        List.of(
            List.of("--set work", "--set", "work=8"),
            List.of("--scale", "--scale", "quick"),
            List.of("--seed", "--seed", "1"),
            List.of("--data mnist", "--data", "mnist=" + out),
            List.of("--threads", "--threads", "77"))) {
      assertThat(run("toy", "--resume", folder, other.get(1), other.get(2))).isEqualTo(2);
      assertThat(console.err())
          .startsWith("error: the run in " + folder + " was begun with " + other.get(0))
          .hasLineCount(1);
    }
    assertThat(run("metaformer", "--resume", folder)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("is of the study of toy, not of metaformer");
    assertThat(run("toy", "--resume", out.toString())).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("is not the folder of a run");
  }

  @Test
  void repeatsARunFromItsFolderAndFromItsWeights() throws IOException {
    assertThat(run("toy", "--set", "work=9", "--seed", "2", "--scale", "smoke")).isZero();
    Path first = newest();
    for (Path like : List.of(first, first.resolve("second.safetensors"))) {
      assertThat(run("--like", like.toString())).isZero();
      assertThat(newest()).isNotEqualTo(first);
      assertThat(newest().resolve("result.json"))
          .hasSameBinaryContentAs(first.resolve("result.json"));
    }
    assertThat(run("--like", first.toString(), "--set", "work=4", "--json")).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.at("/result/trials/first/count").asInt()).isEqualTo(4);
    assertThat(run("--like", first.toString(), "--scale", "quick")).isEqualTo(2);
    assertThat(console.err()).contains("leave --scale out");
  }

  @Test
  void showsWhereWeightsComeFrom() throws IOException {
    assertThat(run("toy", "--scale", "smoke", "--seed", "5")).isZero();
    String file = newest().resolve("first.safetensors").toString();
    assertThat(console.run("show", file)).isZero();
    assertThat(console.out())
        .contains("2 tensors, 3 elements", "model: line", "study: toy, scale smoke, trial first")
        .contains("seed: 5", "work: 3", "photos/china.jpg: ");
    assertThat(console.run("show", file, "--json")).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.at("/provenance/origin/run/study").asText()).isEqualTo("toy");
    assertThat(console.run("show", out.resolve("no.safetensors").toString())).isEqualTo(2);
    assertThat(console.err()).startsWith("error: no such file or folder: ");
  }
}
