package dev.melange.papers.fields;

import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * A line, an image or a video whose values are scaled to 0..1.
 *
 * @param name where it comes from, for messages
 * @param shape its kind, size and channels
 * @param values planar: channel, then the axes of the size
 */
public record Signal(String name, Shape shape, float[] values) {
  /** What kinds there are. */
  public enum Kind {
    /** Values over one axis, such as a column of a table or a sound. */
    LINE,
    /** Values over rows and columns. */
    IMAGE,
    /** Values over frames, rows and columns. */
    VIDEO;

    /** Number of axes: 1 to 3. */
    public int axes() {
      return switch (this) {
        case LINE -> 1;
        case IMAGE -> 2;
        case VIDEO -> 3;
      };
    }
  }

  /**
   * All about a signal but its values; what a decoder needs to know.
   *
   * @param sizes length; rows and columns; or frames, rows and columns
   * @param channels names of the channels, at least one
   * @param low what 0 stands for, by channel
   * @param high what 1 stands for, by channel
   * @param rate samples or frames per second; 0 if not known
   */
  public record Shape(
      List<Integer> sizes,
      List<String> channels,
      List<Double> low,
      List<Double> high,
      double rate) {
    /** Checks that there is something, and that the lists agree. */
    public Shape {
      sizes = List.copyOf(sizes);
      channels = List.copyOf(channels);
      low = List.copyOf(low);
      high = List.copyOf(high);
      if (sizes.isEmpty() || sizes.size() > 3 || sizes.stream().anyMatch(size -> size < 1)) {
        throw new IllegalArgumentException(
            "a signal has one to three sizes of at least 1, got " + sizes);
      }
      if (channels.isEmpty() || low.size() != channels.size() || high.size() != channels.size()) {
        throw new IllegalArgumentException(
            "a signal has at least one channel, with a low and a high value each; got %s, %s and %s"
                .formatted(channels, low, high));
      }
      if (!(rate >= 0)) {
        throw new IllegalArgumentException("rate must be at least 0, got " + rate);
      }
    }

    /** Its kind, by the number of axes. */
    public Kind kind() {
      return switch (sizes.size()) {
        case 1 -> Kind.LINE;
        case 2 -> Kind.IMAGE;
        default -> Kind.VIDEO;
      };
    }

    /** Points of the grid. */
    public long points() {
      return sizes.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    /** The same signal on another grid; the rate follows the first axis of lines and videos. */
    public Shape resized(List<Integer> other) {
      if (other.size() != sizes.size()) {
        throw new IllegalArgumentException(
            "a signal of size %s cannot be decoded to size %s: the number of axes differs"
                .formatted(sizes, other));
      }
      double factor = kind() == Kind.IMAGE ? 1 : (double) other.get(0) / sizes.get(0);
      return new Shape(other, channels, low, high, rate * factor);
    }

    /** In words: {@code image of 427 x 640, 3 channels}. */
    @Override
    public String toString() {
      String size = String.join(" x ", sizes.stream().map(String::valueOf).toList());
      int count = channels.size();
      return switch (kind()) {
            case LINE -> "line of " + size + " samples";
            case IMAGE -> "image of " + size;
            case VIDEO -> "video of %d frames, %d x %d".formatted(sizes.toArray());
          }
          + (count == 1 ? ", 1 channel" : ", %d channels".formatted(count));
    }
  }

  /** Checks the number of values. */
  public Signal {
    if (values.length != shape.channels().size() * shape.points()) {
      throw new IllegalArgumentException(
          "%s has %,d values, expected %,d for a %s"
              .formatted(name, values.length, shape.channels().size() * shape.points(), shape));
    }
  }

  /** Its kind. */
  public Kind kind() {
    return shape.kind();
  }

  /** The values, float32: [C, ...]. */
  public Tensor tensor() {
    long[] sizes = new long[shape.sizes().size() + 1];
    sizes[0] = shape.channels().size();
    for (int i = 1; i < sizes.length; i++) {
      sizes[i] = shape.sizes().get(i - 1);
    }
    return Tensor.of(values, sizes);
  }

  /** One channel in its own unit, in row-major order. */
  public double[] channel(int channel) {
    int points = Math.toIntExact(shape.points());
    double low = shape.low().get(channel);
    double width = shape.high().get(channel) - low;
    double[] result = new double[points];
    for (int i = 0; i < points; i++) {
      result[i] = low + width * values[channel * points + i];
    }
    return result;
  }

  /** One frame of a video as an image; an image itself for frame 0. */
  public Signal frame(int frame) {
    if (kind() == Kind.IMAGE && frame == 0) {
      return this;
    }
    if (kind() != Kind.VIDEO || frame < 0 || frame >= shape.sizes().get(0)) {
      throw new IllegalArgumentException("there is no frame %d in a %s".formatted(frame, shape));
    }
    int plane = shape.sizes().get(1) * shape.sizes().get(2);
    int frames = shape.sizes().get(0);
    int channels = shape.channels().size();
    float[] picture = new float[channels * plane];
    for (int c = 0; c < channels; c++) {
      System.arraycopy(values, (c * frames + frame) * plane, picture, c * plane, plane);
    }
    Shape image =
        new Shape(shape.sizes().subList(1, 3), shape.channels(), shape.low(), shape.high(), 0);
    return new Signal(name + ", frame " + frame, image, picture);
  }

  /** PSNR in dB of another signal of the same shape against this one, with values cut to 0..1. */
  public double psnr(Signal other) {
    if (other.values.length != values.length) {
      throw new IllegalArgumentException(
          "a %s cannot be compared with a %s".formatted(other.shape, shape));
    }
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      double d = Math.max(0, Math.min(1, other.values[i])) - values[i];
      squares += d * d;
    }
    return -10 * Math.log10(squares / values.length);
  }
}
