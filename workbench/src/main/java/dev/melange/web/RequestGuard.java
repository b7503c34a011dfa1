package dev.melange.web;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses requests that a foreign page had a reader's browser make: to a host name that is not this
 * page's (DNS rebinding), or to change something from elsewhere (CSRF).
 */
final class RequestGuard implements Routes {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  private final SiteConfig config;

  RequestGuard(SiteConfig config) {
    this.config = config;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.before(this::check);
  }

  private void check(Context context) {
    String host = context.header("Host");
    if (host == null || !known(host)) {
      throw RequestException.of(
          421,
          "this page is not called '%s'; give its name with --base-url"
              .formatted(Params.shortened(String.valueOf(host))));
    }
    if (SAFE.contains(context.req().getMethod())) {
      return;
    }
    String site = context.header("Sec-Fetch-Site");
    String origin = context.header("Origin");
    boolean foreignSite = site != null && !site.equals("same-origin") && !site.equals("none");
    boolean foreignOrigin =
        origin != null
            && !origin.equals(Bases.url(context, config))
            && !origin.equals(context.scheme() + "://" + host);
    if (foreignSite || foreignOrigin) {
      throw RequestException.forbidden("changes are accepted from this page only");
    }
  }

  private boolean known(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    if (config.baseUrl() != null && lower.equals(authority(config.baseUrl()))) {
      return true;
    }
    return LOOPBACK.contains(lower.replaceFirst(":\\d{1,5}$", ""));
  }

  private static String authority(URI url) {
    return url.getRawAuthority().toLowerCase(Locale.ROOT);
  }
}
