package dev.melange.cli;

/**
 * Where the images of a training are, and how they are split.
 *
 * @param data folder or zip file, or a named set
 * @param valid folder of the validation images; null to take a share of {@code data}
 * @param validShare share of each class for validation, unless {@code data} is split already
 * @param seed of the split
 * @param classes whether there must be classes; otherwise images without get one of no name
 */
record PhotoSource(String data, String valid, double validShare, long seed, boolean classes) {
  static PhotoSource of(ImageTraining settings) {
    return new PhotoSource(
        settings.data(), settings.valid(), settings.valid_share(), settings.seed(), true);
  }

  /**
   * Refuses impossible options of how images are read.
   *
   * @param channels null for none given
   * @param validShare share of the images for validation
   * @param size side that the model sees
   */
  static void require(Integer channels, double validShare, int size) {
    if (channels != null && channels != 1 && channels != 3) {
      throw new IllegalArgumentException("--channels is 1 (grey) or 3 (colour), got " + channels);
    }
    if (!(validShare > 0 && validShare < 1)) {
      throw new IllegalArgumentException(
          "--valid-share must be between 0 and 1, got " + validShare);
    }
    if (size < 1 || size > 4096) {
      throw new IllegalArgumentException("--size is 1 to 4096 pixels, got " + size);
    }
  }
}
