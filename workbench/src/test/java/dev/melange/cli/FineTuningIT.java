package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.papers.ImageClassifier;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training from weights with a slower body or with the classifier alone, and views of an image. */
class FineTuningIT {
  @TempDir private Path folder;

  private static TestPhotos.Ran train(Path photos, Path out, String... more) {
    List<String> usual =
        List.of("train", "image", "--data", photos.toString(), "--out", out.toString());
    return TestPhotos.run(
        Stream.concat(usual.stream(), Arrays.stream(more)).toArray(String[]::new));
  }

  private static Map<String, float[]> weights(Path run) throws IOException {
    Map<String, float[]> weights = new TreeMap<>();
    try (ImageClassifier classifier = ImageClassifier.load(run.resolve("classifier.safetensors"));
        Scope scope = Scope.open()) {
      classifier.model().state().forEach((name, tensor) -> weights.put(name, tensor.toFloats()));
    }
    return weights;
  }

  private static double change(float[] before, float[] after) {
    double sum = 0;
    for (int i = 0; i < before.length; i++) {
      sum += Math.abs(before[i] - after[i]);
    }
    return sum / before.length;
  }

  @Test
  void theBodyLearnsAsFastAsAsked() throws IOException {
    Path photos = TestPhotos.write(folder.resolve("photos"), 3, 8, "red", "green");
    Path first = folder.resolve("first");
    TestPhotos.Ran begun =
        train(
            photos,
            first,
            "--model",
            "scaling_mlp_b6_wi512",
            "--set",
            "width=16",
            "--set",
            "num_blocks=2",
            "--size",
            "12",
            "--epochs",
            "2");
    assertThat(begun.code()).as(begun.err()).isZero();
    String init = first.resolve("classifier.safetensors").toString();
    for (String factor : List.of("0", "0.1", "1")) {
      TestPhotos.Ran ran =
          train(
              photos,
              folder.resolve("run" + factor),
              "--init",
              init,
              "--body-lr",
              factor,
              "--epochs",
              "2");
      assertThat(ran.code()).as(ran.err()).isZero();
    }
    Map<String, float[]> before = weights(first);
    Map<String, float[]> probe = weights(folder.resolve("run0"));
    Map<String, float[]> slow = weights(folder.resolve("run0.1"));
    Map<String, float[]> whole = weights(folder.resolve("run1"));
    for (String name : before.keySet()) {
      if (name.startsWith("linear_out")) {
        assertThat(change(before.get(name), probe.get(name))).as(name).isPositive();
      } else {
        assertThat(probe.get(name)).as(name).isEqualTo(before.get(name));
        double slowly = change(before.get(name), slow.get(name));
        assertThat(slowly).as(name).isPositive();
        assertThat(slowly).as(name).isLessThan(0.5 * change(before.get(name), whole.get(name)));
      }
    }
    TestPhotos.Ran seen =
        TestPhotos.run(
            "predict",
            "image",
            "--weights",
            init,
            photos.resolve("red").toString(),
            "--views",
            "5",
            "--json");
    assertThat(seen.code()).as(seen.err()).isZero();
    JsonNode images = new ObjectMapper().readTree(seen.out());
    assertThat(images).hasSize(8);
    TestPhotos.Ran none =
        TestPhotos.run("predict", "image", "--weights", init, photos.toString(), "--views", "0");
    assertThat(none.err()).contains("--views must be 1 to 1000, got 0");
  }

  @Test
  void aSlowerBodyNeedsWeightsToStartFrom() throws IOException {
    Path photos = TestPhotos.write(folder.resolve("photos"), 3, 4, "red", "green");
    TestPhotos.Ran ran = train(photos, folder.resolve("run"), "--body-lr", "0");
    assertThat(ran.code()).isNotEqualTo(ExitCode.OK);
    assertThat(ran.err()).contains("--body-lr").contains("without --init");
  }
}
