package dev.melange.papers.study;

import java.util.Arrays;
import java.util.Locale;

/** How large a study is run. */
public enum Scale {
  /** Seconds, on bundled data: asserts only that everything runs and learns. */
  SMOKE,
  /** Minutes on two cores; the default. */
  QUICK,
  /** The paper's own setting, for a GPU. */
  FULL;

  /**
   * The scale of a name.
   *
   * @param name {@code smoke}, {@code quick} or {@code full}
   * @throws IllegalArgumentException for any other
   */
  public static Scale of(String name) {
    return Arrays.stream(values())
        .filter(scale -> scale.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown scale '" + name + "'; expected smoke, quick or full"));
  }

  /** The name in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
