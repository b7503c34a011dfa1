package dev.melange.web;

import dev.melange.web.PersonalViews.CollectionView;
import dev.melange.web.PersonalViews.KeptView;
import dev.melange.web.Views.CommentView;
import dev.melange.web.Views.EntryView;
import dev.melange.web.Views.Frame;
import dev.melange.web.Views.LinkView;
import dev.melange.web.Views.StudyView;
import java.util.List;

/** What the template of a paper's page shows. Texts are plain; the template escapes them. */
public final class PaperViews {
  private PaperViews() {}

  /**
   * A paper's page.
   *
   * @param frame what all pages have
   * @param entry as in lists
   * @param authors names, with the lists of their papers; empty when only their number is known
   * @param listed the day it was listed, or null
   * @param withdrawn whether it was withdrawn
   * @param links arXiv, PDF, code and others; those without address are shown as text
   * @param claims of its card
   * @param panel what its study found here; null where there is no study
   * @param models registered here
   * @param components registered here
   * @param topics it belongs to
   * @param similar papers with the reasons
   * @param collections with it that the viewer may see
   * @param history what happened to it
   * @param bibtex its entry for a bibliography
   * @param discussion comments, each with its replies
   * @param kept what the viewer keeps of it; null for visitors
   * @param authorship what its authors may do; null for who may nothing
   * @param edit what curators may change; null for others
   */
  public record PaperView(
      Frame frame,
      EntryView entry,
      List<AuthorView> authors,
      String listed,
      boolean withdrawn,
      List<LinkView> links,
      List<ClaimView> claims,
      PanelView panel,
      List<String> models,
      List<String> components,
      List<LinkView> topics,
      List<SimilarView> similar,
      List<CollectionView> collections,
      List<HistoryView> history,
      String bibtex,
      List<CommentView> discussion,
      KeptView kept,
      AuthorshipView authorship,
      EditView edit) {}

  /** An author: the list of their papers, and the user who is known to be them, or null. */
  public record AuthorView(String url, String name, String user) {}

  /**
   * What a paper's authors may do on its page.
   *
   * @param names that can be claimed
   * @param claimed the name that the viewer claims, or null
   * @param verified whether that is known to be true
   * @param hidden whether that name is not shown
   * @param mayEditLinks whether the viewer may edit the links
   * @param project the project's page, or empty
   * @param repository the source code, or empty
   */
  public record AuthorshipView(
      List<String> names,
      String claimed,
      boolean verified,
      boolean hidden,
      boolean mayEditLinks,
      String project,
      String repository) {}

  /**
   * What curators may change of a paper.
   *
   * @param title as it is written
   * @param abstractText likewise; may be empty
   * @param authors one a line
   * @param day on which it is listed, else the present one
   * @param listed whether it is
   * @param withdrawn whether it was withdrawn
   */
  public record EditView(
      String title,
      String abstractText,
      String authors,
      String day,
      boolean listed,
      boolean withdrawn) {}

  /** A claim of a paper's card. */
  public record ClaimView(String text, String figure, String source) {}

  /** Something that happened to a paper. */
  public record HistoryView(String date, String text) {}

  /**
   * A similar paper.
   *
   * @param url of its page
   * @param title plain
   * @param cosine of the two papers' vectors, such as {@code 0.71}
   * @param shared words that speak most for it
   */
  public record SimilarView(String url, String title, String cosine, List<String> shared) {}

  /**
   * What a study found about a paper here.
   *
   * @param study the verdict of the newest run
   * @param claim that was tested, in words
   * @param reasons how the verdict came about
   * @param figures the paper's figures beside ours
   * @param tables results by method and metric, with mean and standard deviation over seeds
   * @param chart a figure of the report, as HTML that may be put into a page; null for none
   * @param report where the newest run's report is, or null
   * @param further other claims that were judged in the same run
   * @param earlier earlier runs
   * @param runnable whether the viewer may run it
   */
  public record PanelView(
      StudyView study,
      String claim,
      List<String> reasons,
      List<FigureView> figures,
      List<TableView> tables,
      String chart,
      String report,
      List<FindingView> further,
      List<EarlierView> earlier,
      boolean runnable) {}

  /** A judged claim beside the main one. */
  public record FindingView(StudyView study, String claim) {}

  /** An earlier run. */
  public record EarlierView(StudyView study, String report) {}

  /** A figure of a paper beside ours. */
  public record FigureView(String quantity, String paper, String here) {}

  /** A table; each row has a cell for each column. */
  public record TableView(String title, List<ColumnView> columns, List<List<String>> rows) {}

  /** A column. */
  public record ColumnView(String name, boolean number) {}
}
