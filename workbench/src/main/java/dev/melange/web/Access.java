package dev.melange.web;

import dev.melange.store.User;
import java.util.List;

/**
 * Who reaches the page, and what they may do.
 *
 * @param open whether readers sign in; false for a page on its owner's machine, where every request
 *     is the owner's
 * @param proxies who may tell the address of a reader on whose behalf they ask
 * @param runs the least role that may run studies; null for nobody
 * @param limits how often they may ask; null for no limits
 */
public record Access(boolean open, List<Network> proxies, User.Role runs, Limits limits) {
  /** Copies the list. */
  public Access {
    proxies = List.copyOf(proxies);
  }

  /** A page on its owner's machine: no signing in, no limits, the owner runs studies. */
  public static Access local() {
    return new Access(false, List.of(), User.Role.OWNER, null);
  }

  /** A page for others: signing in, default limits, no proxies, no runs. */
  public static Access forOthers() {
    return new Access(true, List.of(), null, Limits.defaults());
  }
}
