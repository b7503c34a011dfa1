package dev.melange.web;

import dev.melange.store.User;
import dev.melange.web.Views.Frame;
import io.javalin.http.Context;

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
        secret || query == null ? context.path() : context.path() + "?" + query);
  }
}
