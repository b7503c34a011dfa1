package dev.melange.web;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.util.List;
import java.util.Locale;

/**
 * How a reader wants the page to look and to behave, kept by their browser.
 *
 * @param theme light or dark; null for whatever the system has
 * @param strip whether the invitation to subscribe is shown
 * @param keys whether single keys act
 */
record Preferences(String theme, boolean strip, boolean keys) {
  static final List<String> THEMES = List.of("light", "dark");
  static final String OFF = "off";

  private static final int YEAR = 365 * 24 * 3600;

  /** The names of the cookies. */
  enum Name {
    THEME,
    STRIP,
    KEYS;

    String cookie() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Those of a request; what no button of ours sets counts as absent. */
  static Preferences of(Context context) {
    String theme = context.cookie(Name.THEME.cookie());
    return new Preferences(
        theme != null && THEMES.contains(theme) ? theme : null,
        !OFF.equals(context.cookie(Name.STRIP.cookie())),
        !OFF.equals(context.cookie(Name.KEYS.cookie())));
  }

  /**
   * Keeps one for a year.
   *
   * @param value null for the default
   */
  static void keep(Context context, Name name, String value) {
    Cookie cookie =
        new Cookie(name.cookie(), value == null ? "" : value, "/", value == null ? 0 : YEAR);
    cookie.setHttpOnly(true);
    cookie.setSecure("https".equals(context.scheme()));
    cookie.setSameSite(SameSite.LAX);
    context.cookie(cookie);
  }
}
