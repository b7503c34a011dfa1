package dev.melange.web;

import dev.melange.store.User;
import dev.melange.web.Views.Frame;
import dev.melange.web.Views.TabView;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;

/** What all pages have. */
final class Frames {
  private Frames() {}

  /** The frame of a page with a title, as who made the request sees it. */
  static Frame of(Context context, Site site, String title) {
    User viewer = site.viewers().of(context);
    Preferences preferences = Preferences.of(context);
    String query = context.queryString();
    boolean secret = context.queryParam("t") != null; // a token, which must not go anywhere else
    return new Frame(
        title + " - Daily Papers",
        site.config().curator(),
        viewer == null ? null : viewer.name(),
        preferences.theme(),
        preferences.keys(),
        secret || query == null ? context.path() : context.path() + "?" + query,
        menu(context.path(), viewer));
  }

  private static List<TabView> menu(String path, User viewer) {
    List<TabView> menu = new ArrayList<>();
    menu.add(tab(path, "/papers", "Papers"));
    menu.add(tab(path, "/topics", "Topics"));
    if (viewer != null) {
      menu.add(tab(path, "/reading-list", "Reading list"));
    }
    menu.add(tab(path, "/collections", "Collections"));
    menu.add(tab(path, "/runs", "Runs"));
    return menu;
  }

  private static TabView tab(String path, String url, String text) {
    return new TabView(url, text, path.equals(url) || path.startsWith(url + "/"));
  }
}
