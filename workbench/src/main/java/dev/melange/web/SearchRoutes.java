package dev.melange.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.search.PaperSearch;
import dev.melange.search.QueryParser;
import dev.melange.search.SearchRequest;
import dev.melange.search.SearchRequest.Mode;
import dev.melange.search.SearchResults;
import dev.melange.search.SearchResults.Hit;
import dev.melange.search.SimilarPaper;
import dev.melange.store.PaperEntry;
import dev.melange.store.TagStore;
import dev.melange.store.User;
import dev.melange.web.Views.EntryView;
import dev.melange.web.Views.LinkView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Search as a page and as JSON; similar papers. */
final class SearchRoutes implements Routes {
  private static final int PAGE = 20;
  private static final int MAX_PAGE = 20;
  private static final int SIMILAR = 5;
  private static final int COMPLETIONS = 8;

  private final Site site;
  private final PaperSearch search;
  private final SimilarRoutes texts;

  SearchRoutes(Site site, PaperSearch search) {
    this.site = site;
    this.search = search;
    this.texts = new SimilarRoutes(site, search);
  }

  @Override
  public void register(RoutesConfig routes) {
    texts.register(routes);
    routes.get("/papers/search", this::page);
    routes.get("/api/papers/search", this::json);
    routes.get("/api/papers/complete", this::complete);
    routes.get("/api/papers/<id>/similar", this::similar);
  }

  private SearchResults find(Context context, String query, int limit, int offset)
      throws IOException {
    User viewer = site.viewers().of(context);
    return search.find(
        new SearchRequest(
            query, mode(context), limit, offset, viewer == null ? null : viewer.id()));
  }

  private static Mode mode(Context context) {
    String text = context.queryParam("mode");
    if (text == null) {
      return Mode.HYBRID;
    }
    for (Mode mode : Mode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
        return mode;
      }
    }
    throw RequestException.bad(
        "mode is '%s', expected lexical, semantic or hybrid".formatted(Params.shortened(text)));
  }

  private static String query(Context context, boolean mayBeEmpty) {
    String query = context.queryParam("q");
    int length = query == null ? 0 : query.codePointCount(0, query.length());
    if (length > QueryParser.MAX_LENGTH || (length == 0 && !mayBeEmpty)) {
      throw RequestException.bad(
          "q has %d characters, expected 1 to %d".formatted(length, QueryParser.MAX_LENGTH));
    }
    return query == null ? "" : query;
  }

  private void page(Context context) throws IOException {
    String given = context.queryParam("q");
    if (given != null && given.codePointCount(0, given.length()) > QueryParser.MAX_LENGTH) {
      texts.show(context, given); // a pasted text rather than a query
      return;
    }
    String query = query(context, true);
    int page = Params.number(context, "p", 0, MAX_PAGE, 0);
    SearchResults found = query.isBlank() ? null : find(context, query, PAGE, page * PAGE);
    User viewer = site.viewers().of(context);
    List<Hit> hits = found == null ? List.of() : found.hits();
    List<EntryView> entries =
        EntryViews.of(hits.stream().map(Hit::paper).toList(), site, viewer, false);
    List<SearchViews.HitView> views = new ArrayList<>();
    for (int i = 0; i < hits.size(); i++) {
      views.add(
          new SearchViews.HitView(entries.get(i), hits.get(i).title(), hits.get(i).passages()));
    }
    String address = "/papers/search?q=" + EntryViews.encoded(query);
    boolean more = found != null && found.total() > (page + 1) * PAGE;
    SearchViews.SearchView view =
        new SearchViews.SearchView(
            Frames.of(context, site, query.isBlank() ? "Search" : query + " - Search"),
            query,
            found == null ? null : summary(found.total()),
            found == null ? List.of() : notices(found),
            views,
            (long) page * PAGE + 1,
            found == null ? List.of() : facets(query, found),
            found == null ? null : "/feeds/search.atom?q=" + EntryViews.encoded(query),
            new LinkView(page == 0 ? null : address + "&p=" + (page - 1), "Previous page"),
            new LinkView(more ? address + "&p=" + (page + 1) : null, "Next page"));
    context.html(site.templates().render("search.jte", view));
  }

  private static String summary(int total) {
    return switch (total) {
      case 0 -> "No paper matches. Try fewer or other words.";
      case 1 -> "1 paper";
      default -> total + " papers";
    };
  }

  private static List<String> notices(SearchResults found) {
    List<String> notices = new ArrayList<>();
    found
        .corrections()
        .forEach((word, used) -> notices.add("Showing results for " + used + " (" + word + ")."));
    found
        .suggestions()
        .forEach((word, meant) -> notices.add("Did you mean " + meant + " for " + word + "?"));
    notices.addAll(found.notices());
    return notices;
  }

  private static List<LinkView> facets(String query, SearchResults found) {
    List<LinkView> links = new ArrayList<>();
    Map<String, String> fields =
        Map.of(
            "year", "year:",
            "category", "cat:",
            "organisation", "org:",
            "verdict", "verdict:",
            "has", "has:");
    found
        .facets()
        .forEach(
            (facet, counts) ->
                counts.forEach(
                    (value, count) -> {
                      String quoted = value.contains(" ") ? '"' + value + '"' : value;
                      String narrowed = query + " " + fields.get(facet) + quoted;
                      if (counts.size() > 1 || count < found.total()) {
                        links.add(
                            new LinkView(
                                "/papers/search?q=" + EntryViews.encoded(narrowed),
                                "%s (%d)".formatted(words(facet, value), count)));
                      }
                    }));
    return links;
  }

  private static String words(String facet, String value) {
    if (!facet.equals("verdict")) {
      return value;
    }
    return switch (value) {
      case "none" -> "study not run";
      case "unshown" -> "claim does not show";
      default -> "claim " + value;
    };
  }

  private void json(Context context) throws IOException {
    String query = query(context, false);
    int limit = Params.number(context, "limit", 1, 120, PAGE);
    SearchResults found = find(context, query, limit, 0);
    Replies.cached(
        context,
        Bases.shapes(context, site).wrappers(found.hits().stream().map(Hit::paper).toList()));
  }

  /** What the query may become that is being typed: titles, authors, the reader's own tags. */
  private void complete(Context context) throws IOException {
    String typed = query(context, true);
    List<String> found = new ArrayList<>(search.complete(typed, COMPLETIONS));
    User viewer = site.viewers().of(context);
    String begun = typed.strip().toLowerCase(Locale.ROOT);
    if (viewer != null && !begun.isEmpty()) {
      site.tags().of(viewer.id()).stream()
          .map(TagStore.Tag::name)
          .filter(name -> name.toLowerCase(Locale.ROOT).startsWith(begun))
          .limit(COMPLETIONS)
          .forEach(name -> found.add("tag:\"" + name.replace("\"", "") + '"'));
    }
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    found.forEach(array::add);
    context.header("Cache-Control", "private, max-age=60");
    Replies.json(context, array);
  }

  private void similar(Context context) throws IOException {
    PaperEntry entry = PaperIds.find(site.papers(), context.pathParam("id"));
    List<SimilarPaper> found = search.similar(entry, SIMILAR);
    ArrayNode array =
        Bases.shapes(context, site).wrappers(found.stream().map(SimilarPaper::paper).toList());
    for (int i = 0; i < found.size(); i++) {
      ObjectNode json = (ObjectNode) array.get(i);
      json.put("cosine", Math.round(found.get(i).cosine() * 1e4) / 1e4);
      ArrayNode shared = json.putArray("shared");
      found.get(i).shared().forEach(shared::add);
    }
    Replies.cached(context, array);
  }
}
