package dev.melange.web;

import dev.melange.search.SearchResults;
import dev.melange.web.Views.EntryView;
import dev.melange.web.Views.LinkView;
import java.util.List;

/** What the template of searches shows. All texts are plain; the template escapes them. */
public final class SearchViews {
  private SearchViews() {}

  /**
   * What was found, as a page.
   *
   * @param frame what all pages have
   * @param query as typed
   * @param summary such as {@code 12 papers}
   * @param notices what was corrected, ignored, or may have been meant
   * @param hits the papers
   * @param first the number of the first of them among all that were found
   * @param facets ways to narrow it down
   * @param feed the search as a feed; null before the first
   * @param previousPage of the same search
   * @param nextPage of the same search
   */
  public record SearchView(
      Views.Frame frame,
      String query,
      String summary,
      List<String> notices,
      List<HitView> hits,
      long first,
      List<LinkView> facets,
      String feed,
      LinkView previousPage,
      LinkView nextPage) {}

  /**
   * Papers like a text.
   *
   * @param frame what all pages have
   * @param text as given; may be empty
   * @param longest how many characters it may have
   * @param notice why there are no papers, or null
   * @param hits the papers, and how alike they are
   */
  public record SimilarView(
      Views.Frame frame, String text, int longest, String notice, List<PickViews.PickView> hits) {}

  /**
   * A paper that was found.
   *
   * @param entry as in lists
   * @param title in parts, some of them marked
   * @param passages of its text, each in parts
   */
  public record HitView(
      EntryView entry, List<SearchResults.Part> title, List<List<SearchResults.Part>> passages) {}
}
