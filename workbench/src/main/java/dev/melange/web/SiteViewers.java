package dev.melange.web;

import dev.melange.account.ApiTokens;
import dev.melange.account.ApiTokens.ApiToken;
import dev.melange.account.Logins;
import dev.melange.account.Logins.Login;
import dev.melange.store.Database;
import dev.melange.store.Secrets;
import dev.melange.store.Settings;
import dev.melange.store.User;
import dev.melange.store.UserStore;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells who makes a request: by an API token; else, on their own machine, its owner; else by the
 * cookie of a login.
 */
final class SiteViewers implements Viewers {
  private static final String KNOWN = "melange.identity";
  private static final String BEARER = "Bearer ";

  private final boolean open;
  private final Cookies cookies;
  private final UserStore users;
  private final Logins logins;
  private final ApiTokens tokens;
  private final Clock clock;
  private final Identity owner;

  SiteViewers(SiteConfig config, Database database, Clock clock) {
    this.open = config.access().open();
    this.cookies = new Cookies(config);
    this.users = new UserStore(database);
    this.logins = new Logins(database);
    this.tokens = new ApiTokens(database);
    this.clock = clock;
    String csrf = Secrets.keyed(new Settings(database).secret("csrf"), "owner");
    this.owner = new Identity(users.owner(), null, csrf, null);
  }

  @Override
  public Identity identity(Context context) {
    Identity known = context.attribute(KNOWN);
    if (known == null) {
      known = found(context);
      context.attribute(KNOWN, known);
    }
    return known;
  }

  @Override
  public void forget(Context context) {
    context.attribute(KNOWN, Identity.VISITOR);
  }

  private Identity found(Context context) {
    Instant now = clock.instant();
    String authorization = context.header("Authorization");
    if (authorization != null) {
      return byToken(authorization, now);
    }
    if (!open) {
      return owner;
    }
    String secret = cookies.login(context);
    Optional<Login> login = secret == null ? Optional.empty() : logins.find(secret, now);
    Optional<User> user = login.flatMap(it -> users.find(it.userId())).filter(User::active);
    if (user.isEmpty()) {
      return Identity.VISITOR;
    }
    if (logins.used(login.get(), now)) {
      cookies.keepLogin(context, secret);
    }
    return new Identity(user.get(), login.get().id(), csrf(secret), null);
  }

  /** A login's token for changes: known to its own pages, and no way back to the cookie. */
  private static String csrf(String secret) {
    return Secrets.hash("csrf\n" + secret);
  }

  private Identity byToken(String authorization, Instant now) {
    String token =
        authorization.startsWith(BEARER) ? authorization.substring(BEARER.length()).strip() : "";
    Optional<ApiToken> found = tokens.find(token, now);
    return found
        .flatMap(it -> users.find(it.userId()))
        .filter(User::active)
        .map(user -> new Identity(user, null, "", found.get().scopes()))
        .orElse(Identity.REFUSED);
  }
}
