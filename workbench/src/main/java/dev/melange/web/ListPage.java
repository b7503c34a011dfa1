package dev.melange.web;

import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.Period;
import dev.melange.store.Sort;
import dev.melange.store.User;
import dev.melange.web.ListViews.ListView;
import dev.melange.web.Views.LinkView;
import dev.melange.web.Views.TabView;
import io.javalin.http.Context;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** A list of papers as a page, of which a request asks for one part after the other. */
final class ListPage {
  static final int PAGE = 50;

  private static final int MAX_PAGE = 100_000;

  /** Gives a part of a list. */
  interface Source {
    List<PaperEntry> part(int most, long leftOut);
  }

  private final Site site;
  private final String heading;
  private final String path;
  private final Source source;
  private boolean tabs;
  private boolean columns;
  private boolean scores;
  private String remark;
  private String explanation;
  private String notice;
  private String whenEmpty = "No papers here yet.";
  private String feed;
  private Period period;
  private String table;
  private String recommended;
  private PersonalViews.CollectionView collection;
  private List<Choice> choices = List.of();
  private String chosen = "";

  /**
   * A list.
   *
   * @param heading above it
   * @param path its address
   * @param source its papers
   */
  ListPage(Site site, String heading, String path, Source source) {
    this.site = site;
    this.heading = heading;
    this.path = path;
    this.source = source;
  }

  /** The papers of a query, whose own part does not count. */
  static ListPage of(Site site, String heading, String path, PaperQuery query) {
    ListPage page =
        new ListPage(
            site, heading, path, (most, leftOut) -> site.papers().list(query.page(most, leftOut)));
    page.scores = query.sort() == Sort.TRENDING;
    return page;
  }

  /** The papers of some ids, in their order. */
  static ListPage of(Site site, String heading, String path, List<Long> ids) {
    return of(
        site, heading, path, (most, leftOut) -> ids.stream().skip(leftOut).limit(most).toList());
  }

  /** Gives the ids of a part of a list. */
  interface Ids {
    List<Long> part(int most, long leftOut);
  }

  /** The papers of the ids of each part, in their order. */
  static ListPage of(Site site, String heading, String path, Ids ids) {
    return new ListPage(
        site, heading, path, (most, leftOut) -> site.papers().withIds(ids.part(most, leftOut)));
  }

  /** One of the lists of all papers, beside the others and with the invitation to subscribe. */
  ListPage withTabs() {
    this.tabs = true;
    return this;
  }

  /** With the way to other periods around this one. */
  ListPage around(Period around) {
    this.period = around;
    return this;
  }

  /** In two columns where there is room. */
  ListPage inColumns() {
    this.columns = true;
    return this;
  }

  /** What stands under the heading. */
  ListPage remark(String text) {
    this.remark = text;
    return this;
  }

  /** How it is ranked. */
  ListPage explained(String text) {
    this.explanation = text;
    return this;
  }

  /** A notice above the papers; null for none. */
  ListPage notice(String text) {
    this.notice = text;
    return this;
  }

  /** What is told when there are none. */
  ListPage whenEmpty(String text) {
    this.whenEmpty = text;
    return this;
  }

  /** The address of its feed. */
  ListPage feed(String url) {
    this.feed = url;
    return this;
  }

  /** The address of its table for spreadsheets. */
  ListPage table(String url) {
    this.table = url;
    return this;
  }

  /** The address of papers like those of the list. */
  ListPage recommended(String url) {
    this.recommended = url;
    return this;
  }

  /**
   * An order one can choose.
   *
   * @param parameter of the address; empty for the list's own order
   * @param word for it
   */
  record Choice(String parameter, String word) {}

  /**
   * With a choice of orders, the first of which is the list's own.
   *
   * @param shown the parameter of the order of these papers
   */
  ListPage sorted(List<Choice> orders, String shown) {
    this.choices = orders;
    this.chosen = shown;
    return this;
  }

  /** What its owner may change. */
  ListPage collection(PersonalViews.CollectionView view) {
    this.collection = view;
    return this;
  }

  /** Answers a request. */
  void show(Context context) {
    int page = Params.number(context, "p", 0, MAX_PAGE, 0);
    List<PaperEntry> found = source.part(PAGE + 1, (long) page * PAGE);
    boolean more = found.size() > PAGE;
    User viewer = site.viewers().of(context);
    ListView view =
        new ListView(
            Frames.of(context, site, heading),
            heading,
            remark,
            tabs && Preferences.of(context).strip(),
            tabs ? tabs() : List.of(),
            period == null ? null : new Dates(site).view(period),
            explanation,
            choices.size() < 2 ? List.of() : choices.stream().map(this::order).toList(),
            found.isEmpty() && notice == null ? whenEmpty : notice,
            EntryViews.of(found.subList(0, Math.min(PAGE, found.size())), site, viewer, scores),
            (long) page * PAGE + 1,
            columns,
            page + 1,
            page == 0 ? Dates.NOTHING : new LinkView(address(chosen, page - 1), "Previous page"),
            more ? new LinkView(address(chosen, page + 1), "Next page") : Dates.NOTHING,
            feed,
            table,
            recommended,
            collection);
    context.html(site.templates().render("list.jte", view));
  }

  private String address(String order, int page) {
    String place = page == 0 ? "" : "p=" + page;
    String both = order + (order.isEmpty() || place.isEmpty() ? "" : "&") + place;
    return both.isEmpty() ? path : path + "?" + both;
  }

  private TabView order(Choice choice) {
    return new TabView(
        address(choice.parameter(), 0), choice.word(), choice.parameter().equals(chosen));
  }

  private List<TabView> tabs() {
    LocalDate day = period == null ? site.today() : period.from();
    LocalDate shown = site.papers().lastDayUntil(day).orElse(day);
    List<TabView> links = new ArrayList<>();
    links.add(tab("/papers", "All"));
    links.add(tab("/papers/trending", "Trending"));
    for (Period.Unit unit : Period.Unit.values()) {
      String word =
          switch (unit) {
            case DATE -> "Day";
            case WEEK -> "Week";
            case MONTH -> "Month";
          };
      // An empty period remains itself.
      Period other = period != null && period.unit() == unit ? period : new Period(unit, shown);
      links.add(tab(Dates.url(other), word));
    }
    return links;
  }

  private TabView tab(String url, String text) {
    return new TabView(url, text, url.equals(path));
  }
}
