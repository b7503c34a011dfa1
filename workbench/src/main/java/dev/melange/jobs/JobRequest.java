package dev.melange.jobs;

import java.util.Set;

/**
 * What is to be run.
 *
 * @param paperId the paper it tests, or null
 * @param userId who asks, or null
 * @param study the key of a registered study
 * @param scale smoke, quick or full
 * @param seed of the first repetition
 */
public record JobRequest(Long paperId, Long userId, String study, String scale, long seed) {
  /** The scales, the fastest first. */
  public static final Set<String> SCALES = Set.of("smoke", "quick", "full");

  /** Refuses what cannot be the name of a study, another scale, and a seed below 0. */
  public JobRequest {
    if (!study.matches("[a-z0-9-]{1,60}")) {
      throw new IllegalArgumentException("there is no study of this name");
    }
    if (!SCALES.contains(scale)) {
      throw new IllegalArgumentException(
          "the scale is '%s', expected smoke, quick or full"
              .formatted(scale.length() > 20 ? scale.substring(0, 20) : scale));
    }
    if (seed < 0 || seed > 1_000_000_000L) {
      throw new IllegalArgumentException("the seed is " + seed + ", expected 0 to 1,000,000,000");
    }
  }
}
