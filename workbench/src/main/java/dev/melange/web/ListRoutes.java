package dev.melange.web;

import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.Period;
import dev.melange.store.Sort;
import dev.melange.store.User;
import dev.melange.web.Views.LinkView;
import dev.melange.web.Views.ListView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The lists: by day, week and month, trending, newest. */
final class ListRoutes implements Routes {
  private static final int PAGE = 50;
  private static final int MAX_PAGE = 100_000;
  private static final LinkView NOTHING = new LinkView(null, null);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("EEE, MMM d, uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("MMMM uuuu", Locale.ENGLISH);

  private final Site site;

  ListRoutes(Site site) {
    this.site = site;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/", context -> context.redirect("/papers", HttpStatus.FOUND));
    routes.get("/papers", this::latest);
    for (Period.Unit unit : Period.Unit.values()) {
      routes.get(
          "/papers/" + unit.label() + "/{period}",
          context -> period(context, unit, context.pathParam("period")));
    }
    routes.get("/papers/trending", this::trending);
    routes.get("/papers/new", this::newest);
    routes.get("/orgs/{slug}", this::organisation);
  }

  private void latest(Context context) {
    String date = context.queryParam("date");
    if (date != null) {
      period(context, Period.Unit.DATE, date);
      return;
    }
    LocalDate day = site.papers().lastDayUntil(site.today()).orElse(site.today());
    show(context, new Period(Period.Unit.DATE, day));
  }

  private void period(Context context, Period.Unit unit, String text) {
    Period period;
    try {
      period = Period.parse(unit, text);
    } catch (IllegalArgumentException e) {
      throw RequestException.bad(e.getMessage());
    }
    boolean empty = site.papers().count(PaperQuery.of(period, Sort.UPVOTES, 1, 0)) == 0;
    if (empty && unit == Period.Unit.DATE) {
      Optional<LocalDate> earlier = site.papers().lastDayUntil(period.from());
      if (earlier.isPresent()) {
        context.redirect(
            "/papers/date/" + earlier.get() + "?asked=" + period.from(), HttpStatus.FOUND);
        return;
      }
    }
    show(context, period);
  }

  private void show(Context context, Period period) {
    PaperQuery query = PaperQuery.of(period, Sort.UPVOTES, PAGE, 0);
    String notice = null;
    String asked = context.queryParam("asked");
    if (asked != null && asked.matches("\\d{4}-\\d{2}-\\d{2}")) {
      notice = "No papers on %s; the last day with papers is %s.".formatted(asked, heading(period));
    }
    render(
        context,
        query,
        heading(period),
        "Most votes first, then in order of submission.",
        notice,
        "/papers/" + period.unit().label() + "/" + period,
        period);
  }

  private void trending(Context context) {
    render(
        context,
        PaperQuery.all(Sort.TRENDING, PAGE, 0),
        "Trending",
        "Each vote counts 1, a comment 0.5 (two of a reader at most), a listing 1, a new result 2,"
            + " an author taking part 1; every count halves in 48 hours.",
        null,
        "/papers/trending",
        null);
  }

  private void newest(Context context) {
    render(
        context,
        PaperQuery.all(Sort.NEWEST, PAGE, 0),
        "All papers",
        "Published last first.",
        null,
        "/papers/new",
        null);
  }

  private void organisation(Context context) {
    String slug = context.pathParam("slug");
    PaperQuery query = PaperQuery.all(Sort.NEWEST, PAGE, 0).under(slug);
    List<PaperEntry> first = site.papers().list(query);
    if (first.isEmpty()) {
      throw RequestException.notFound("there is no organisation " + Params.shortened(slug));
    }
    render(
        context,
        query,
        first.get(0).organisation().name(),
        "Published last first.",
        null,
        "/orgs/" + EntryViews.encoded(slug),
        null);
  }

  private void render(
      Context context,
      PaperQuery query,
      String heading,
      String explanation,
      String notice,
      String path,
      Period period) {
    int page = Params.number(context, "p", 0, MAX_PAGE, 0);
    PaperQuery paged =
        new PaperQuery(
            query.period(),
            query.submitter(),
            query.organisation(),
            query.collection(),
            query.sort(),
            PAGE + 1,
            (long) page * PAGE,
            null);
    List<PaperEntry> found = site.papers().list(paged);
    boolean more = found.size() > PAGE;
    User viewer = site.viewers().of(context);
    ListView view =
        new ListView(
            Frames.of(context, site, heading),
            heading,
            lists(path, period),
            period == null ? NOTHING : neighbour(period, false),
            period == null ? NOTHING : neighbour(period, true),
            explanation,
            found.isEmpty() && notice == null ? "No papers here yet." : notice,
            EntryViews.of(
                found.subList(0, Math.min(PAGE, found.size())),
                site,
                viewer,
                query.sort() == Sort.TRENDING),
            page == 0 ? NOTHING : new LinkView(path + "?p=" + (page - 1), "Previous page"),
            more ? new LinkView(path + "?p=" + (page + 1), "Next page") : NOTHING);
    context.html(site.templates().render("list.jte", view));
  }

  /** The period beside this one that has papers. */
  private LinkView neighbour(Period period, boolean later) {
    Optional<LocalDate> day =
        later
            ? site.papers().firstDayFrom(period.end())
            : site.papers().lastDayUntil(period.from().minusDays(1));
    return day.map(found -> new Period(period.unit(), found))
        .map(found -> new LinkView("/papers/" + found.unit().label() + "/" + found, heading(found)))
        .orElse(NOTHING);
  }

  private List<LinkView> lists(String path, Period period) {
    LocalDate day = period == null ? site.today() : period.from();
    LocalDate shown = site.papers().lastDayUntil(day).orElse(day);
    List<LinkView> links = new ArrayList<>();
    for (Period.Unit unit : Period.Unit.values()) {
      boolean present = period != null && period.unit() == unit;
      String word = unit == Period.Unit.DATE ? "Day" : unit == Period.Unit.WEEK ? "Week" : "Month";
      links.add(
          new LinkView(
              present ? null : "/papers/" + unit.label() + "/" + new Period(unit, shown), word));
    }
    for (String list : List.of("Trending", "All")) {
      String url = list.equals("All") ? "/papers/new" : "/papers/trending";
      links.add(new LinkView(url.equals(path) ? null : url, list));
    }
    return links;
  }

  private static String heading(Period period) {
    return switch (period.unit()) {
      case DATE -> DAY.format(period.from());
      case WEEK ->
          "Week " + period.toString().substring(6) + " of " + period.toString().substring(0, 4);
      case MONTH -> MONTH.format(period.from());
    };
  }
}
