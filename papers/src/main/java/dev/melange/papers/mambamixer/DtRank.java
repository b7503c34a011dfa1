package dev.melange.papers.mambamixer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * Rank of the projection to the step sizes; in JSON a number or {@code "auto"}.
 *
 * @param rank at least 1, or 0 for {@code auto}: a sixteenth of the width, rounded up
 */
public record DtRank(int rank) {
  /** A sixteenth of the width, rounded up. */
  public static final DtRank AUTO = new DtRank(0);

  private static final int AUTO_SHARE = 16;

  /** Refuses negative ranks. */
  public DtRank {
    if (rank < 0) {
      throw new IllegalArgumentException("dt_rank is at least 1, or \"auto\"; got " + rank);
    }
  }

  /**
   * Reads a number or {@code "auto"}.
   *
   * @throws IllegalArgumentException for anything else
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static DtRank of(JsonNode json) {
    if (json.isTextual() && json.asText().equals("auto")) {
      return AUTO;
    }
    if (json.canConvertToInt() && json.canConvertToExactIntegral() && json.intValue() > 0) {
      return new DtRank(json.intValue());
    }
    throw new IllegalArgumentException("dt_rank is at least 1, or \"auto\"; got " + json);
  }

  /** The form that {@link #of} reads. */
  @JsonValue
  public Object toJson() {
    return rank == 0 ? (Object) "auto" : rank;
  }

  /** The rank for a width. */
  public int of(int width) {
    return rank == 0 ? (width + AUTO_SHARE - 1) / AUTO_SHARE : rank;
  }
}
