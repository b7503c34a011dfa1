package dev.melange.cli;

import picocli.CommandLine.Option;

/** Images in classes to learn from and others to test with; to be mixed into commands. */
final class LabelledPhotosOptions {
  private static final double VALID_SHARE = 0.2;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FOLDER|ZIP|SET",
      description = "The images, in one folder per class; or a named set, such as digits.")
  private String data;

  @Option(
      names = "--valid",
      paramLabel = "FOLDER",
      description =
          "Images to test with. Default: the split 'valid' or 'test' of --data, or a fifth of it.")
  private String valid;

  /** What {@code --data} says. */
  String data() {
    return data;
  }

  /**
   * Where the images are.
   *
   * @param seed of the split, if there is none
   */
  PhotoSource source(long seed) {
    return new PhotoSource(data, valid, VALID_SHARE, seed, true);
  }
}
