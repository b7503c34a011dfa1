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
   */
  public record Frame(
      String title, String curator, String viewer, String theme, boolean keys, String here) {}

  /**
   * An entry of a list.
   *
   * @param id in addresses
   * @param title plain
   * @param abstractText plain, or null
   * @param submitter who listed it, or null
   * @param byline such as {@code 4 authors}, or the organisation's name; null when nothing is known
   * @param organisationUrl of the organisation's page, or null
   * @param date the day of its publication, as {@code 2025-08-17}
   * @param dateText as {@code Aug 17, 2025}
   * @param votes counted here
   * @param voted whether the viewer voted
   * @param comments shown here
   * @param sourceComments on the page it came from, or null
   * @param fresh listed since the viewer's last visit
   * @param key of the implementation, or null
   * @param score of trending with one decimal, or null outside that list
   * @param verdict of its newest study here, or null
   */
  public record EntryView(
      String id,
      String title,
      String abstractText,
      String submitter,
      String byline,
      String organisationUrl,
      String date,
      String dateText,
      int votes,
      boolean voted,
      int comments,
      Integer sourceComments,
      boolean fresh,
      String key,
      String score,
      String verdict) {}

  /** A link: where it leads and its words; the address is null where there is nothing. */
  public record LinkView(String url, String text) {}

  /**
   * A list.
   *
   * @param frame what all pages have
   * @param heading such as {@code Sun, Aug 17, 2025}
   * @param lists the lists one can change to; the present one has no address
   * @param earlier the previous period with papers
   * @param later the next one
   * @param explanation how the list is ranked
   * @param notice why it is empty, or another remark; null for none
   * @param entries the papers
   * @param previousPage of the same list
   * @param nextPage of the same list
   */
  public record ListView(
      Frame frame,
      String heading,
      List<LinkView> lists,
      LinkView earlier,
      LinkView later,
      String explanation,
      String notice,
      List<EntryView> entries,
      LinkView previousPage,
      LinkView nextPage) {}

  /** A claim of a paper's card. */
  public record ClaimView(String text, String figure, String source) {}

  /**
   * A comment.
   *
   * @param id in addresses, after {@code c}
   * @param author the writer's name; null when hidden or deleted
   * @param date when it was written, as {@code 2025-08-17 12:30}
   * @param edited whether it was changed afterwards
   * @param html its text, safe to be put into a page; null when hidden or deleted
   * @param remark instead of the text: why it is not shown; null when it is
   * @param markdown its source, for its writer to edit; null for others
   * @param mayDelete whether the viewer may delete it
   * @param depth 0 for comments, more for replies, at most 6
   * @param replies to it, in order
   */
  public record CommentView(
      long id,
      String author,
      String date,
      boolean edited,
      String html,
      String remark,
      String markdown,
      boolean mayDelete,
      int depth,
      List<CommentView> replies) {}

  /** Something that happened to a paper. */
  public record HistoryView(String date, String text) {}

  /**
   * A paper's page.
   *
   * @param frame what all pages have
   * @param entry as in lists
   * @param authors names, or null when only their number is known
   * @param listed the day it was listed, or null
   * @param withdrawn whether it was withdrawn
   * @param links arXiv, PDF, code and others; those without address are shown as text
   * @param summary of its card, or null
   * @param claims of its card
   * @param models registered here
   * @param components registered here
   * @param history what happened to it
   * @param bibtex its entry for a bibliography
   * @param discussion comments, each with its replies
   * @param runnable whether it has a study that the viewer may run
   * @param results of its study here, newest first
   */
  public record PaperView(
      Frame frame,
      EntryView entry,
      String authors,
      String listed,
      boolean withdrawn,
      List<LinkView> links,
      String summary,
      List<ClaimView> claims,
      List<String> models,
      List<String> components,
      List<HistoryView> history,
      String bibtex,
      List<CommentView> discussion,
      boolean runnable,
      List<ResultView> results) {}

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

  /**
   * What a study found about a paper here.
   *
   * @param verdict as the study words it
   * @param scale quick or full; smoke says nothing about the claim
   * @param seeds such as {@code 0 to 2}
   * @param machine what it ran on
   * @param date the day it ended
   * @param comparisons the paper's figures beside ours
   */
  public record ResultView(
      String verdict,
      String scale,
      String seeds,
      String machine,
      String date,
      List<ComparisonView> comparisons) {}

  /** A figure of a paper beside ours. */
  public record ComparisonView(String quantity, String paper, String here) {}

  /** A request that could not be answered. */
  public record ErrorView(Frame frame, int status, String message) {}
}
