package dev.melange.web;

import dev.melange.store.PaperStore;
import dev.melange.store.Period;
import dev.melange.store.Period.Unit;
import dev.melange.web.ListViews.DatesView;
import dev.melange.web.ListViews.DayView;
import dev.melange.web.Views.LinkView;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;

/** The way to other days, weeks and months. Periods without papers are skipped. */
final class Dates {
  static final LinkView NOTHING = new LinkView(null, null);

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("EEE, MMM d, uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("MMMM uuuu", Locale.ENGLISH);
  private static final List<String> WEEKDAYS =
      Arrays.stream(DayOfWeek.values())
          .map(day -> day.getDisplayName(TextStyle.FULL, Locale.ENGLISH))
          .toList();

  private final Site site;

  Dates(Site site) {
    this.site = site;
  }

  /** The address of a period's list. */
  static String url(Period period) {
    return "/papers/" + period.unit().label() + "/" + period;
  }

  /** A period in words. */
  static String heading(Period period) {
    return switch (period.unit()) {
      case DATE -> DAY.format(period.from());
      case WEEK ->
          "Week " + period.toString().substring(6) + " of " + period.toString().substring(0, 4);
      case MONTH -> MONTH.format(period.from());
    };
  }

  /** What stands around a period. */
  DatesView view(Period period) {
    Period month = new Period(Unit.MONTH, period.from());
    return new DatesView(
        heading(period),
        neighbour(period, false),
        neighbour(period, true),
        period.from().toString(),
        url(new Period(Unit.DATE, site.today())),
        new LinkView(url(month), heading(month)),
        WEEKDAYS,
        weeks(month, period));
  }

  /** The period beside one that has papers. */
  private LinkView neighbour(Period period, boolean later) {
    PaperStore papers = site.papers();
    Optional<LocalDate> day =
        later ? papers.firstDayFrom(period.end()) : papers.lastDayUntil(period.from().minusDays(1));
    return day.map(found -> new Period(period.unit(), found))
        .map(found -> new LinkView(url(found), heading(found)))
        .orElse(NOTHING);
  }

  private List<List<DayView>> weeks(Period month, Period shown) {
    SortedMap<LocalDate, Integer> papers = site.papers().days(month);
    List<List<DayView>> weeks = new ArrayList<>();
    LocalDate day = new Period(Unit.WEEK, month.from()).from();
    while (day.isBefore(month.end())) {
      List<DayView> week = new ArrayList<>();
      for (int i = 0; i < 7; i++, day = day.plusDays(1)) {
        week.add(
            new Period(Unit.MONTH, day).equals(month)
                ? day(day, papers.get(day), shown)
                : new DayView(null, null, null, false));
      }
      weeks.add(week);
    }
    return weeks;
  }

  private static DayView day(LocalDate day, Integer papers, Period shown) {
    Period period = new Period(Unit.DATE, day);
    return new DayView(
        Integer.toString(day.getDayOfMonth()),
        papers == null ? null : url(period),
        papers == null
            ? null
            : "%s: %d %s".formatted(heading(period), papers, papers == 1 ? "paper" : "papers"),
        period.equals(shown));
  }
}
