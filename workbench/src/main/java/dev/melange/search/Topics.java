package dev.melange.search;

import java.util.HashSet;
import java.util.List;

/** Topics readers follow: a text is on a topic if it has all its words, in whatever form. */
public final class Topics {
  private Topics() {}

  /**
   * Whether a text is on a topic.
   *
   * @param topic some words; one without any word matches nothing
   * @param text plain
   */
  public static boolean matches(String topic, String text) {
    List<String> stems = Analyzers.terms(Analyzers.STEMS, topic);
    return !stems.isEmpty()
        && new HashSet<>(Analyzers.terms(Analyzers.STEMS, text)).containsAll(stems);
  }
}
