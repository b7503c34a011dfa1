package dev.melange.papers.coordinateawaremodulation;

import dev.melange.tensor.Rng;
import java.util.ArrayList;
import java.util.List;

/**
 * A scene of three coloured spheres over a checkerboard, traced exactly: for trying out fields of
 * scenes without photographs. Cameras are at a distance of 4 and the scene is within [-1.5, 1.5].
 */
public final class SphereScene {
  private static final double DISTANCE = 4;
  private static final double ANGLE = 0.7; // across the picture
  private static final double GROUND = -0.5;
  private static final double BOARD = 1.2;
  private static final double SQUARE = 0.4;
  private static final double[] LIGHT = {0.48, 0.36, 0.8};
  private static final double AMBIENT = 0.35;
  private static final int SAMPLES = 2; // along each side of a pixel
  private static final double JUMP = 0.5;

  /**
   * A ball.
   *
   * @param red of its colour, 0..1
   */
  private record Sphere(
      double x, double y, double z, double radius, double red, double green, double blue) {}

  private SphereScene() {}

  /**
   * Pictures of the scene from random places on the upper half of the sphere of cameras.
   *
   * @param count of pictures
   * @param size pixels along each side
   * @param moving whether one of the spheres jumps up and down over time
   * @param seed of the places
   */
  public static PosedImages pictures(int count, int size, boolean moving, long seed) {
    Rng rng = new Rng(seed);
    var camera = new VolumeRendering.Camera(size, size, 0.5 * size / Math.tan(ANGLE / 2));
    List<PosedImages.View> views = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double turn = (i + rng.nextDouble()) / count;
      double height = 0.8 + 1.6 * rng.nextDouble();
      double time = moving ? rng.nextDouble() : Double.NaN;
      double[] pose = PosedImages.orbit(turn, height, DISTANCE);
      views.add(
          new PosedImages.View("view " + i, pose, time, trace(camera, pose, moving ? time : 0)));
    }
    return new PosedImages(camera, views);
  }

  private static List<Sphere> spheres(double time) {
    double lift = JUMP * Math.sin(Math.PI * time);
    return List.of(
        new Sphere(-0.55, -0.3, GROUND + 0.4, 0.4, 0.85, 0.2, 0.15),
        new Sphere(0.5, -0.35, GROUND + 0.3 + lift, 0.3, 0.15, 0.6, 0.25),
        new Sphere(0.1, 0.55, GROUND + 0.45, 0.45, 0.2, 0.3, 0.85));
  }

  private static float[] trace(VolumeRendering.Camera camera, double[] pose, double time) {
    int size = camera.height();
    var fine = new VolumeRendering.Camera(size * SAMPLES, size * SAMPLES, camera.focal() * SAMPLES);
    PosedImages.Rays rays = PosedImages.rays(fine, pose);
    float[] colours = new float[3 * size * size];
    List<Sphere> spheres = spheres(time);
    double[] origin = new double[3];
    double[] direction = new double[3];
    for (int i = 0; i < fine.height() * fine.width(); i++) {
      for (int c = 0; c < 3; c++) {
        origin[c] = rays.origins()[3 * i + c];
        direction[c] = rays.directions()[3 * i + c];
      }
      double[] colour = colour(origin, direction, spheres);
      int pixel = i / fine.width() / SAMPLES * size + i % fine.width() / SAMPLES;
      for (int c = 0; c < 3; c++) {
        colours[3 * pixel + c] += (float) (colour[c] / (SAMPLES * SAMPLES));
      }
    }
    return colours;
  }

  private static double[] colour(double[] origin, double[] direction, List<Sphere> spheres) {
    double nearest = Double.POSITIVE_INFINITY;
    double[] colour = {1, 1, 1}; // the background is white
    double ground = (GROUND - origin[2]) / direction[2];
    if (ground > 0) {
      double x = origin[0] + ground * direction[0];
      double y = origin[1] + ground * direction[1];
      if (Math.abs(x) <= BOARD && Math.abs(y) <= BOARD) {
        nearest = ground;
        boolean dark =
            Math.floorMod((int) Math.floor(x / SQUARE) + (int) Math.floor(y / SQUARE), 2) == 0;
        double shade = (dark ? 0.3 : 0.8) * (inShadow(x, y, spheres) ? AMBIENT + 0.2 : 1);
        colour = new double[] {shade, shade, shade};
      }
    }
    for (Sphere ball : spheres) {
      double hit = hit(origin, direction, ball);
      if (hit < nearest) {
        nearest = hit;
        double light = 0;
        double[] centre = {ball.x, ball.y, ball.z};
        for (int c = 0; c < 3; c++) {
          light += (origin[c] + hit * direction[c] - centre[c]) / ball.radius * LIGHT[c];
        }
        double shade = AMBIENT + (1 - AMBIENT) * Math.max(0, light);
        colour = new double[] {ball.red * shade, ball.green * shade, ball.blue * shade};
      }
    }
    return colour;
  }

  private static boolean inShadow(double x, double y, List<Sphere> spheres) {
    double[] origin = {x, y, GROUND};
    return spheres.stream().anyMatch(ball -> hit(origin, LIGHT, ball) < Double.POSITIVE_INFINITY);
  }

  /** Distance to the first point of a ball along a ray; infinite if it misses. */
  private static double hit(double[] origin, double[] direction, Sphere ball) {
    double[] centre = {ball.x, ball.y, ball.z};
    double along = 0;
    double squares = -ball.radius * ball.radius;
    for (int c = 0; c < 3; c++) {
      double towards = origin[c] - centre[c];
      along += towards * direction[c];
      squares += towards * towards;
    }
    double root = along * along - squares;
    double distance = root < 0 ? -1 : -along - Math.sqrt(root);
    return distance > 1e-6 ? distance : Double.POSITIVE_INFINITY;
  }
}
