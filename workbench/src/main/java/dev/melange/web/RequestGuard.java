package dev.melange.web;

import dev.melange.account.Scope;
import dev.melange.store.User;
import dev.melange.web.RateLimits.Kind;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every request passes first. Refuses those that a foreign page had a reader's browser make:
 * to a host name that is not this page's (DNS rebinding), or to change something from elsewhere
 * (CSRF); and those that come too often.
 */
final class RequestGuard implements Routes {
  private static final Logger LOG = LoggerFactory.getLogger(RequestGuard.class);
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
  private static final String UTF_8 = "(?:;\\s*charset=\"?utf-8\"?\\s*)?";
  private static final Pattern JSON = Pattern.compile("(?i)application/json\\s*" + UTF_8);
  private static final Pattern FORM =
      Pattern.compile("(?i)application/x-www-form-urlencoded\\s*" + UTF_8);
  private static final Pattern UPLOAD =
      Pattern.compile("(?i)multipart/form-data\\s*;\\s*boundary=[\\w'()+,./:=?\"-]{1,72}");
  private static final String API = "/api/";

  /** The only pages that take files. */
  private static final String TRY = "/try";

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
    routes.after(RequestGuard::readToTheEnd);
  }

  /** What a client still sends must not meet a closed connection: it would not see the answer. */
  private static void readToTheEnd(Context context) {
    if (!hasBody(context)) {
      return;
    }
    byte[] buffer = new byte[8 << 10];
    try {
      InputStream in = context.req().getInputStream();
      long left = PageServer.MAX_REQUEST;
      for (int read = 0; read >= 0 && left > 0; left -= read) {
        read = in.read(buffer);
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("the rest of a request could not be read", e);
    }
  }

  private void check(Context context) {
    requireHost(context);
    boolean change = !SAFE.contains(context.req().getMethod());
    requireNoNul(context.queryParamMap());
    if (change) {
      requireType(context);
    }
    requireRate(context, change);
    Identity identity = site.viewers().identity(context);
    if (identity.refused()) {
      throw RequestException.of(
          401,
          "the API token is unknown, has ended or was revoked; expected the header"
              + " Authorization: Bearer mlg_...");
    }
    if (!change && identity.byToken() && !identity.scopes().contains(Scope.READ)) {
      throw RequestException.forbidden(
          "the API token lacks the scope read; make one that has it, or ask without a token");
    }
    if (change && !context.path().startsWith(LEAVE)) {
      requireOwnPage(context);
    }
    if (change && context.isFormUrlencoded()) {
      requireNoNul(context.formParamMap());
    }
  }

  private void requireHost(Context context) {
    String host = context.header("Host");
    if (host == null || !known(host)) {
      site.viewers().forget(context); // a foreign page may read the refusal
      throw RequestException.of(
          421,
          "this page is not called '%s'; give its name with --base-url"
              .formatted(Params.shortened(String.valueOf(host))));
    }
  }

  /** No text has it, and databases do not agree on what to do with it. */
  private static void requireNoNul(Map<String, List<String>> parameters) {
    parameters.forEach(
        (name, values) -> {
          if (values.stream().anyMatch(value -> value.indexOf('\0') >= 0)) {
            throw RequestException.bad(
                "%s holds a NUL character; remove it".formatted(Params.shortened(name)));
          }
        });
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
    String type = type(context);
    if (type.isEmpty() && !hasBody(context)) {
      return;
    }
    boolean api = context.path().startsWith(API);
    Pattern expected = api ? JSON : context.path().endsWith(TRY) ? UPLOAD : FORM;
    if (!expected.matcher(type).matches()) {
      throw RequestException.of(
          415,
          "the content type is '%s', expected %s, in UTF-8"
              .formatted(
                  Params.shortened(type),
                  expected == JSON
                      ? "application/json"
                      : expected == FORM
                          ? "application/x-www-form-urlencoded"
                          : "multipart/form-data"));
    }
  }

  private static boolean hasBody(Context context) {
    return context.req().getContentLengthLong() > 0 || context.header("Transfer-Encoding") != null;
  }

  private static String type(Context context) {
    String type = context.header("Content-Type");
    return type == null ? "" : type.strip();
  }

  private void requireRate(Context context, boolean change) {
    String client = site.clients().bucket(context);
    String path = context.path();
    boolean search =
        path.endsWith("/search")
            || path.startsWith("/feeds/search.")
            || (change && path.equals(SimilarRoutes.PAGE));
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
    return context.path().startsWith(API) && JSON.matcher(type(context)).matches();
  }
}
