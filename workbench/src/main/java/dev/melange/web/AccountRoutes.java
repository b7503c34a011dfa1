package dev.melange.web;

import dev.melange.account.Accounts;
import dev.melange.account.ApiTokens;
import dev.melange.account.Departure;
import dev.melange.account.Scope;
import dev.melange.store.Actor;
import dev.melange.store.User;
import dev.melange.web.AccountPages.AccountView;
import dev.melange.web.AccountPages.LoginView;
import dev.melange.web.AccountPages.TokenView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What users do with their own accounts: name, logins, API tokens. */
final class AccountRoutes implements Routes {
  static final String PAGE = "/settings/account";

  private final Site site;
  private final Accounts accounts;
  private final ApiTokens tokens;
  private final Cookies cookies;

  AccountRoutes(Site site) {
    this.site = site;
    this.accounts = new Accounts(site.database());
    this.tokens = new ApiTokens(site.database());
    this.cookies = new Cookies(site.config());
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get(PAGE, context -> show(context, null));
    routes.post(PAGE + "/name", this::rename);
    routes.post(PAGE + "/delete", this::delete);
    routes.post(PAGE + "/logins/end", this::endAllLogins);
    routes.post(PAGE + "/logins/{id}/end", this::endLogin);
    routes.post(PAGE + "/tokens", this::create);
    routes.post(PAGE + "/tokens/{id}/revoke", this::revoke);
  }

  private User user(Context context) {
    return site.viewers().require(context, User.Role.READER);
  }

  private Actor actor(Context context) {
    return site.clients().actor(context, user(context));
  }

  private static void back(Context context) {
    context.redirect(PAGE, HttpStatus.SEE_OTHER);
  }

  /**
   * The account's page.
   *
   * @param token just made, shown this once; or null
   */
  private void show(Context context, String token) {
    User user = user(context);
    Identity identity = site.viewers().identity(context);
    Instant now = site.clock().instant();
    List<LoginView> logins =
        site.logins().of(user.id(), now).stream()
            .map(
                login ->
                    new LoginView(
                        login.id(),
                        login.browser().isEmpty() ? "unknown browser" : login.browser(),
                        RunViews.time(login.createdAt()),
                        RunViews.time(login.usedAt()),
                        identity.login() != null && identity.login() == login.id()))
            .toList();
    List<TokenView> held =
        tokens.of(user.id(), now).stream()
            .map(
                it ->
                    new TokenView(
                        it.id(),
                        it.name(),
                        it.scopes().stream().map(Scope::label).collect(Collectors.joining(", ")),
                        LocalDate.ofInstant(it.expiresAt(), ZoneOffset.UTC).toString(),
                        it.usedOn() == null ? "never" : it.usedOn().toString()))
            .toList();
    context
        .header("Cache-Control", "no-store")
        .html(
            site.templates()
                .render(
                    "account.jte",
                    new AccountView(
                        Frames.of(context, site, "Account"),
                        user.name(),
                        user.role().name().toLowerCase(Locale.ROOT),
                        site.config().access().open(),
                        user.role() == User.Role.OWNER,
                        user.role().atLeast(User.Role.CURATOR),
                        logins,
                        held,
                        token)));
  }

  private void rename(Context context) {
    String name = Params.given(context, "name").strip();
    Params.refusing(() -> accounts.rename(actor(context), name, site.clock().instant()));
    back(context);
  }

  /** Deletes the account, if the form names it. */
  private void delete(Context context) {
    User user = user(context);
    if (!site.config().access().open()) {
      throw RequestException.bad("on a page of one's own there are no accounts to delete");
    }
    if (!Params.given(context, "name").strip().equals(user.name())) {
      throw RequestException.bad(
          "type your name, %s, to delete the account; nothing was deleted".formatted(user.name()));
    }
    Params.refusing(
        () -> new Departure(site.database()).leave(actor(context), site.clock().instant()));
    cookies.dropLogin(context);
    context.redirect("/papers", HttpStatus.SEE_OTHER);
  }

  private void endLogin(Context context) {
    User user = user(context);
    site.logins().end(user.id(), id(context));
    back(context);
  }

  private void endAllLogins(Context context) {
    site.logins().endAll(user(context).id());
    cookies.dropLogin(context);
    context.redirect("/papers", HttpStatus.SEE_OTHER);
  }

  private void create(Context context) {
    Actor actor = actor(context);
    String days = Params.given(context, "days");
    if (!days.matches("\\d{1,4}")) {
      throw RequestException.bad(
          "days is '%s', expected a number from 1 to 366".formatted(Params.shortened(days)));
    }
    String token =
        Params.refused(
            () -> {
              Set<Scope> scopes = EnumSet.noneOf(Scope.class);
              context.formParams("scope").forEach(label -> scopes.add(Scope.of(label)));
              return tokens.create(
                  actor,
                  Params.given(context, "name"),
                  scopes,
                  Duration.ofDays(Long.parseLong(days)),
                  site.clock().instant());
            });
    show(context, token);
  }

  private void revoke(Context context) {
    tokens.revoke(actor(context), id(context), site.clock().instant());
    back(context);
  }

  /** The id in an address. */
  static long id(Context context) {
    String id = context.pathParam("id");
    return Params.id(id)
        .orElseThrow(
            () -> RequestException.notFound("there is nothing of the id " + Params.shortened(id)));
  }
}
