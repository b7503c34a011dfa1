package dev.melange.web;

import dev.melange.feed.TexText;
import dev.melange.store.PaperEntry;
import dev.melange.store.UserStore;
import dev.melange.web.PictureViews.AvatarView;
import dev.melange.web.PictureViews.ThumbnailView;
import dev.melange.web.Views.StudyView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The pictures that the API's objects name: a paper's title with its verdict, a user's letter. */
final class PictureRoutes implements Routes {
  private static final int LINE = 34;
  private static final int LINES = 5;

  private final Site site;

  PictureRoutes(Site site) {
    this.site = site;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/papers/<id>/thumbnail.svg", this::thumbnail);
    routes.get("/avatars/{file}", this::avatar);
  }

  private void thumbnail(Context context) {
    PaperEntry entry = PaperIds.find(site.papers(), context.pathParam("id"));
    StudyView study = EntryViews.of(entry, site, null).study();
    ThumbnailView view =
        new ThumbnailView(
            lines(Visible.text(TexText.plain(entry.title()))),
            entry.catalogueKey(),
            study == null || study.run() == null ? null : study.word(),
            study == null ? "none" : study.kind());
    send(context, site.templates().render("thumbnail.jte", view));
  }

  /** A title in lines, cut after some. */
  static List<String> lines(String title) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : title.split("\\s+")) {
      String shown = word.length() <= LINE ? word : word.substring(0, LINE - 1) + "\u2026";
      if (!line.isEmpty() && line.length() + 1 + shown.length() > LINE) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(shown);
    }
    lines.add(line.toString());
    if (lines.size() <= LINES) {
      return lines;
    }
    List<String> cut = new ArrayList<>(lines.subList(0, LINES));
    cut.set(LINES - 1, cut.get(LINES - 1) + " \u2026");
    return cut;
  }

  private void avatar(Context context) {
    String name = context.pathParam("file").replaceFirst("\\.svg$", "");
    if (!UserStore.isName(name)) {
      throw RequestException.notFound("there is no such picture");
    }
    // The same for everybody: whether there is such a user is not told.
    AvatarView view =
        new AvatarView(
            name.substring(0, 1).toUpperCase(Locale.ROOT),
            Math.floorMod(name.toLowerCase(Locale.ROOT).hashCode(), 360));
    send(context, site.templates().render("avatar.jte", view));
  }

  private static void send(Context context, String svg) {
    context
        .contentType("image/svg+xml; charset=utf-8")
        .header("Cache-Control", "public, max-age=3600")
        .header("Access-Control-Allow-Origin", "*")
        .result(svg);
  }
}
