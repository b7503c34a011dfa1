package dev.melange.web;

import dev.melange.feed.TexText;
import dev.melange.feed.Titles;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperEntry.Author;
import dev.melange.store.PaperQuery;
import dev.melange.store.Sort;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Feeds for readers of feeds: Atom 1.0 and JSON Feed 1.1 of each list. */
final class FeedRoutes implements Routes {
  private static final int ENTRIES = 50;
  private static final Map<String, Sort> LISTS =
      Map.of("daily", Sort.PUBLISHED_AT, "trending", Sort.TRENDING, "new", Sort.NEWEST);

  private final Site site;

  FeedRoutes(Site site) {
    this.site = site;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/feeds/{file}", context -> list(context, context.pathParam("file")));
    routes.get("/feeds/orgs/{file}", context -> organisation(context, context.pathParam("file")));
  }

  private void list(Context context, String file) {
    String name = file.replaceFirst("\\.(atom|json)$", "");
    Sort sort = LISTS.get(name);
    if (sort == null) {
      throw RequestException.notFound("there is no feed " + Params.shortened(file));
    }
    answer(context, file, PaperQuery.all(sort, ENTRIES, 0), "Daily Papers: " + name);
  }

  private void organisation(Context context, String file) {
    String slug = file.replaceFirst("\\.(atom|json)$", "");
    PaperQuery query = PaperQuery.all(Sort.NEWEST, ENTRIES, 0).under(slug);
    List<PaperEntry> entries = site.papers().list(query);
    if (entries.isEmpty()) {
      throw RequestException.notFound("there is no organisation " + Params.shortened(slug));
    }
    answer(context, file, query, "Daily Papers: " + entries.get(0).organisation().name());
  }

  private void answer(Context context, String file, PaperQuery query, String title) {
    List<PaperEntry> entries = site.papers().list(query);
    String since = context.queryParam("since");
    if (since != null) {
      Instant after = Feeds.instant(since);
      entries = entries.stream().filter(entry -> entry.updatedAt().isAfter(after)).toList();
    }
    String base = Bases.url(context, site.config());
    Feeds feed = new Feeds(base, base + context.path(), title, entries);
    boolean json = file.endsWith(".json");
    if (!json && !file.endsWith(".atom")) {
      throw RequestException.notFound("feeds end with .atom or .json");
    }
    byte[] bytes = (json ? feed.json() : feed.atom()).getBytes(StandardCharsets.UTF_8);
    String tag = '"' + Titles.sha256(bytes).substring(0, 32) + '"';
    context.header("ETag", tag).header("Cache-Control", "public, max-age=300");
    if (tag.equals(context.header("If-None-Match"))) {
      context.status(304);
    } else {
      context
          .contentType(json ? "application/feed+json" : "application/atom+xml; charset=utf-8")
          .result(bytes);
    }
  }

  /** The id of an entry, which never changes: an arXiv id may come later, the name here stays. */
  static String tag(PaperEntry entry, String host) {
    return "tag:%s,%s:paper/%s"
        .formatted(
            host.toLowerCase(Locale.ROOT),
            entry.published().getYear(),
            PaperEntry.LOCAL + entry.localKey());
  }

  static String authors(PaperEntry entry) {
    List<String> names =
        entry.authors().stream().filter(author -> !author.hidden()).map(Author::name).toList();
    return names.isEmpty() ? null : String.join(", ", names);
  }

  static String title(PaperEntry entry) {
    return TexText.plain(entry.title());
  }

  static String time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS).toInstant().toString();
  }
}
