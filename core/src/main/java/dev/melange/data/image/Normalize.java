package dev.melange.data.image;

import java.util.Arrays;

/**
 * From 8 bits to what a model sees: scaled to 0..1, then (x - mean) / std per channel.
 *
 * @param mean one per channel, or one for all
 * @param std one per channel, or one for all; positive
 */
public record Normalize(float[] mean, float[] std) {
  /** Scaling to 0..1 alone. */
  public static final Normalize UNIT = new Normalize(new float[] {0}, new float[] {1});

  /** The statistics of ImageNet's training images. */
  public static final Normalize IMAGENET =
      new Normalize(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

  /** Checks and copies. */
  public Normalize {
    mean = mean.clone();
    std = std.clone();
    if (mean.length == 0 || mean.length != std.length) {
      throw new IllegalArgumentException(
          "mean and std must have the same number of channels, got %s and %s"
              .formatted(Arrays.toString(mean), Arrays.toString(std)));
    }
    for (float s : std) {
      if (!(s > 0)) {
        throw new IllegalArgumentException("std must be positive, got " + Arrays.toString(std));
      }
    }
  }

  /** The mean and standard deviation over all samples of a packed set, per channel. */
  public static Normalize of(PackedImages images) {
    int channels = images.channels();
    double[] sum = new double[channels];
    double[] squares = new double[channels];
    int n = images.height() * images.width();
    for (int i = 0; i < images.size(); i++) {
      byte[] data = images.image(i).data();
      for (int j = 0; j < data.length; j++) {
        double v = (data[j] & 0xff) / 255.0;
        sum[j / n] += v;
        squares[j / n] += v * v;
      }
    }
    float[] mean = new float[channels];
    float[] std = new float[channels];
    double count = (double) n * images.size();
    for (int c = 0; c < channels; c++) {
      double m = sum[c] / count;
      mean[c] = (float) m;
      std[c] = (float) Math.max(1e-6, Math.sqrt(Math.max(0, squares[c] / count - m * m)));
    }
    return new Normalize(mean, std);
  }

  /**
   * The normalised image.
   *
   * @throws IllegalArgumentException if the image has other channels than the statistics
   */
  public FloatImage apply(Image image) {
    if (mean.length != 1 && mean.length != image.channels()) {
      throw new IllegalArgumentException(
          "normalisation is for %d channels, the image has %d"
              .formatted(mean.length, image.channels()));
    }
    int n = image.pixels();
    float[] result = new float[image.data().length];
    for (int i = 0; i < result.length; i++) {
      int c = mean.length == 1 ? 0 : i / n;
      result[i] = ((image.data()[i] & 0xff) / 255f - mean[c]) / std[c];
    }
    return new FloatImage(image.channels(), image.height(), image.width(), result);
  }

  /** Back to 8 bits, rounded and clipped: for showing what a model saw. */
  public Image invert(FloatImage image) {
    int n = image.height() * image.width();
    float[] unit = new float[image.data().length];
    for (int i = 0; i < unit.length; i++) {
      int c = mean.length == 1 ? 0 : i / n;
      unit[i] = image.data()[i] * std[c] + mean[c];
    }
    return new FloatImage(image.channels(), image.height(), image.width(), unit).toImage();
  }

  /** Same statistics. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Normalize that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
  }
}
