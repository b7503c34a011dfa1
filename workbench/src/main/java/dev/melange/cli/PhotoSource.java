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
}
