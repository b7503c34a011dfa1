package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.papers.coordinateawaremodulation.SceneFit;
import dev.melange.papers.coordinateawaremodulation.SceneFolder;
import dev.melange.papers.coordinateawaremodulation.SphereScene;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code fit-scene} was asked to do: with the same pictures it gives the same field.
 *
 * @param data folder, or the name of a scene that comes with the library
 * @param model kind of field
 * @param set changed keys of the network's configuration
 * @param test_views pictures of the test that are rendered
 * @param options of the training
 */
record SceneFitSettings(
    String data, String model, Map<String, String> set, int test_views, SceneFit.Options options) {
  static final String STILL = "spheres";
  static final String MOVING = "moving-spheres";
  private static final int TRAIN_VIEWS = 30;
  private static final int TEST_VIEWS = 5;
  private static final int SIDE = 48;

  /** Copies the keys and checks the number. */
  SceneFitSettings {
    set = new LinkedHashMap<>(set);
    if (test_views < 1) {
      throw new IllegalArgumentException("--test-views must be at least 1, got " + test_views);
    }
  }

  ObjectNode toJson() {
    return Configs.toJson(this);
  }

  /** Whether the scene comes with the library. */
  boolean isBundled() {
    return data.equals(STILL) || data.equals(MOVING);
  }

  /** The pictures. */
  SceneFolder.Scene scene() throws IOException {
    if (!isBundled()) {
      return SceneFolder.read(Path.of(data), options.background(), test_views);
    }
    boolean moving = data.equals(MOVING);
    return new SceneFolder.Scene(
        SphereScene.pictures(TRAIN_VIEWS, SIDE, moving, 1),
        SphereScene.pictures(Math.min(TEST_VIEWS, test_views), SIDE, moving, 2));
  }
}
