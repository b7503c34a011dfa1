package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.data.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitSceneCommandTest {
  @TempDir private Path folder;

  private final TestConsole console = new TestConsole();

  private int fit(String data, String... more) {
    List<String> all =
        new ArrayList<>(List.of("fit-scene", "--data", data, "--out", run().toString()));
    all.addAll(List.of("--steps", "6", "--every", "3", "--rays", "32", "--samples", "8"));
    all.addAll(List.of("--set", "net_width=16", "--set", "net_depth=2"));
    all.addAll(List.of(more));
    return console.run(all.toArray(String[]::new));
  }

  private Path run() {
    return folder.resolve("run");
  }

  @Test
  void learnsAndRendersAScene() throws IOException {
    int code = fit("moving-spheres", "--model", "dynamic", "--test-views", "2", "--json");
    assertThat(code).as(console.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.get("held_out")).hasSize(2);
    assertThat(json.get("psnr").asDouble()).isPositive();
    assertThat(run().resolve("report.html")).content().contains("depth", "<svg");
    Path turn = folder.resolve("turn");
    code =
        console.run(
            "fit-scene",
            "render",
            json.get("scene").asText(),
            "--frames",
            "2",
            "--size",
            "20",
            "-o",
            turn.toString());
    assertThat(code).as(console.err()).isZero();
    assertThat(ImageFiles.read(turn.resolve("0001.png")).height()).isEqualTo(20);
    assertThat(ImageFiles.read(turn.resolve("0001-depth.png")).channels()).isEqualTo(1);
  }

  @Test
  void goesOnWhereItWasStopped() {
    console.cancellation.request();
    assertThat(fit("spheres", "--model", "plain")).isEqualTo(ExitCode.INTERRUPTED);
    TestConsole second = new TestConsole();
    assertThat(second.run("fit-scene", "--resume", run().toString())).as(second.err()).isZero();
    assertThat(run().resolve("result.json")).exists();
  }

  @Test
  void refusesBadRequestsBeforeItWritesAnything() {
    refuses("is not a folder", folder.resolve("nowhere").toString());
    refuses("neither transforms_train.json", folder.toString());
    refuses("unknown kind of scene 'cubes'", "spheres", "--model", "cubes");
    refuses("needs the time of each picture", "spheres", "--model", "dynamic");
    refuses("near must be at least 0", "spheres", "--near", "7");
    assertThat(console.run("fit-scene")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("--data is missing");
    assertThat(console.run("fit-scene", "render", "x", "-o", "y", "--height", "9"))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("--height less than");
  }

  private void refuses(String message, String data, String... options) {
    assertThat(fit(data, options)).as(console.err()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains(message);
    assertThat(run()).doesNotExist();
  }
}
