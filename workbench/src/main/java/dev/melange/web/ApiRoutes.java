package dev.melange.web;

import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.Period;
import dev.melange.store.Ranking;
import dev.melange.store.Settings;
import dev.melange.store.Sort;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/** The JSON API for reading papers. */
final class ApiRoutes implements Routes {
  private final Site site;
  private final Cursors cursors;

  ApiRoutes(Site site) {
    this.site = site;
    this.cursors = new Cursors(new Settings(site.database()).secret("cursor"));
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/api/daily_papers", this::daily);
    routes.get("/api/papers", this::all);
    routes.get("/api/papers/trending", this::trending);
    routes.get("/api/openapi.json", OpenApi::answer);
    routes.get("/api/papers/<id>", this::paper); // old arXiv ids have a slash
  }

  private void daily(Context context) {
    int limit = Params.number(context, "limit", 1, 100, 50);
    int page = Params.number(context, "p", 0, 1_000_000, 0);
    Sort sort =
        Params.sort(context, Sort.PUBLISHED_AT, Sort.PUBLISHED_AT, Sort.TRENDING, Sort.UPVOTES);
    PaperQuery query =
        PaperQuery.of(period(context), sort, limit, (long) page * limit)
            .by(context.queryParam("submitter"));
    List<PaperEntry> entries = site.papers().list(query);
    Replies.cached(context, Bases.shapes(context, site).wrappers(entries));
  }

  private void trending(Context context) {
    int limit = Params.number(context, "limit", 1, 100, 50);
    int page = Params.number(context, "p", 0, 1_000_000, 0);
    String by = context.queryParam("by");
    Ranking ranking = by == null ? null : Params.refused(() -> Ranking.of(by));
    long leftOut = (long) page * limit;
    List<PaperEntry> entries =
        ranking == null
            ? site.papers().list(PaperQuery.all(Sort.TRENDING, limit, leftOut))
            : site.papers()
                .withIds(ranking.ids(site.database(), site.clock().instant(), limit, leftOut));
    Replies.cached(context, Bases.shapes(context, site).wrappers(entries));
  }

  /** All papers, published last first; the header Link leads to the next page. */
  private void all(Context context) {
    int limit = Params.number(context, "limit", 1, 100, 50);
    String cursor = context.queryParam("cursor");
    PaperQuery query =
        PaperQuery.all(Sort.NEWEST, limit + 1, 0)
            .after(cursor == null ? null : cursors.place(cursor));
    List<PaperEntry> entries = site.papers().list(query);
    if (entries.size() > limit) {
      entries = entries.subList(0, limit);
      PaperEntry last = entries.get(limit - 1);
      String next = cursors.text(new PaperQuery.Place(last.published(), last.id()));
      context.header(
          "Link",
          "<%s/api/papers?limit=%d&cursor=%s>; rel=\"next\""
              .formatted(Bases.url(context, site.config()), limit, next));
    }
    Replies.cached(context, Bases.shapes(context, site).wrappers(entries));
  }

  /** At most one of date, week and month; null without. */
  private Period period(Context context) {
    Period period = null;
    for (Period.Unit unit : Period.Unit.values()) {
      String text = context.queryParam(unit.label());
      if (text == null) {
        continue;
      }
      if (period != null) {
        throw RequestException.bad("expected at most one of date, week and month");
      }
      try {
        period = Period.parse(unit, text);
      } catch (IllegalArgumentException e) {
        throw RequestException.bad(e.getMessage());
      }
      if (unit == Period.Unit.DATE && period.from().isAfter(site.today())) {
        throw RequestException.bad("date " + period + " is in the future");
      }
    }
    return period;
  }

  private void paper(Context context) {
    PaperEntry entry = PaperIds.find(site.papers(), context.pathParam("id"));
    Replies.cached(context, Bases.shapes(context, site).single(entry));
  }
}
