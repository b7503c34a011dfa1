package dev.melange.papers.coordinateawaremodulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures with poses in the layout of NeRF's synthetic scenes: {@code transforms_train.json} and
 * {@code transforms_test.json}, or one {@code transforms.json} of which every eighth picture is
 * kept for the test. Transparent pixels show the background. Pictures of moving scenes have a
 * {@code time}.
 */
public final class SceneFolder {
  private static final long MAX_JSON = 64L << 20;
  private static final long MAX_VALUES = 400_000_000;
  private static final int TEST_EVERY = 8;
  private static final int ROWS = 4;

  /**
   * A scene.
   *
   * @param train pictures to learn from
   * @param test pictures that are held out, of the same camera
   */
  public record Scene(PosedImages train, PosedImages test) {}

  private final Path folder;
  private final float background;
  private final int most;

  private SceneFolder(Path folder, float background, int most) {
    this.folder = folder;
    this.background = background;
    this.most = most;
  }

  /**
   * Reads a scene.
   *
   * @param background colour behind transparent pixels, 0 black to 1 white
   * @param most pictures of the test
   * @throws DataException if files are missing or damaged, lie outside of the folder, have
   *     different sizes or impossible poses
   */
  public static Scene read(Path folder, double background, int most) throws IOException {
    return new SceneFolder(folder, (float) background, most).read();
  }

  private Scene read() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          folder + " is not a folder; give one with transforms_train.json and its pictures");
    }
    Path train = folder.resolve("transforms_train.json");
    Path test = folder.resolve("transforms_test.json");
    Path one = folder.resolve("transforms.json");
    if (Files.exists(train)) {
      PosedImages learned = pictures(train, Integer.MAX_VALUE);
      PosedImages held = Files.exists(test) ? pictures(test, most) : null;
      return held == null ? split(learned) : new Scene(learned, sameCamera(learned, held));
    }
    if (Files.exists(one)) {
      return split(pictures(one, Integer.MAX_VALUE));
    }
    throw new DataException(
        folder + " has neither transforms_train.json nor transforms.json with the cameras' poses");
  }

  private static PosedImages sameCamera(PosedImages train, PosedImages test) {
    if (!train.camera().equals(test.camera())) {
      throw new DataException(
          "the pictures for training are by %s, those for the test by %s; they must be the same"
              .formatted(train.camera(), test.camera()));
    }
    return test;
  }

  private Scene split(PosedImages all) {
    List<PosedImages.View> train = new ArrayList<>();
    List<PosedImages.View> test = new ArrayList<>();
    for (int i = 0; i < all.views().size(); i++) {
      boolean held = i % TEST_EVERY == TEST_EVERY / 2 && test.size() < most;
      (held ? test : train).add(all.views().get(i));
    }
    if (test.isEmpty()) {
      throw new DataException(
          "%s has %d pictures; at least %d are needed to hold one out for the test"
              .formatted(folder, all.views().size(), TEST_EVERY / 2 + 1));
    }
    return new Scene(new PosedImages(all.camera(), train), new PosedImages(all.camera(), test));
  }

  private PosedImages pictures(Path file, int limit) throws IOException {
    JsonNode json = json(file);
    double angle = json.path("camera_angle_x").asDouble(Double.NaN);
    if (!(angle > 0 && angle < Math.PI)) {
      throw new DataException(
          "%s: camera_angle_x is the angle across a picture in radians, between 0 and pi; got %s"
              .formatted(file, json.path("camera_angle_x")));
    }
    JsonNode frames = json.path("frames");
    if (!frames.isArray() || frames.isEmpty()) {
      throw new DataException(file + " has no list of frames");
    }
    int count = Math.min(limit, frames.size());
    List<PosedImages.View> views = new ArrayList<>();
    int height = 0;
    int width = 0;
    for (int i = 0; i < count; i++) {
      JsonNode frame = frames.get((int) ((long) i * frames.size() / count));
      Path picture = picture(file, frame);
      Image image = ImageFiles.readFlattened(picture, background).withChannels(3);
      if (i == 0) {
        height = image.height();
        width = image.width();
        if (3L * height * width * count > MAX_VALUES) {
          throw new DataException(
              "%s: %d pictures of %d x %d are more than %,d values; make them smaller"
                  .formatted(file, count, height, width, MAX_VALUES));
        }
      }
      if (image.height() != height || image.width() != width) {
        throw new DataException(
            "%s has %d x %d pixels, but the first picture has %d x %d; all must have the same size"
                .formatted(picture, image.height(), image.width(), height, width));
      }
      views.add(
          new PosedImages.View(
              picture.toString(), pose(file, frame), time(file, frame), colours(image)));
    }
    double focal = 0.5 * width / Math.tan(angle / 2);
    return new PosedImages(new VolumeRendering.Camera(height, width, focal), views);
  }

  private static JsonNode json(Path file) throws IOException {
    if (Files.size(file) > MAX_JSON) {
      throw new DataException(
          "%s has %,d bytes; no list of cameras is that long".formatted(file, Files.size(file)));
    }
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new DataException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private Path picture(Path file, JsonNode frame) {
    String name = frame.path("file_path").asText("");
    if (name.isEmpty()) {
      throw new DataException(file + ": a frame has no file_path");
    }
    Path path = folder.resolve(ImageFiles.isImageName(name) ? name : name + ".png").normalize();
    if (!path.startsWith(folder.normalize())) {
      throw new DataException(
          "%s: file_path '%s' leads out of the folder; pictures must lie in it"
              .formatted(file, name));
    }
    return path;
  }

  private static double[] pose(Path file, JsonNode frame) {
    JsonNode matrix = frame.path("transform_matrix");
    double[] pose = new double[ROWS * ROWS];
    boolean whole = matrix.size() == ROWS;
    for (int i = 0; i < pose.length; i++) {
      JsonNode value = matrix.path(i / ROWS).path(i % ROWS);
      whole &= value.isNumber() && Double.isFinite(value.asDouble());
      pose[i] = value.asDouble();
    }
    if (!whole) {
      throw new DataException(
          "%s: transform_matrix of '%s' must be 4 rows of 4 numbers"
              .formatted(file, frame.path("file_path").asText()));
    }
    return pose;
  }

  private static double time(Path file, JsonNode frame) {
    double time = frame.path("time").asDouble(Double.NaN);
    if (frame.has("time") && !(time >= 0 && time <= 1)) {
      throw new DataException(
          "%s: time of '%s' must be from 0 to 1, got %s"
              .formatted(file, frame.path("file_path").asText(), frame.get("time")));
    }
    return time;
  }

  private static float[] colours(Image image) {
    int pixels = image.pixels();
    float[] colours = new float[3 * pixels];
    for (int i = 0; i < pixels; i++) {
      for (int c = 0; c < 3; c++) {
        colours[3 * i + c] = (image.data()[c * pixels + i] & 0xff) / 255f;
      }
    }
    return colours;
  }
}
