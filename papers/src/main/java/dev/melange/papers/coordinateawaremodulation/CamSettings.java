package dev.melange.papers.coordinateawaremodulation;

import dev.melange.papers.fields.PhotoCrop;
import dev.melange.papers.study.Scale;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param seeds repetitions
 * @param line of the fits of a line
 * @param image of the fits of images
 * @param scene of the fits of a scene
 */
record CamSettings(int seeds, LineFits line, ImageFits image, SceneFits scene) {
  /** Checks the number. */
  CamSettings {
    if (seeds < 1) {
      throw new IllegalArgumentException("seeds must be at least 1, got " + seeds);
    }
  }

  /**
   * Fits of a sum of sines by networks with and without encoding and modulation.
   *
   * @param points of the line
   * @param sines of frequency 5, 10, 15, ...
   * @param hidden width
   * @param grid_size cells of the modulation
   * @param steps of each training
   */
  record LineFits(int points, int sines, int hidden, int grid_size, int steps) {
    LineFits {
      if (points < 2 || sines < 1 || steps < EVALUATIONS) {
        throw new IllegalArgumentException(
            "points must be at least 2, sines 1 and steps %d, got %d, %d and %d"
                .formatted(EVALUATIONS, points, sines, steps));
      }
    }

    /** A network of a kind. */
    CamLine.Config config(String kind) {
      return new CamLine.Config(kind, hidden, 3, 1, grid_size);
    }
  }

  /**
   * Fits of images whose every second row and column is trained on.
   *
   * @param crops the images
   * @param size rows and columns to which they are resized
   * @param hidden width of the networks
   * @param frequencies of the encoding
   * @param grid cells of the modulation along each axis
   * @param sigmas factors of the frequencies
   * @param steps of each training
   */
  record ImageFits(
      List<PhotoCrop> crops,
      int size,
      int hidden,
      int frequencies,
      int grid,
      List<Double> sigmas,
      int steps) {
    ImageFits {
      crops = List.copyOf(crops);
      sigmas = List.copyOf(sigmas);
      if (crops.isEmpty() || sigmas.isEmpty() || size < 4 || steps < EVALUATIONS) {
        throw new IllegalArgumentException(
            "images need crops, sigmas, a size of at least 4 and %d steps, got %s, %s, %d and %d"
                .formatted(EVALUATIONS, crops, sigmas, size, steps));
      }
    }

    /** A network with or without modulation. */
    CamImage.Config config(boolean modulated, double sigma) {
      return new CamImage.Config(modulated, 3, hidden, 3, frequencies, sigma, -1, grid, grid);
    }
  }

  /**
   * Fits of a scene of spheres by small radiance fields.
   *
   * @param train pictures to learn from
   * @param test pictures that are held out
   * @param side pixels along each side of a picture
   * @param net_width of the networks
   * @param net_depth of the networks
   * @param grid_size cells of the planes along each axis
   * @param rays of a step
   * @param samples along a ray
   * @param steps of each training
   */
  record SceneFits(
      int train,
      int test,
      int side,
      int net_width,
      int net_depth,
      int grid_size,
      int rays,
      int samples,
      int steps) {
    SceneFits {
      if (train < 1 || test < 1 || side < 4 || steps < SCENE_EVALUATIONS) {
        throw new IllegalArgumentException(
            "a scene needs pictures to learn from and for the test, a side of at least 4 and %d steps, got %d, %d, %d and %d"
                .formatted(SCENE_EVALUATIONS, train, test, side, steps));
      }
    }

    /** A network of a kind. */
    CamNerf.Config config(String kind) {
      int coordinates = kind.equals("planes") ? 3 : 0;
      return new CamNerf.Config(
          net_depth, net_width, 2, 1, Math.max(1, net_width / 2), coordinates, grid_size);
    }

    /** How to train it. */
    SceneFit.Options options(long seed) {
      return new SceneFit.Options(
          steps, rays, samples, 0, 2, 6, 1, 1e-3, steps / SCENE_EVALUATIONS, seed);
    }
  }

  /** How often the PSNR is measured in a training. */
  static final int EVALUATIONS = 10;

  private static final int SCENE_EVALUATIONS = 5;

  /** The settings of a scale. */
  static CamSettings of(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new CamSettings(
              1,
              new LineFits(100, 4, 16, 32, 60),
              new ImageFits(
                  List.of(new PhotoCrop("roof", "china", 120, 150, 48)),
                  24,
                  16,
                  16,
                  8,
                  List.of(4.0),
                  40),
              new SceneFits(6, 1, 12, 16, 2, 8, 64, 12, 30));
      case QUICK ->
          new CamSettings(
              3,
              new LineFits(200, 10, 64, 64, 1_500),
              new ImageFits(
                  List.of(
                      new PhotoCrop("petals", "flower", 150, 250, 96),
                      new PhotoCrop("roof", "china", 120, 150, 96)),
                  96,
                  128,
                  128,
                  32,
                  List.of(4.0, 10.0),
                  400),
              new SceneFits(30, 5, 48, 64, 4, 64, 256, 48, 1_000));
      case FULL ->
          new CamSettings(
              3,
              new LineFits(200, 10, 64, 64, 1_500),
              new ImageFits(
                  List.of(
                      new PhotoCrop("flower", "flower", 0, 100, 424),
                      new PhotoCrop("temple", "china", 0, 0, 424)),
                  424,
                  256,
                  256,
                  32,
                  List.of(4.0, 10.0),
                  2_000),
              new SceneFits(100, 20, 100, 256, 8, 128, 1_024, 64, 50_000));
    };
  }
}
