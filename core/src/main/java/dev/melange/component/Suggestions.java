package dev.melange.component;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name a user most likely meant by a mistyped one. */
public final class Suggestions {
  private Suggestions() {}

  /**
   * The known name nearest to {@code given}: one that differs by at most a third of its letters
   * (insertions, deletions, replacements, swaps of neighbours; case is ignored), else one that
   * starts with what was given.
   *
   * @param given what the user typed
   * @param known the names that would have been right
   * @return the nearest name, or nothing when none is near
   */
  public static Optional<String> closest(String given, Collection<String> known) {
    String typed = given.toLowerCase(Locale.ROOT);
    Optional<String> nearest =
        known.stream()
            .filter(name -> distance(typed, name) <= Math.max(1, name.length() / 3))
            .min(
                Comparator.<String>comparingInt(name -> distance(typed, name))
                    .thenComparing(n -> n));
    return nearest.isPresent()
        ? nearest
        : known.stream()
            .filter(name -> typed.length() >= 3 && name.toLowerCase(Locale.ROOT).startsWith(typed))
            .min(Comparator.comparingInt(String::length).thenComparing(n -> n));
  }

  /**
   * A phrase to append to an error message: {@code "; did you mean 'mlp_ratios'?"}, or the empty
   * string when no known name is near.
   *
   * @param given what the user typed
   * @param known the names that would have been right
   * @return the phrase, possibly empty
   */
  public static String didYouMean(String given, Collection<String> known) {
    return closest(given, known).map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  /** Optimal string alignment distance, ignoring case. */
  private static int distance(String typed, String name) {
    String b = name.toLowerCase(Locale.ROOT);
    int[][] d = new int[typed.length() + 1][b.length() + 1];
    for (int i = 0; i <= typed.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replace = d[i - 1][j - 1] + (typed.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replace, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && typed.charAt(i - 1) == b.charAt(j - 2)
            && typed.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[typed.length()][b.length()];
  }
}
