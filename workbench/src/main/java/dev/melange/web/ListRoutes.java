package dev.melange.web;

import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.Period;
import dev.melange.store.Ranking;
import dev.melange.store.Sort;
import dev.melange.web.ListPage.Choice;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The lists: latest, by day, week and month, trending, of an organisation, of an author. */
final class ListRoutes implements Routes {
  private static final String NEWEST = "Published last first.";

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
    routes.get("/authors/{name}", this::author);
  }

  private static PaperQuery all(Sort sort) {
    return PaperQuery.all(sort, ListPage.PAGE, 0);
  }

  /** All papers, those of the latest day first; or the list of the day in {@code date}. */
  private void latest(Context context) {
    String date = context.queryParam("date");
    if (date != null) {
      period(context, Period.Unit.DATE, date);
      return;
    }
    LocalDate day = site.papers().lastDayUntil(site.today()).orElse(site.today());
    List<Sort> sorts = sorts(Sort.PUBLISHED_AT, Sort.UPVOTES, Sort.NEWEST);
    Sort sort = Params.sort(context, Sort.PUBLISHED_AT, sorts.toArray(Sort[]::new));
    ListPage page =
        sort == Sort.POSITION
            ? ListPage.of(site, "Daily Papers", "/papers", site.papers().importedIds())
            : ListPage.of(site, "Daily Papers", "/papers", all(sort));
    page.withTabs()
        .around(new Period(Period.Unit.DATE, day))
        .sorted(choices(sorts), parameter(sorts, sort))
        .explained(explanation(sort))
        .feed("/feeds/daily.atom")
        .show(context);
  }

  private void period(Context context, Period.Unit unit, String text) {
    Period period;
    try {
      period = Period.parse(unit, text);
    } catch (IllegalArgumentException e) {
      throw RequestException.bad(e.getMessage());
    }
    List<Sort> sorts = sorts(Sort.UPVOTES, Sort.PUBLISHED_AT, Sort.TRENDING);
    Sort sort = Params.sort(context, Sort.UPVOTES, sorts.toArray(Sort[]::new));
    PaperQuery query = PaperQuery.of(period, sort, ListPage.PAGE, 0);
    if (unit == Period.Unit.DATE && site.papers().count(query) == 0) {
      Optional<LocalDate> earlier = site.papers().lastDayUntil(period.from());
      if (earlier.isPresent()) {
        context.redirect(
            "/papers/date/" + earlier.get() + "?asked=" + period.from(), HttpStatus.FOUND);
        return;
      }
    }
    ListPage.of(site, Dates.heading(period), Dates.url(period), query)
        .withTabs()
        .around(period)
        .inColumns()
        .sorted(choices(sorts), parameter(sorts, sort))
        .explained(explanation(sort))
        .notice(asked(context, period))
        .whenEmpty("No papers in %s.".formatted(Dates.heading(period)))
        .show(context);
  }

  /** Some orders, and that of an imported page where there was one. */
  private List<Sort> sorts(Sort... orders) {
    List<Sort> sorts = new ArrayList<>(Arrays.asList(orders));
    if (site.papers().hasImportedPage()) {
      sorts.add(Sort.POSITION);
    }
    return sorts;
  }

  private static List<Choice> choices(List<Sort> sorts) {
    return sorts.stream().map(sort -> new Choice(parameter(sorts, sort), word(sort))).toList();
  }

  private static String parameter(List<Sort> sorts, Sort sort) {
    return sort == sorts.get(0) ? "" : "sort=" + sort.label();
  }

  private static String word(Sort sort) {
    return switch (sort) {
      case PUBLISHED_AT -> "Listed";
      case UPVOTES -> "Votes";
      case TRENDING -> "Trend";
      case NEWEST -> "Published";
      case POSITION -> "As imported";
    };
  }

  private static String explanation(Sort sort) {
    return switch (sort) {
      case PUBLISHED_AT ->
          "Listed last first; papers that were never listed follow by publication.";
      case UPVOTES -> "Most votes first, then in order of submission.";
      case TRENDING ->
          "Each vote counts 1, a comment 0.5 (two of a reader at most), a listing 1, a new result"
              + " 2, an author taking part 1; every count halves in 48 hours.";
      case NEWEST -> NEWEST;
      case POSITION -> "As on the page that was imported last.";
    };
  }

  /** Why another day is shown than was asked for; null where it is not. */
  private static String asked(Context context, Period period) {
    String asked = context.queryParam("asked");
    return asked != null && asked.matches("\\d{4}-\\d{2}-\\d{2}")
        ? "No papers on %s; the last day with papers is %s.".formatted(asked, Dates.heading(period))
        : null;
  }

  private void trending(Context context) {
    String by = context.queryParam("by");
    Ranking ranking = by == null ? null : Params.refused(() -> Ranking.of(by));
    String heading = "Trending";
    String path = "/papers/trending";
    ListPage page =
        ranking == null
            ? ListPage.of(site, heading, path, all(Sort.TRENDING))
            : ListPage.of(
                site,
                heading,
                path,
                (most, leftOut) ->
                    ranking.ids(site.database(), site.clock().instant(), most, leftOut));
    List<Choice> choices = new ArrayList<>();
    choices.add(new Choice("", "Now"));
    for (Ranking other : Ranking.values()) {
      choices.add(new Choice("by=" + other.label(), word(other)));
    }
    page.withTabs()
        .sorted(choices, ranking == null ? "" : "by=" + ranking.label())
        .explained(ranking == null ? explanation(Sort.TRENDING) : explanation(ranking))
        .whenEmpty(
            ranking == null ? "No papers here yet." : "Nobody voted for a paper in this time.")
        .feed("/feeds/trending.atom")
        .show(context);
  }

  private static String word(Ranking ranking) {
    return switch (ranking) {
      case HOT -> "Hot";
      case DAY -> "Top of the day";
      case WEEK -> "of the week";
      case MONTH -> "of the month";
      case ALL -> "of all";
    };
  }

  private static String explanation(Ranking ranking) {
    return switch (ranking) {
      case HOT ->
          "The logarithm (to base 10) of the votes, plus the time of listing in units of 12.5 hours:"
              + " ten times the votes make up for 12.5 hours.";
      case DAY -> "Most votes of the last 24 hours first.";
      case WEEK -> "Most votes of the last 7 days first.";
      case MONTH -> "Most votes of the last 30 days first.";
      case ALL -> "Most votes first.";
    };
  }

  private void newest(Context context) {
    ListPage.of(site, "Every paper", "/papers/new", all(Sort.NEWEST))
        .remark("%,d papers, published last first".formatted(site.papers().count(all(Sort.NEWEST))))
        .feed("/feeds/new.atom")
        .show(context);
  }

  private void organisation(Context context) {
    String slug = context.pathParam("slug");
    PaperQuery query = all(Sort.NEWEST).under(slug);
    List<PaperEntry> first = site.papers().list(query.page(1, 0));
    if (first.isEmpty()) {
      throw RequestException.notFound("there is no organisation " + Params.shortened(slug));
    }
    String encoded = EntryViews.encoded(slug);
    ListPage.of(site, first.get(0).organisation().name(), "/orgs/" + encoded, query)
        .remark("Organisation, " + papers(query))
        .explained(NEWEST)
        .feed("/feeds/orgs/" + encoded + ".atom")
        .show(context);
  }

  private void author(Context context) {
    String name = context.pathParam("name");
    PaperQuery query = all(Sort.NEWEST).writtenBy(name);
    String count = papers(query);
    if (count.equals("0 papers")) {
      throw RequestException.notFound("there is no author " + Params.shortened(name));
    }
    ListPage.of(site, name, "/authors/" + EntryViews.encoded(name), query)
        .remark("Author, " + count + " under this name")
        .feed("/feeds/authors/" + EntryViews.encoded(name) + ".atom")
        .explained(NEWEST)
        .show(context);
  }

  private String papers(PaperQuery query) {
    return count(site.papers().count(query));
  }

  /** A number of papers in words. */
  static String count(long papers) {
    return papers == 1 ? "1 paper" : papers + " papers";
  }
}
