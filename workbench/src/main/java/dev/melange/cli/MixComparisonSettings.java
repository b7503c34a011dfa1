package dev.melange.cli;

import dev.melange.papers.Mixing;
import java.util.List;

/**
 * What {@code compare mix} was asked to do.
 *
 * @param policies how batches are mixed, in the notation of {@code --mix}
 * @param seeds trainings of each
 * @param training the settings that all share, with the first policy
 */
record MixComparisonSettings(List<String> policies, int seeds, ImageTraining training)
    implements ComparisonSettings {
  /** Checks the policies and numbers. */
  MixComparisonSettings {
    policies = List.copyOf(policies);
    if (policies.size() < 2) {
      throw new IllegalArgumentException(
          "--policies needs at least two to compare, got " + policies);
    }
    List<String> names = policies.stream().map(policy -> Mixing.parse(policy).name()).toList();
    if (names.stream().distinct().count() != names.size()) {
      throw new IllegalArgumentException("--policies names a policy twice: " + policies);
    }
    if (seeds < 1 || seeds > 100) {
      throw new IllegalArgumentException("--seeds is 1 to 100, got " + seeds);
    }
  }

  @Override
  public List<ImageComparison.Contender> contenders() {
    return policies.stream()
        .map(policy -> new ImageComparison.Contender(policy, training.withMix(policy)))
        .toList();
  }
}
