package dev.melange.web;

import dev.melange.search.PaperSearch;
import dev.melange.search.SimilarPaper;
import dev.melange.web.PickViews.PickView;
import dev.melange.web.SearchViews.SimilarView;
import dev.melange.web.Views.EntryView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Papers that speak of the same as a text, such as a pasted abstract. */
final class SimilarRoutes implements Routes {
  static final String PAGE = "/papers/similar";

  /** More than any abstract has. */
  private static final int LONGEST = 10_000;

  private static final int SHOWN = 20;

  private final Site site;
  private final PaperSearch search;

  SimilarRoutes(Site site, PaperSearch search) {
    this.site = site;
    this.search = search;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get(PAGE, context -> show(context, ""));
    routes.post(PAGE, context -> show(context, Params.given(context, "text")));
  }

  /** Shows the papers for a text; for a blank one, only the form. */
  void show(Context context, String given) throws IOException {
    String text = given.strip();
    if (text.length() > LONGEST) {
      throw RequestException.bad(
          "the text has %,d characters, at most %,d are read".formatted(text.length(), LONGEST));
    }
    List<SimilarPaper> found = List.of();
    String notice = null;
    if (!text.isEmpty()) {
      try {
        found = search.similar(text, SHOWN);
        notice = found.isEmpty() ? "No paper is like this text." : null;
      } catch (IllegalStateException e) {
        notice = e.getMessage() + " Without it no papers are found for a whole text.";
      }
    }
    List<EntryView> entries =
        EntryViews.of(
            found.stream().map(SimilarPaper::paper).toList(),
            site,
            site.viewers().of(context),
            false);
    List<PickView> hits = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      hits.add(new PickView(entries.get(i), reasons(found.get(i))));
    }
    SimilarView view =
        new SimilarView(
            Frames.of(context, site, "Papers like a text"), text, LONGEST, notice, hits);
    context.html(site.templates().render("similar.jte", view));
  }

  private static String reasons(SimilarPaper paper) {
    return String.format(Locale.ROOT, "%.2f", paper.cosine())
        + (paper.shared().isEmpty() ? "" : ", for " + String.join(", ", paper.shared()));
  }
}
