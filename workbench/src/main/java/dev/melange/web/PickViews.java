package dev.melange.web;

import dev.melange.web.Views.EntryView;
import dev.melange.web.Views.Frame;
import java.util.List;

/** What the template of recommendations shows. All texts are plain; the template escapes them. */
public final class PickViews {
  private PickViews() {}

  /**
   * Recommendations.
   *
   * @param frame what all pages have
   * @param tags the reader's, as one can choose among them
   * @param all whether papers are like all of the chosen tags rather than any
   * @param meaning whether their meaning counts besides their words
   * @param windows since when papers count
   * @param tag the only one that is chosen, by its name in addresses; null for several
   * @param words what counts for that tag
   * @param muted what does not count for it
   * @param notice why there is nothing, or null
   * @param picks the papers, best first
   */
  public record PicksView(
      Frame frame,
      List<ChoiceView> tags,
      boolean all,
      boolean meaning,
      List<WindowView> windows,
      String tag,
      List<WordView> words,
      List<String> muted,
      String notice,
      List<PickView> picks) {}

  /** A tag: whether papers shall be like it, or not. */
  public record ChoiceView(String name, boolean wanted, boolean unwanted) {}

  /** A span of time. */
  public record WindowView(String value, String text, boolean shown) {}

  /**
   * A word and its weight.
   *
   * @param text one or two words
   * @param weight with its sign and two decimals
   * @param against whether it speaks against papers
   */
  public record WordView(String text, String weight, boolean against) {}

  /** A paper and why it is there. */
  public record PickView(EntryView entry, String reasons) {}
}
