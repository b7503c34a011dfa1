package dev.melange.web;

import io.javalin.http.Context;

/** The address under which a reader reaches the page. */
final class Bases {
  private Bases() {}

  /** As configured, else the one of the request, whose host has been checked. */
  static String url(Context context, SiteConfig config) {
    return config.baseUrl() != null
        ? config.baseUrl().toString()
        : context.scheme() + "://" + context.host();
  }

  static JsonShapes shapes(Context context, Site site) {
    return new JsonShapes(url(context, site.config()), site.results(), site.claimQueue());
  }
}
