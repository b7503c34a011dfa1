package dev.melange.web;

import dev.melange.account.Scope;
import dev.melange.store.User;
import io.javalin.http.Context;
import java.util.Locale;

/** Who makes a request. */
interface Viewers {
  /** Who makes a request. */
  Identity identity(Context context);

  /** Treats who makes a request as a visitor from here on: for answers that strangers may read. */
  void forget(Context context);

  /** The user; null for visitors. */
  default User of(Context context) {
    return identity(context).user();
  }

  /**
   * The user, who must have a role and may not be an API token: what no scope is for.
   *
   * @throws RequestException 401 for visitors, 403 for users who may not
   */
  default User require(Context context, User.Role role) {
    if (identity(context).byToken()) {
      throw RequestException.forbidden("this cannot be done by an API token; sign in");
    }
    return permitted(of(context), role);
  }

  /**
   * The user, who must have a role, and whose API token, if they use one, a scope.
   *
   * @throws RequestException 401 for visitors, 403 for users who may not
   */
  default User require(Context context, User.Role role, Scope scope) {
    Identity identity = identity(context);
    if (identity.byToken() && !identity.scopes().contains(scope)) {
      throw RequestException.forbidden(
          "the API token lacks the scope %s; make one that has it".formatted(scope.label()));
    }
    return permitted(identity.user(), role);
  }

  private static User permitted(User user, User.Role role) {
    if (user == null) {
      throw RequestException.of(401, "sign in first");
    }
    if (!user.active() || !user.role().atLeast(role)) {
      throw RequestException.forbidden(
          "%s may not do this; it needs the role %s"
              .formatted(user.name(), role.name().toLowerCase(Locale.ROOT)));
    }
    return user;
  }
}
