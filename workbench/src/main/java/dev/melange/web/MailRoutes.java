package dev.melange.web;

import dev.melange.mail.MailAddress;
import dev.melange.mail.Subscriptions;
import dev.melange.mail.Subscriptions.Wish;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/** Subscribing to digests, confirming, leaving. */
final class MailRoutes implements Routes {
  private final Site site;
  private final Subscriptions subscriptions;

  MailRoutes(Site site, Subscriptions subscriptions) {
    this.site = site;
    this.subscriptions = subscriptions;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/subscribe", context -> show(context, form(context, null)));
    routes.post("/subscribe", this::subscribe);
    routes.get("/confirm", this::askConfirm);
    routes.post("/confirm", this::confirm);
    routes.get("/u/{token}", this::askLeave);
    routes.post("/u/{token}", this::leave);
  }

  private MailPages.MailView form(Context context, String message) {
    return new MailPages.MailView(
        Frames.of(context, site, "Subscribe"),
        "Get trending papers in your email inbox!",
        message,
        null,
        null,
        null,
        true);
  }

  private void show(Context context, MailPages.MailView view) {
    // Addresses here carry tokens; no other page must learn them. With "no-referrer" browsers would
    // also keep the origin of our own forms to themselves, and the guard would refuse them.
    context
        .header("Referrer-Policy", "strict-origin")
        .header("Cache-Control", "no-store")
        .html(site.templates().render("mail.jte", view));
  }

  private void button(
      Context context, String heading, String text, String action, String token, String label) {
    show(
        context,
        new MailPages.MailView(
            Frames.of(context, site, heading), heading, text, action, token, label, false));
  }

  private void message(Context context, String heading, String text) {
    button(context, heading, text, null, null, null);
  }

  private void subscribe(Context context) {
    MailAddress address;
    Wish wish;
    try {
      address = MailAddress.parse(field(context, "email", ""));
      String frequency = field(context, "frequency", "daily");
      if (!List.of("daily", "weekly").contains(frequency)) {
        throw new IllegalArgumentException("frequency is not daily or weekly");
      }
      String hour = field(context, "hour", "8");
      wish =
          new Wish(
              frequency.equals("weekly"),
              hour.matches("\\d{1,2}") ? Integer.parseInt(hour) : -1,
              Subscriptions.zone(field(context, "zone", site.config().zone().getId())),
              List.of(field(context, "topics", "").split("\\s*[,\\n]\\s*")));
    } catch (IllegalArgumentException e) {
      throw RequestException.bad(e.getMessage());
    }
    subscriptions.ask(address, wish, site.clients().address(context));
    context.status(202);
    message(
        context,
        "Look into your mailbox",
        "If the address can be subscribed, a mail with a link to confirm is on its way. Nothing"
            + " else is sent before you do.");
  }

  private static String field(Context context, String name, String otherwise) {
    String value = context.formParam(name);
    return value == null || value.isBlank() ? otherwise : value;
  }

  private void askConfirm(Context context) {
    String token = context.queryParam("t");
    button(
        context,
        "Confirm your subscription",
        "One click, and the digests come.",
        "/confirm",
        token == null ? "" : token,
        "Confirm");
  }

  private void confirm(Context context) {
    if (!subscriptions.confirm(field(context, "t", ""), site.clients().address(context))) {
      throw RequestException.bad(
          "this link was used already or is older than 48 hours; subscribe again for a new one");
    }
    message(context, "You are subscribed", "Each mail has a link that ends it with one click.");
  }

  private void askLeave(Context context) {
    String token = context.pathParam("token");
    if (!subscriptions.knows(token)) {
      throw RequestException.notFound("this link is not complete");
    }
    button(
        context,
        "End the subscription?",
        "No more mails come after this.",
        "/u/" + token,
        token,
        "End it");
  }

  /** RFC 8058: no sign-in, no cookie, no redirect; the token is the whole permission. */
  private void leave(Context context) {
    if (!subscriptions.leave(context.pathParam("token"))) {
      throw RequestException.notFound("this link is not complete");
    }
    message(context, "You are no longer subscribed", "No more mails come.");
  }
}
