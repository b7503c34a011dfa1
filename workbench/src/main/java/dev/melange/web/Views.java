package dev.melange.web;

import java.util.List;

/** What templates show. All texts are plain; templates escape them. Absent values are null. */
public final class Views {
  private Views() {}

  /**
   * What all pages have.
   *
   * @param title of the browser's window
   * @param curator under the title of lists
   * @param viewer the user's name, or null for visitors
   * @param theme light or dark; null for whatever the system has
   * @param keys whether single keys act
   * @param here the page's own address, to which forms return
   * @param menu the parts of the site
   */
  public record Frame(
      String title,
      String curator,
      String viewer,
      String theme,
      boolean keys,
      String here,
      List<TabView> menu) {}

  /**
   * One of some pages that a reader can change to.
   *
   * @param url its address
   * @param text its name
   * @param shown whether it is the one that is shown
   */
  public record TabView(String url, String text, boolean shown) {}

  /**
   * An entry of a list.
   *
   * @param id in addresses
   * @param title plain
   * @param abstractText plain, or null
   * @param summary of its card, in our words, or null
   * @param submitter who listed it, or null
   * @param byline such as {@code 4 authors}, or the organisation's name; null when nothing is known
   * @param organisationUrl of the organisation's page, or null
   * @param date the day of its publication, as {@code 2025-08-17}
   * @param dateText as {@code Aug 17, 2025}
   * @param votes counted here
   * @param voted whether the viewer voted
   * @param saved whether it is on the viewer's reading list
   * @param read whether the viewer marked it as read
   * @param comments shown here
   * @param sourceComments on the page it came from, or null
   * @param fresh listed since the viewer's last visit
   * @param key of the implementation, or null
   * @param score of trending with one decimal, or null outside that list
   * @param study its study; null where there is none
   */
  public record EntryView(
      String id,
      String title,
      String abstractText,
      String summary,
      String submitter,
      String byline,
      String organisationUrl,
      String date,
      String dateText,
      int votes,
      boolean voted,
      boolean saved,
      boolean read,
      int comments,
      Integer sourceComments,
      boolean fresh,
      String key,
      String score,
      StudyView study) {
    /** What lists show of its contents: the abstract, else the summary; null without both. */
    public String text() {
      return abstractText == null ? summary : abstractText;
    }
  }

  /**
   * How a paper's study stands here.
   *
   * @param kind holds, unshown, fails, or none
   * @param word the verdict in words
   * @param run scale, seeds and date of the newest run; null before the first
   * @param machine what it ran on, or null
   */
  public record StudyView(String kind, String word, String run, String machine) {}

  /** A link: where it leads and its words; the address is null where there is nothing. */
  public record LinkView(String url, String text) {}

  /**
   * A comment.
   *
   * @param id in addresses, after {@code c}
   * @param author the writer's name; null when hidden or deleted
   * @param label what the writer is to the paper, such as {@code submitter}; null for nothing
   * @param date when it was written, as {@code 2025-08-17 12:30}
   * @param edited whether it was changed afterwards
   * @param html its text, safe to be put into a page; null when hidden or deleted
   * @param remark instead of the text: why it is not shown; null when it is
   * @param markdown its source, for its writer to edit; null for others
   * @param mayDelete whether the viewer may delete it
   * @param mayHide whether the viewer may hide it from readers
   * @param reactions that it can be or was given; empty when it is not shown
   * @param depth 0 for comments, more for replies, at most 6
   * @param replies to it, in order
   */
  public record CommentView(
      long id,
      String author,
      String label,
      String date,
      boolean edited,
      String html,
      String remark,
      String markdown,
      boolean mayDelete,
      boolean mayHide,
      List<ReactionView> reactions,
      int depth,
      List<CommentView> replies) {}

  /**
   * A sign given to a comment.
   *
   * @param sign an emoji
   * @param name what it says
   * @param count how many gave it
   * @param own whether the viewer did
   * @param may whether the viewer may
   */
  public record ReactionView(String sign, String name, int count, boolean own, boolean may) {}

  /**
   * A run of a study.
   *
   * @param id in addresses
   * @param study the study's key
   * @param paperUrl the paper it tests, or null
   * @param scale smoke, quick or full
   * @param seed of the first repetition
   * @param state queued, running, done, failed or cancelled
   * @param queued when it was asked for
   * @param started when it began, or null
   * @param finished when it ended, or null
   * @param verdict what it found, or null
   * @param message why it failed, or null
   * @param mayCancel whether the viewer may give it up
   * @param report whether it has a report
   * @param log the end of what it printed
   */
  public record RunView(
      long id,
      String study,
      String paperUrl,
      String scale,
      long seed,
      String state,
      String queued,
      String started,
      String finished,
      String verdict,
      String message,
      boolean mayCancel,
      boolean report,
      String log) {}

  /** Some runs. */
  public record RunsView(Frame frame, List<RunView> runs) {}

  /** A request that could not be answered. */
  public record ErrorView(Frame frame, int status, String message) {}
}
