package dev.melange.papers.mlpmixer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Hidden sizes of the MLPs as multiples of the width; in JSON one number for both or {@code
 * [tokens, channels]}.
 *
 * @param tokens of the token-mixing MLP
 * @param channels of the channel-mixing MLP
 */
public record Ratios(double tokens, double channels) {
  /** Refuses ratios that are not positive. */
  public Ratios {
    if (!(tokens > 0 && channels > 0)) {
      throw new IllegalArgumentException(
          "MLP ratios are positive, got [%s, %s]".formatted(tokens, channels));
    }
  }

  /** The same ratio for both. */
  public static Ratios both(double ratio) {
    return new Ratios(ratio, ratio);
  }

  /**
   * Reads one number or a list of two.
   *
   * @throws IllegalArgumentException for anything else
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Ratios of(JsonNode json) {
    if (json.isNumber()) {
      return both(json.doubleValue());
    }
    if (json.isArray() && json.size() == 2 && json.get(0).isNumber() && json.get(1).isNumber()) {
      return new Ratios(json.get(0).doubleValue(), json.get(1).doubleValue());
    }
    throw new IllegalArgumentException("expected a number or [tokens, channels], got " + json);
  }

  /** The form that {@link #of} reads. */
  @JsonValue
  public Object toJson() {
    return tokens == channels ? (Object) tokens : List.of(tokens, channels);
  }
}
