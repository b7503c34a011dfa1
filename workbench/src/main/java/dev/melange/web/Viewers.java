package dev.melange.web;

import dev.melange.store.User;
import io.javalin.http.Context;

/** Who makes a request. */
interface Viewers {
  /** The user; null for visitors. */
  User of(Context context);

  /**
   * The user, who must have a role.
   *
   * @throws RequestException 401 for visitors, 403 for users who may not
   */
  default User require(Context context, User.Role role) {
    User user = of(context);
    if (user == null) {
      throw RequestException.of(401, "sign in first");
    }
    if (!user.active() || !user.role().atLeast(role)) {
      throw RequestException.forbidden(
          "%s may not do this; it needs the role %s".formatted(user.name(), role));
    }
    return user;
  }
}
