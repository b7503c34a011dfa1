package dev.melange.papers.coordinateawaremodulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.DataException;
import dev.melange.io.CorruptFileException;
import dev.melange.train.Trainer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SceneTest {
  private static final long SEED = 4;

  @TempDir private Path folder;

  private static SceneFolder.Scene spheres(boolean moving) {
    return new SceneFolder.Scene(
        SphereScene.pictures(6, 12, moving, 1), SphereScene.pictures(2, 12, moving, 2));
  }

  private static SceneFit.Options options(int fine) {
    return new SceneFit.Options(60, 128, 16, fine, 2, 6, 1, 2e-3, 20, SEED);
  }

  @ParameterizedTest
  @CsvSource({
    "plain, 0, false",
    "planes, 8, false",
    "view, 0, false",
    "time, 0, true",
    "dynamic, 0, true"
  })
  void learnsEveryKindAndReadsItBack(String kind, int fine, boolean moving) throws IOException {
    SceneFolder.Scene scene = spheres(moving);
    CamNerf.Config config = SceneFit.config(kind, Map.of("net_width", "32", "net_depth", "3"));
    Path file = folder.resolve("scene.safetensors");
    try (FittedScene fitted = SceneFit.fit(scene, kind, config, options(fine), Trainer::fit)) {
      var history = fitted.training().orElseThrow().history();
      assertThat(history.get(history.size() - 1).loss()).isLessThan(history.get(0).loss());
      fitted.save(file, Map.of());
      PosedImages.View view = scene.test().views().get(0);
      var picture = fitted.render(fitted.camera(), view.cameraToWorld(), view.time());
      assertThat(picture.colours()).hasSize(3 * 144);
      for (float depth : picture.depth()) {
        assertThat(depth).isBetween(0f, 6f);
      }
      try (FittedScene loaded = FittedScene.load(file)) {
        var again = loaded.render(loaded.camera(), view.cameraToWorld(), view.time());
        assertThat(again.colours()).isEqualTo(picture.colours());
      }
    }
  }

  @Test
  void posesAreRotationsThatLookAtTheCentre() {
    double[] pose = PosedImages.orbit(0.3, 1.2, 4);
    for (int a = 0; a < 3; a++) {
      for (int b = 0; b < 3; b++) {
        double dot = 0;
        for (int i = 0; i < 3; i++) {
          dot += pose[4 * i + a] * pose[4 * i + b];
        }
        assertThat(dot).isCloseTo(a == b ? 1 : 0, within(1e-12));
      }
    }
    assertThat(Math.hypot(Math.hypot(pose[3], pose[7]), pose[11])).isCloseTo(4, within(1e-12));
    assertThat(pose[11] / 4).isCloseTo(pose[10], within(1e-12)); // back is away from the centre
    assertThat(pose[9]).as("up has a part upwards").isPositive();
  }

  @Test
  void tracesSpheresOverABoard() {
    PosedImages still = SphereScene.pictures(3, 24, false, SEED);
    assertThat(still.isMoving()).isFalse();
    float[] colours = still.views().get(0).colours();
    assertThat(colours[0]).as("a corner is background").isEqualTo(1);
    boolean coloured = false;
    for (int i = 0; i < colours.length; i += 3) {
      coloured |= Math.abs(colours[i] - colours[i + 2]) > 0.2;
    }
    assertThat(coloured).isTrue();
    assertThat(SphereScene.pictures(3, 24, true, SEED).isMoving()).isTrue();
  }

  private void scene(String frames) throws IOException {
    Files.writeString(
        folder.resolve("transforms.json"),
        "{\"camera_angle_x\": 0.7, \"frames\": [" + frames + "]}");
  }

  private String frame(String name, int size, int argb) throws IOException {
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < size * size; i++) {
      image.setRGB(i % size, i / size, argb);
    }
    ImageIO.write(image, "png", folder.resolve(name + ".png").toFile());
    return "{\"file_path\": \"./%s\", \"transform_matrix\": [[1,0,0,0],[0,1,0,0],[0,0,1,4],[0,0,0,1]]}"
        .formatted(name);
  }

  @Test
  void readsPicturesOverTheBackground() throws IOException {
    StringBuilder frames = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      frames.append(i == 0 ? "" : ",").append(frame("r_" + i, 8, 0x80ff0000));
    }
    scene(frames.toString());
    SceneFolder.Scene read = SceneFolder.read(folder, 1, 5);
    assertThat(read.train().views()).hasSize(5);
    assertThat(read.test().views()).hasSize(1);
    float[] colours = read.train().views().get(0).colours();
    assertThat(colours[0]).isEqualTo(1);
    assertThat(colours[1]).as("half white").isCloseTo(0.5f, within(0.01f));
    assertThat(read.train().camera().focal()).isCloseTo(4 / Math.tan(0.35), within(1e-9));
  }

  @Test
  void saysWhatIsWrongWithAFolder() throws IOException {
    refuses("has neither transforms_train.json nor transforms.json");
    Files.writeString(folder.resolve("transforms.json"), "{not json");
    refuses("is not JSON");
    Files.writeString(folder.resolve("transforms.json"), "{\"frames\": []}");
    refuses("camera_angle_x");
    scene("");
    refuses("no list of frames");
    String good = frame("a", 8, -1);
    scene(good.replace("./a", "../outside"));
    refuses("leads out of the folder");
    scene(good.replace("[1,0,0,0]", "[1,0,0]"));
    refuses("4 rows of 4 numbers");
    scene(good.replace("\"transform", "\"time\": 2, \"transform"));
    refuses("time of './a' must be from 0 to 1");
    scene(good + "," + frame("b", 9, -1));
    refuses("same size");
    scene(good.replace("./a", "./missing"));
    refuses("is not a file");
    scene(good);
    refuses("at least 5 are needed");
  }

  private void refuses(String message) {
    assertThatThrownBy(() -> SceneFolder.read(folder, 1, 5))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesScenesThatDoNotFitTheKind() {
    assertThatThrownBy(() -> SceneFit.check("dynamic", spheres(false).train()))
        .hasMessageContaining("needs the time of each picture");
    assertThatThrownBy(() -> SceneFit.check("planes", spheres(true).train()))
        .hasMessageContaining("the scene moves");
    assertThatThrownBy(() -> SceneFit.config("cubes", Map.of()))
        .hasMessageContaining("unknown kind of scene 'cubes'");
    Path other = folder.resolve("x.safetensors");
    assertThatThrownBy(() -> FittedScene.load(Files.write(other, new byte[] {1, 2, 3})))
        .isInstanceOf(CorruptFileException.class);
  }
}
