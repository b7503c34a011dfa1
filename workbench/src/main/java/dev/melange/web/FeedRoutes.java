package dev.melange.web;

import dev.melange.feed.TexText;
import dev.melange.feed.Titles;
import dev.melange.search.PaperSearch;
import dev.melange.search.QueryParser;
import dev.melange.search.SearchRequest;
import dev.melange.search.SearchResults.Hit;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.Sort;
import dev.melange.store.User;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Feeds for readers of feeds: Atom 1.0, RSS 2.0 and JSON Feed 1.1 of each list, told apart by the
 * address's ending.
 */
final class FeedRoutes implements Routes {
  private static final int ENTRIES = 50;
  private static final Pattern FILE = Pattern.compile("(?s)(.+)\\.(atom|rss|json)");
  private static final Map<String, Sort> LISTS =
      Map.of("daily", Sort.PUBLISHED_AT, "trending", Sort.TRENDING, "new", Sort.NEWEST);
  private static final Map<String, String> TYPES =
      Map.of(
          "atom", "application/atom+xml; charset=utf-8",
          "rss", "application/rss+xml; charset=utf-8",
          "json", "application/feed+json");

  private final Site site;
  private final PaperSearch search;

  /**
   * Routes of feeds.
   *
   * @param search finds papers; null where there is no search, and no feeds of searches
   */
  FeedRoutes(Site site, PaperSearch search) {
    this.site = site;
    this.search = search;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/feeds/orgs/{file}", this::organisation);
    routes.get("/feeds/authors/{file}", this::author);
    routes.get("/feeds/topics/{file}", this::category);
    routes.get("/feeds/tags/{file}", this::tag);
    // Before the lists, whose address matches theirs.
    routes.get("/feeds/mine.opml", this::opml);
    if (search != null) {
      for (String format : TYPES.keySet()) {
        routes.get("/feeds/search." + format, context -> search(context, format));
      }
    }
    routes.get("/feeds/{file}", this::list);
  }

  /** The name of a list and the format that its address ends with. */
  private record Asked(String name, String format) {
    static Asked of(Context context) {
      String file = context.pathParam("file");
      Matcher matcher = FILE.matcher(file);
      if (!matcher.matches()) {
        throw RequestException.notFound("feeds end with .atom, .rss or .json");
      }
      return new Asked(matcher.group(1), matcher.group(2));
    }
  }

  private void list(Context context) {
    Asked asked = Asked.of(context);
    Sort sort = LISTS.get(asked.name());
    if (sort == null) {
      throw RequestException.notFound("there is no feed " + Params.shortened(asked.name()));
    }
    answer(
        context,
        asked.format(),
        site.papers().list(PaperQuery.all(sort, ENTRIES, 0)),
        asked.name(),
        asked.name().equals("daily") ? "/papers" : "/papers/" + asked.name());
  }

  private static PaperQuery newest() {
    return PaperQuery.all(Sort.NEWEST, ENTRIES, 0);
  }

  private void organisation(Context context) {
    Asked asked = Asked.of(context);
    List<PaperEntry> entries = found(newest().under(asked.name()), "organisation", asked);
    answer(
        context,
        asked.format(),
        entries,
        entries.get(0).organisation().name(),
        "/orgs/" + EntryViews.encoded(asked.name()));
  }

  private void author(Context context) {
    Asked asked = Asked.of(context);
    List<PaperEntry> entries = found(newest().writtenBy(asked.name()), "author", asked);
    String page = "/authors/" + EntryViews.encoded(asked.name());
    answer(context, asked.format(), entries, asked.name(), page);
  }

  private void category(Context context) {
    Asked asked = Asked.of(context);
    List<PaperEntry> entries = found(newest().about(asked.name()), "category", asked);
    String page = "/topics/" + EntryViews.encoded(asked.name());
    answer(context, asked.format(), entries, asked.name(), page);
  }

  private List<PaperEntry> found(PaperQuery query, String what, Asked asked) {
    List<PaperEntry> entries = site.papers().list(query);
    if (entries.isEmpty()) {
      throw RequestException.notFound(
          "there is no %s %s".formatted(what, Params.shortened(asked.name())));
    }
    return entries;
  }

  /** A reader's own tag: with a login or an API token; to all others there is none. */
  private void tag(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    Asked asked = Asked.of(context);
    List<Long> ids = site.tags().papers(user.id(), asked.name());
    if (ids.isEmpty()) {
      throw RequestException.notFound("you have no tag " + Params.shortened(asked.name()));
    }
    answer(
        context,
        asked.format(),
        site.papers().withIds(ids.stream().limit(ENTRIES).toList()),
        asked.name(),
        "/tags/" + EntryViews.encoded(asked.name()));
    context.header("Cache-Control", "private, no-store");
  }

  /** What a search finds, published last first. */
  private void search(Context context, String format) throws IOException {
    String query = context.queryParam("q");
    int length = query == null ? 0 : query.codePointCount(0, query.length());
    if (length == 0 || length > QueryParser.MAX_LENGTH) {
      throw RequestException.bad(
          "q has %d characters, expected 1 to %d".formatted(length, QueryParser.MAX_LENGTH));
    }
    List<PaperEntry> entries =
        search.find(SearchRequest.of(query, ENTRIES)).hits().stream()
            .map(Hit::paper)
            .sorted(
                Comparator.comparing(PaperEntry::published)
                    .reversed()
                    .thenComparingLong(PaperEntry::id))
            .toList();
    String encoded = EntryViews.encoded(query);
    answer(context, format, entries, query, "/papers/search?q=" + encoded);
  }

  private void answer(
      Context context, String format, List<PaperEntry> all, String title, String page) {
    List<PaperEntry> entries = all;
    String since = context.queryParam("since");
    if (since != null) {
      Instant after = Feeds.instant(since);
      entries = entries.stream().filter(entry -> entry.updatedAt().isAfter(after)).toList();
    }
    String base = Bases.url(context, site.config());
    String query = context.queryParam("q");
    String self = base + context.path() + (query == null ? "" : "?q=" + EntryViews.encoded(query));
    Feeds feed =
        new Feeds(
            base,
            self,
            base + page,
            "Daily Papers: " + title,
            entries,
            site.results().newest(entries.stream().map(PaperEntry::id).toList()));
    String text =
        switch (format) {
          case "json" -> feed.json();
          case "rss" -> feed.rss();
          default -> feed.atom();
        };
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String tag = '"' + Titles.sha256(bytes).substring(0, 32) + '"';
    context.header("ETag", tag).header("Cache-Control", "public, max-age=300");
    if (tag.equals(context.header("If-None-Match"))) {
      context.status(304);
    } else {
      context.contentType(TYPES.get(format)).result(bytes);
    }
  }

  /** The lists, and a reader's tags and saved searches, as a file that readers of feeds import. */
  private void opml(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    String base = Bases.url(context, site.config());
    Opml opml = new Opml("Daily Papers", base);
    opml.add("Latest", "/feeds/daily.atom", "/papers");
    opml.add("Trending", "/feeds/trending.atom", "/papers/trending");
    if (search != null) {
      site.searches()
          .of(user.id())
          .forEach(
              saved -> {
                String query = "?q=" + EntryViews.encoded(saved.query());
                opml.add(saved.name(), "/feeds/search.atom" + query, "/papers/search" + query);
              });
    }
    site.tags()
        .of(user.id())
        .forEach(
            tag -> {
              String name = EntryViews.encoded(tag.name());
              opml.add(tag.name(), "/feeds/tags/" + name + ".atom", "/tags/" + name);
            });
    context
        .contentType("text/x-opml; charset=utf-8")
        .header("Content-Disposition", "attachment; filename=\"daily-papers.opml\"")
        .header("Cache-Control", "private, no-store")
        .result(opml.text());
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
    List<String> names = entry.shownAuthors();
    return names.isEmpty() ? null : String.join(", ", names);
  }

  static String title(PaperEntry entry) {
    return TexText.plain(entry.title());
  }

  static String time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS).toInstant().toString();
  }
}
