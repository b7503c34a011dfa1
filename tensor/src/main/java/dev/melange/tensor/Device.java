package dev.melange.tensor;

import java.util.Locale;

/**
 * Where a tensor lives: {@code cpu} or {@code cuda:index}.
 *
 * @param type {@code cpu} or {@code cuda}
 * @param index the number of the GPU; 0 for the CPU
 */
public record Device(String type, int index) {
  /** The processor. */
  public static final Device CPU = new Device("cpu", 0);

  /** Checks the type and the index. */
  public Device {
    if (!type.equals("cpu") && !type.equals("cuda")) {
      throw new IllegalArgumentException("unknown device '" + type + "'; expected cpu or cuda");
    }
    if (index < 0) {
      throw new IllegalArgumentException("a device's index is at least 0, got " + index);
    }
  }

  /**
   * Parses {@code cpu}, {@code cuda} or {@code cuda:1}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Device of(String text) {
    String[] parts = text.toLowerCase(Locale.ROOT).split(":", 2);
    try {
      return new Device(parts[0], parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "unknown device '" + text + "'; expected cpu, cuda or cuda:N", e);
    }
  }

  /** Whether this is a GPU. */
  public boolean isCuda() {
    return type.equals("cuda");
  }

  org.bytedeco.pytorch.Device torch() {
    return new org.bytedeco.pytorch.Device(toString());
  }

  @Override
  public String toString() {
    return isCuda() ? type + ":" + index : type;
  }
}
