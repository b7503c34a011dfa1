package dev.melange.data.image;

/**
 * An image as a model sees it: 32-bit floats, planar (channel, row, column).
 *
 * @param channels planes
 * @param height rows
 * @param width columns
 * @param data the samples, of length channels * height * width; owned by the image
 */
public record FloatImage(int channels, int height, int width, float[] data) {
  /** Checks that shape and data agree. */
  public FloatImage {
    if (data.length != (long) channels * height * width) {
      throw new IllegalArgumentException(
          "an image of shape [%d, %d, %d] has %,d samples, got %,d"
              .formatted(channels, height, width, (long) channels * height * width, data.length));
    }
  }

  /** One sample. */
  public float get(int channel, int y, int x) {
    return data[(channel * height + y) * width + x];
  }

  /**
   * Back to 8 bits: 0..1 becomes 0..255, rounded and clipped.
   *
   * @throws IllegalArgumentException unless there are 1 or 3 channels
   */
  public Image toImage() {
    byte[] result = new byte[data.length];
    for (int i = 0; i < data.length; i++) {
      result[i] = (byte) Math.max(0, Math.min(255, Math.round(data[i] * 255)));
    }
    return new Image(channels, height, width, result);
  }
}
