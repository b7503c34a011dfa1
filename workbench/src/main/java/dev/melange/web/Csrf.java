package dev.melange.web;

import dev.melange.store.Secrets;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The token that changes must carry, one for each login, so that no foreign page can make a
 * reader's browser change anything. Every form of every page gets it on the way out, so that none
 * can be forgotten; htmx gets it as a header.
 */
final class Csrf implements Routes {
  /** The hidden field of forms. */
  static final String FIELD = "_csrf";

  /** The header of scripts. */
  static final String HEADER = "X-CSRF-Token";

  private static final Pattern FORM = Pattern.compile("<form(?:\\s+[a-z-]+(?:=\"[^\"]*\")?)*\\s*>");
  private static final Pattern BODY = Pattern.compile("<body(?=[\\s>])");

  private final Viewers viewers;

  Csrf(Viewers viewers) {
    this.viewers = viewers;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.after(this::insert);
  }

  /**
   * Refuses a change without the token.
   *
   * @throws RequestException 403
   */
  void require(Context context) {
    Identity identity = viewers.identity(context);
    if (identity.user() == null || identity.byToken()) {
      return; // there is nothing that a foreign page could use
    }
    String given = context.header(HEADER);
    if (given == null && (context.isFormUrlencoded() || context.isMultipartFormData())) {
      given = context.formParam(FIELD);
    }
    if (given == null || !Secrets.same(given, identity.csrf())) {
      throw RequestException.forbidden(
          "this page is older than your signing in; reload it and try again");
    }
  }

  /** Puts the token into what is shown to who has one. */
  private void insert(Context context) {
    String type = context.res().getContentType();
    // What templates rendered; files such as reports are no pages of ours.
    if (type == null
        || !type.startsWith("text/html")
        || !(context.resultInputStream() instanceof ByteArrayInputStream)) {
      return;
    }
    String token = viewers.identity(context).csrf();
    if (!token.isEmpty()) {
      context.html(inserted(new String(bytes(context), StandardCharsets.UTF_8), token));
    }
  }

  private static byte[] bytes(Context context) {
    return ((ByteArrayInputStream) context.resultInputStream()).readAllBytes();
  }

  static String inserted(String html, String token) {
    String field = "<input type=\"hidden\" name=\"%s\" value=\"%s\">".formatted(FIELD, token);
    StringBuilder out = new StringBuilder(html.length() + (1 << 14));
    Matcher body = BODY.matcher(html);
    int at = 0;
    if (body.find()) {
      out.append(html, 0, body.start())
          .append("<body hx-headers='{\"%s\": \"%s\"}'".formatted(HEADER, token));
      at = body.end();
    }
    Matcher form = FORM.matcher(html);
    // To look for the few forms by plain search is many times faster than by the expression.
    for (int next = html.indexOf("<form", at); next >= 0; next = html.indexOf("<form", next)) {
      form.region(next, html.length());
      next++;
      if (form.lookingAt()) {
        next = form.end();
        out.append(html, at, next);
        at = next;
        if (form.group().contains(" method=\"post\"")) {
          out.append(field);
        }
      }
    }
    return out.append(html, at, html.length()).toString();
  }
}
