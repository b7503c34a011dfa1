package dev.melange.web;

import dev.melange.account.Logins;
import dev.melange.account.SignIns;
import io.javalin.http.Context;
import java.time.Duration;

/**
 * The page's own cookies for signing in. Over https their names begin with {@code __Host-}: no
 * other host can set them, and they are never sent in the clear.
 */
final class Cookies {
  private static final String SHAPE = "[A-Za-z0-9_-]{43}";

  private final boolean secure;

  Cookies(SiteConfig config) {
    this.secure = config.secure();
  }

  private String name(String plain) {
    return secure ? "__Host-" + plain : plain;
  }

  /** The login's secret; null without one. */
  String login(Context context) {
    return read(context, "melange-login");
  }

  void keepLogin(Context context, String secret) {
    set(context, "melange-login", secret, Logins.KEPT);
  }

  void dropLogin(Context context) {
    set(context, "melange-login", "", Duration.ZERO);
  }

  /** The secret of the browser that asked for a link; null without one. */
  String browser(Context context) {
    return read(context, "melange-browser");
  }

  void keepBrowser(Context context, String secret) {
    set(context, "melange-browser", secret, SignIns.VALID);
  }

  private String read(Context context, String plain) {
    String value = context.cookie(name(plain));
    return value != null && value.matches(SHAPE) ? value : null;
  }

  private void set(Context context, String plain, String value, Duration age) {
    // Written out: exactly these attributes, in every version of the server.
    context
        .res()
        .addHeader(
            "Set-Cookie",
            "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s"
                .formatted(name(plain), value, age.toSeconds(), secure ? "; Secure" : ""));
  }
}
