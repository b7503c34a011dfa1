package dev.melange.papers.coordinateawaremodulation;

import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * Pictures of a scene by cameras whose positions are known.
 *
 * @param camera of all pictures
 * @param views the pictures
 */
public record PosedImages(VolumeRendering.Camera camera, List<View> views) {
  /**
   * A picture.
   *
   * @param name of its file
   * @param cameraToWorld rotation and position, 4 x 4 row by row
   * @param time in [0, 1]; NaN for scenes that do not move
   * @param colours red, green and blue of each pixel, 0..1, row by row
   */
  public record View(String name, double[] cameraToWorld, double time, float[] colours) {
    /** Checks the pose. */
    public View {
      if (cameraToWorld.length != 16) {
        throw new IllegalArgumentException(
            "%s: a camera has a matrix of 4 x 4, got %d numbers"
                .formatted(name, cameraToWorld.length));
      }
    }
  }

  /**
   * A camera's rays, row by row.
   *
   * @param origins three numbers for each pixel
   * @param directions of length 1, likewise
   */
  public record Rays(float[] origins, float[] directions) {}

  /** Checks that pictures have the camera's size. */
  public PosedImages {
    views = List.copyOf(views);
    for (View view : views) {
      if (view.colours.length != 3L * camera.height() * camera.width()) {
        throw new IllegalArgumentException(
            "%s has %,d values, expected %d x %d pixels of 3"
                .formatted(view.name, view.colours.length, camera.height(), camera.width()));
      }
    }
  }

  /** Whether each picture has a time. */
  public boolean isMoving() {
    return !views.isEmpty() && views.stream().noneMatch(view -> Double.isNaN(view.time));
  }

  /** The rays of a camera with a pose. */
  public static Rays rays(VolumeRendering.Camera camera, double[] cameraToWorld) {
    try (Scope scope = Scope.open()) {
      var rays = VolumeRendering.rays(camera, Tensor.of(cameraToWorld, 4, 4));
      return new Rays(
          rays.origins().to(DType.F32).contiguous().toFloats(),
          rays.viewdirs().to(DType.F32).contiguous().toFloats());
    }
  }

  /**
   * A pose on a circle about the vertical third axis, looking at the centre.
   *
   * @param turn share of the circle, 0..1
   * @param height above the centre
   * @param distance from the centre
   */
  public static double[] orbit(double turn, double height, double distance) {
    double angle = 2 * Math.PI * turn;
    double flat = Math.sqrt(Math.max(0, distance * distance - height * height));
    double[] eye = {flat * Math.cos(angle), flat * Math.sin(angle), height};
    double[] back = {eye[0] / distance, eye[1] / distance, eye[2] / distance};
    double[] right = {-Math.sin(angle), Math.cos(angle), 0};
    double[] up = {
      back[1] * right[2] - back[2] * right[1],
      back[2] * right[0] - back[0] * right[2],
      back[0] * right[1] - back[1] * right[0]
    };
    double[] pose = new double[16];
    for (int i = 0; i < 3; i++) {
      pose[4 * i] = right[i];
      pose[4 * i + 1] = up[i];
      pose[4 * i + 2] = back[i];
      pose[4 * i + 3] = eye[i];
    }
    pose[15] = 1;
    return pose;
  }
}
