package dev.melange.web;

import dev.melange.store.Actor;
import dev.melange.store.Secrets;
import dev.melange.store.User;
import io.javalin.http.Context;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Where requests come from. */
final class Clients {
  private static final String FORWARDED = "X-Forwarded-For";
  private static final int IPV6_NETWORK = 8;

  private final List<Network> proxies;
  private final byte[] key;

  /**
   * Of a page.
   *
   * @param proxies who is believed when they name an address
   * @param key for the hashes of addresses
   */
  Clients(List<Network> proxies, byte[] key) {
    this.proxies = proxies;
    this.key = key.clone();
  }

  /**
   * The address a request came from: who connected, or, if that is a known proxy, whom it names,
   * and so on. Whatever readers themselves write there is behind the first address that is no
   * proxy, and not looked at.
   */
  String address(Context context) {
    InetAddress last =
        Network.literal(context.req().getRemoteAddr().replaceAll("[\\[\\]]|%.*", ""));
    if (last == null) {
      return context.req().getRemoteAddr();
    }
    String[] named =
        String.join(",", Collections.list(context.req().getHeaders(FORWARDED))).split(",");
    for (int i = named.length - 1; i >= 0 && known(last); i--) {
      InetAddress before = Network.literal(named[i].strip());
      if (before == null) {
        break;
      }
      last = before;
    }
    return last.getHostAddress();
  }

  private boolean known(InetAddress address) {
    return proxies.stream().anyMatch(proxy -> proxy.contains(address));
  }

  /** What counts as one client: an IPv4 address, a network of IPv6. */
  String bucket(Context context) {
    String text = address(context);
    InetAddress address = Network.literal(text.replaceFirst("%.*", ""));
    return address instanceof Inet6Address
        ? Arrays.toString(Arrays.copyOf(address.getAddress(), IPV6_NETWORK))
        : text;
  }

  /** Who does something, as the audit keeps it. */
  Actor actor(Context context, User user) {
    return new Actor(user.id(), Secrets.keyed(key, address(context)));
  }
}
