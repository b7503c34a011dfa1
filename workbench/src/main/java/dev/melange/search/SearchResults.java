package dev.melange.search;

import dev.melange.store.PaperEntry;
import java.util.List;
import java.util.Map;

/**
 * What was found.
 *
 * @param hits best first
 * @param total how many papers were found; rankings are cut at 200, so that at most 400 are
 * @param facets counts over all that was found: year, category, organisation, has, verdict
 * @param corrections words the index does not know, and what was searched for instead
 * @param suggestions words the index does not know, and what may have been meant
 * @param notices what was ignored or missing
 */
public record SearchResults(
    List<Hit> hits,
    int total,
    Map<String, Map<String, Integer>> facets,
    Map<String, String> corrections,
    Map<String, String> suggestions,
    List<String> notices) {
  /** Copies the lists. */
  public SearchResults {
    hits = List.copyOf(hits);
    notices = List.copyOf(notices);
  }

  /**
   * A part of a text.
   *
   * @param text plain
   * @param marked whether it is what was sought
   */
  public record Part(String text, boolean marked) {}

  /**
   * A paper that was found.
   *
   * @param paper the paper
   * @param score of the fused rankings; 0 when only filters chose it
   * @param title its title with marks
   * @param passages up to two parts of its text with marks
   */
  public record Hit(PaperEntry paper, double score, List<Part> title, List<List<Part>> passages) {
    /** Copies the lists. */
    public Hit {
      title = List.copyOf(title);
      passages = List.copyOf(passages);
    }
  }
}
