package dev.melange.web;

import dev.melange.account.Scope;
import dev.melange.store.User;
import dev.melange.web.RateLimits.Kind;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * What every request passes first. Refuses those that a foreign page had a reader's browser make:
 * to a host name that is not this page's (DNS rebinding), or to change something from elsewhere
 * (CSRF); and those that come too often.
 */
final class RequestGuard implements Routes {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
  private static final String JSON = "application/json";
  private static final String API = "/api/";

  /** RFC 8058: mail programs post there; the token in the address is the whole permission. */
  private static final String LEAVE = "/u/";

  private final Site site;
  private final RateLimits rates;
  private final Csrf csrf;

  RequestGuard(Site site, RateLimits rates, Csrf csrf) {
    this.site = site;
    this.rates = rates;
    this.csrf = csrf;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.before(this::check);
  }

  private void check(Context context) {
    requireHost(context);
    boolean change = !SAFE.contains(context.req().getMethod());
    if (change) {
      requireType(context);
    }
    requireRate(context, change);
    Identity identity = site.viewers().identity(context);
    if (!change && identity.byToken() && !identity.scopes().contains(Scope.READ)) {
      throw RequestException.forbidden(
          "the API token lacks the scope read; make one that has it, or ask without a token");
    }
    if (change && !context.path().startsWith(LEAVE)) {
      requireOwnPage(context);
    }
  }

  private void requireHost(Context context) {
    String host = context.header("Host");
    if (host == null || !known(host)) {
      throw RequestException.of(
          421,
          "this page is not called '%s'; give its name with --base-url"
              .formatted(Params.shortened(String.valueOf(host))));
    }
  }

  private boolean known(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    URI base = site.config().baseUrl();
    if (base != null && lower.equals(base.getRawAuthority().toLowerCase(Locale.ROOT))) {
      return true;
    }
    return LOOPBACK.contains(lower.replaceFirst(":\\d{1,5}$", ""));
  }

  /** Types that no form of a foreign page can have, or forms; never {@code text/plain}. */
  private static void requireType(Context context) {
    boolean body =
        context.req().getContentLengthLong() > 0 || context.header("Transfer-Encoding") != null;
    String type = context.contentType();
    boolean json = type != null && type.toLowerCase(Locale.ROOT).startsWith(JSON);
    boolean form = context.isFormUrlencoded() || context.isMultipartFormData();
    boolean api = context.path().startsWith(API);
    if ((body || type != null) && (api ? !json : !form)) {
      throw RequestException.of(
          415,
          "the content type is '%s', expected %s"
              .formatted(
                  type == null ? "" : Params.shortened(type),
                  api ? JSON : "application/x-www-form-urlencoded"));
    }
  }

  private void requireRate(Context context, boolean change) {
    String client = site.clients().bucket(context);
    boolean search = context.path().endsWith("/search");
    rates.take(context, Kind.ALL, client);
    if (search) {
      rates.take(context, Kind.SEARCH, client);
    }
    if (change) {
      rates.take(context, Kind.WRITE, client);
    }
    User user = site.viewers().of(context);
    if (user != null && search) {
      rates.take(context, Kind.SEARCH, "user " + user.id());
    }
    if (user != null && change) {
      rates.take(context, Kind.WRITE, "user " + user.id());
    }
  }

  private void requireOwnPage(Context context) {
    if (site.viewers().identity(context).byToken()) {
      return; // what a browser sends by itself is of no use here
    }
    String from = context.header("Sec-Fetch-Site");
    String origin = context.header("Origin");
    boolean foreignSite = from != null && !from.equals("same-origin") && !from.equals("none");
    boolean foreignOrigin =
        origin != null
            && !origin.equals(Bases.url(context, site.config()))
            && !origin.equals(context.scheme() + "://" + context.header("Host"));
    if (foreignSite || foreignOrigin) {
      throw RequestException.forbidden("changes are accepted from this page only");
    }
    boolean owners = !site.config().access().open();
    if (!(owners && unreachableByForms(context))) {
      csrf.require(context);
    }
  }

  /** On their own machine, owners' programs need no token: no foreign page can send JSON here. */
  private static boolean unreachableByForms(Context context) {
    String type = context.contentType();
    return context.path().startsWith(API)
        && type != null
        && type.toLowerCase(Locale.ROOT).startsWith(JSON);
  }
}
