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
 */
record CamSettings(int seeds, LineFits line, ImageFits image) {
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

  /** How often the PSNR is measured in a training. */
  static final int EVALUATIONS = 10;

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
                  40));
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
                  400));
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
                  2_000));
    };
  }
}
