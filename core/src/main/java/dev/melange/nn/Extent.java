package dev.melange.nn;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A height and a width in pixels; in JSON one number (a square) or {@code [height, width]}.
 *
 * @param height at least 1
 * @param width at least 1
 */
public record Extent(int height, int width) {
  /** Refuses numbers below 1. */
  public Extent {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "a height and a width are at least 1, got [%d, %d]".formatted(height, width));
    }
  }

  /** A square. */
  public static Extent square(int side) {
    return new Extent(side, side);
  }

  /**
   * Reads one whole number or a list of two.
   *
   * @throws IllegalArgumentException for anything else
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Extent of(JsonNode json) {
    if (json.canConvertToInt() && json.isIntegralNumber()) {
      return square(json.intValue());
    }
    if (json.isArray()
        && json.size() == 2
        && json.get(0).isIntegralNumber()
        && json.get(1).isIntegralNumber()
        && json.get(0).canConvertToInt()
        && json.get(1).canConvertToInt()) {
      return new Extent(json.get(0).intValue(), json.get(1).intValue());
    }
    throw new IllegalArgumentException("expected a whole number or [height, width], got " + json);
  }

  /** The form that {@link #of} reads. */
  @JsonValue
  public Object toJson() {
    return height == width ? (Object) height : List.of(height, width);
  }

  /** Rows x columns. */
  @Override
  public String toString() {
    return height + "x" + width;
  }
}
