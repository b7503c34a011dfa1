package dev.melange.web;

import dev.melange.web.Views.EntryView;
import dev.melange.web.Views.Frame;
import dev.melange.web.Views.LinkView;
import java.util.List;

/** What templates show of a reader's own things. All texts are plain; templates escape them. */
public final class PersonalViews {
  private PersonalViews() {}

  /**
   * The buttons of an entry after one of them was used.
   *
   * @param entry as it is now
   * @param from the page it stands on
   * @param said what to tell who cannot see it
   */
  public record ActedView(EntryView entry, String from, String said) {}

  /**
   * What a reader keeps of one paper.
   *
   * @param tags separated by commas
   * @param note in Markdown
   * @param collections the reader's own
   */
  public record KeptView(String tags, String note, List<MembershipView> collections) {}

  /** A collection, and whether the paper is in it. */
  public record MembershipView(long id, String name, boolean in) {}

  /**
   * A collection.
   *
   * @param id in addresses
   * @param name its name
   * @param description may be empty
   * @param owner whose it is; null for the viewer's own
   * @param open whether everybody may see it
   * @param papers how many it has
   */
  public record CollectionView(
      long id, String name, String description, String owner, boolean open, int papers) {}

  /**
   * The form for submitting a paper.
   *
   * @param frame what all pages have
   * @param value of its field
   * @param problem why the paper could not be brought in; null before that
   * @param known the address of the paper, if it is here already, or null
   * @param days how old a paper may be to be listed today
   */
  public record SubmitView(Frame frame, String value, String problem, String known, int days) {}

  /**
   * A reader's collections, tags and searches.
   *
   * @param frame what all pages have
   * @param saved papers on the reading list
   * @param own the reader's collections
   * @param others collections of others that everybody may see
   * @param tags with the number of papers
   * @param searches that were kept
   */
  public record LibraryView(
      Frame frame,
      int saved,
      List<CollectionView> own,
      List<CollectionView> others,
      List<LinkView> tags,
      List<SearchView> searches) {}

  /** A search that was kept. */
  public record SearchView(long id, String name, String query, String url) {}

  /**
   * What a reader can set.
   *
   * @param frame what all pages have
   * @param strip whether the invitation to subscribe is shown
   * @param mail whether one can subscribe here
   * @param curator whether the reader decides claims and duplicates
   */
  public record SettingsView(Frame frame, boolean strip, boolean mail, boolean curator) {}

  /** Topics: what papers' models are made for, and arXiv's categories. */
  public record TopicsView(Frame frame, List<LinkView> tasks, List<LinkView> categories) {}
}
