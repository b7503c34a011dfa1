package dev.melange.web;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** What browsers are told not to do with anything that comes from here. */
final class SecurityHeaders implements Routes {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
          + " frame-ancestors 'none'";

  private final Site site;

  SecurityHeaders(Site site) {
    this.site = site;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.before(this::add);
    routes.after(this::keepPrivate);
  }

  private void add(Context context) {
    context
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "same-origin")
        .header("Cross-Origin-Opener-Policy", "same-origin");
    if (site.config().secure()) {
      context.header("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    }
    boolean shared = context.path().startsWith("/api/") || context.path().startsWith("/feeds/");
    // Pages of other sites may read what anybody may read, and nothing from an owner's machine.
    if (shared && site.config().access().open()) {
      context.header("Access-Control-Allow-Origin", "*");
    }
  }

  /** What is made for one reader is kept by their browser only, and asked for anew. */
  private void keepPrivate(Context context) {
    String type = context.res().getContentType();
    String caching = context.res().getHeader("Cache-Control");
    boolean page = type != null && type.startsWith("text/html");
    boolean personal =
        site.config().access().open()
            && !context.path().startsWith("/assets/")
            && site.viewers().of(context) != null;
    if ((page || personal) && !"no-store".equals(caching)) {
      context.header("Cache-Control", "private, no-cache");
    }
  }
}
