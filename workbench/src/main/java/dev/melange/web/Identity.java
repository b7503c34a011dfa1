package dev.melange.web;

import dev.melange.account.Scope;
import dev.melange.store.User;
import java.util.Set;

/**
 * Who makes a request, and how that is known.
 *
 * @param user who; null for visitors
 * @param login the login in the store; null without one
 * @param csrf what forms and scripts must send along with changes; empty where nothing is needed
 * @param scopes of the API token; null for people
 */
record Identity(User user, Long login, String csrf, Set<Scope> scopes) {
  /** Nobody in particular. */
  static final Identity VISITOR = new Identity(null, null, "", null);

  /** An API token that is none: the guard refuses it, whatever is asked. */
  static final Identity REFUSED = new Identity(null, null, "", Set.of());

  /** Whether it is by an API token that is none. */
  boolean refused() {
    return byToken() && user == null;
  }

  /** Whether a program asks, by an API token: what no foreign page can make a browser do. */
  boolean byToken() {
    return scopes != null;
  }
}
