package dev.melange.web;

import dev.melange.account.SignIns;
import dev.melange.account.SignIns.Consumed;
import dev.melange.mail.MailAddress;
import dev.melange.store.Secrets;
import dev.melange.web.AccountPages.SignInView;
import dev.melange.web.RateLimits.Kind;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

/** Signing in by a mailed link, and out. */
final class SignInRoutes implements Routes {
  private final Site site;
  private final SignIns signIns;
  private final RateLimits rates;
  private final Cookies cookies;

  SignInRoutes(Site site, SignIns signIns, RateLimits rates) {
    this.site = site;
    this.signIns = signIns;
    this.rates = rates;
    this.cookies = new Cookies(site.config());
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/sign-in", context -> show(context, SignInView.form(frame(context))));
    routes.post("/sign-in", this::ask);
    routes.get("/sign-in/link", this::offer);
    routes.post("/sign-in/link", this::consume);
    routes.post("/sign-out", this::signOut);
  }

  private Views.Frame frame(Context context) {
    return Frames.of(context, site, "Sign in");
  }

  private void show(Context context, SignInView view) {
    // Addresses here carry tokens; no other page must learn them. With "no-referrer" browsers would
    // also keep the origin of our own forms to themselves, and the guard would refuse them.
    context
        .header("Referrer-Policy", "strict-origin")
        .header("Cache-Control", "no-store")
        .html(site.templates().render("sign-in.jte", view));
  }

  private void ask(Context context) {
    rates.take(context, Kind.SIGN_IN, site.clients().bucket(context));
    MailAddress address;
    try {
      String given = context.formParam("email");
      address = MailAddress.parse(given == null ? "" : given);
    } catch (IllegalArgumentException e) {
      throw RequestException.bad(e.getMessage());
    }
    String browser = cookies.browser(context);
    if (browser == null) {
      browser = Secrets.fresh();
    }
    cookies.keepBrowser(context, browser);
    signIns.ask(address, browser);
    context.status(202);
    show(
        context,
        SignInView.message(
            frame(context),
            "Look into your mailbox",
            "If this address may sign in, a mail with a link is on its way. The link works once,"
                + " for 15 minutes, in this browser."));
  }

  /**
   * Shows a button only: what fetches addresses of mails ahead of their readers uses nothing up.
   */
  private void offer(Context context) {
    String token = context.queryParam("t");
    show(context, SignInView.button(frame(context), token == null ? "" : token, false));
  }

  private void consume(Context context) {
    String given = context.formParam("t");
    String token = given == null ? "" : given;
    String browser = cookies.browser(context);
    Consumed consumed =
        signIns.consume(
            token,
            browser == null ? "" : browser,
            "yes".equals(context.formParam("other")),
            context.header("User-Agent"));
    switch (consumed.outcome()) {
      case DONE -> {
        endPresent(context);
        cookies.keepLogin(context, consumed.secret());
        context.redirect("/papers", HttpStatus.SEE_OTHER);
      }
      case OTHER_BROWSER -> show(context, SignInView.button(frame(context), token, true));
      case REFUSED ->
          throw RequestException.bad(
              "this link was used already, is older than 15 minutes, or is not complete; sign in"
                  + " again for a new one");
    }
  }

  /** A browser holds one login: what it had before ends with the next, and with signing out. */
  private void endPresent(Context context) {
    Identity identity = site.viewers().identity(context);
    if (identity.login() != null) {
      site.logins().end(identity.user().id(), identity.login());
    }
  }

  private void signOut(Context context) {
    endPresent(context);
    cookies.dropLogin(context);
    context.redirect("/papers", HttpStatus.SEE_OTHER);
  }
}
