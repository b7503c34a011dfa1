package dev.melange.web;

import dev.melange.web.Views.EntryView;
import dev.melange.web.Views.Frame;
import dev.melange.web.Views.LinkView;
import dev.melange.web.Views.TabView;
import java.util.List;

/** What the templates of lists show. All texts are plain; templates escape them. */
public final class ListViews {
  private ListViews() {}

  /**
   * A list.
   *
   * @param frame what all pages have
   * @param heading such as {@code Sun, Aug 17, 2025}
   * @param remark under the heading; null for who keeps the page
   * @param strip whether the invitation to subscribe is shown
   * @param tabs the lists one can change to
   * @param dates the way to other days; null where it makes no sense
   * @param explanation how the list is ranked, or null
   * @param sorts the orders one can choose; none where there is no choice
   * @param notice why it is empty, or another remark; null for none
   * @param entries the papers
   * @param first the number of the first of them in the whole list
   * @param columns whether two columns are used where there is room
   * @param page the number of the page
   * @param previousPage of the same list
   * @param nextPage of the same list
   * @param feed the list as a feed, or null
   * @param table the list as a table for spreadsheets, or null
   * @param recommended papers like those of the list, or null
   * @param collection what its owner may change of it, or null
   */
  public record ListView(
      Frame frame,
      String heading,
      String remark,
      boolean strip,
      List<TabView> tabs,
      DatesView dates,
      String explanation,
      List<TabView> sorts,
      String notice,
      List<EntryView> entries,
      long first,
      boolean columns,
      int page,
      LinkView previousPage,
      LinkView nextPage,
      String feed,
      String table,
      String recommended,
      PersonalViews.CollectionView collection) {}

  /**
   * The way to other days, weeks or months, and a calendar of one month.
   *
   * @param label the period that is shown
   * @param earlier the previous period with papers
   * @param later the next one
   * @param day the first day of the period, as {@code 2025-08-17}
   * @param today the list of this day
   * @param month the month of the calendar
   * @param weekdays their names, Monday first
   * @param weeks seven days each
   */
  public record DatesView(
      String label,
      LinkView earlier,
      LinkView later,
      String day,
      String today,
      LinkView month,
      List<String> weekdays,
      List<List<DayView>> weeks) {}

  /**
   * A day of a calendar.
   *
   * @param number of the month; null before its first and after its last day
   * @param url the list of the day; null without papers
   * @param label such as {@code Sun, Aug 17, 2025: 3 papers}
   * @param shown whether it is the day that is shown
   */
  public record DayView(String number, String url, String label, boolean shown) {}
}
