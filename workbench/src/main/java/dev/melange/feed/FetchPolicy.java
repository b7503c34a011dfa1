package dev.melange.feed;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What may be fetched.
 *
 * @param hosts the hosts, in lower case
 * @param publicOnly whether https and public addresses are demanded; false in tests only
 * @param maxBytes how large an answer may be
 * @param timeout how long a request may take in all
 */
public record FetchPolicy(Set<String> hosts, boolean publicOnly, int maxBytes, Duration timeout) {
  private static final Set<String> SOURCES =
      Set.of("export.arxiv.org", "arxiv.org", "rss.arxiv.org", "huggingface.co");

  /** Copies the set. */
  public FetchPolicy {
    hosts = Set.copyOf(hosts);
  }

  /**
   * Sources of papers, over https, 20 MB, 10 seconds.
   *
   * @param more further hosts that the operator trusts
   */
  public static FetchPolicy sources(Set<String> more) {
    Set<String> all = new TreeSet<>(SOURCES);
    more.forEach(host -> all.add(host.toLowerCase(Locale.ROOT)));
    return new FetchPolicy(all, true, 20 << 20, Duration.ofSeconds(10));
  }

  /**
   * Refuses an address that is not to be fetched.
   *
   * @throws ImportException that says why
   */
  void require(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && (publicOnly || !scheme.equals("http"))) {
      throw new ImportException(
          "the address %s does not begin with https://; other schemes are not fetched"
              .formatted(shortened(uri)));
    }
    String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
    if (uri.getUserInfo() != null || host.isEmpty()) {
      throw new ImportException("the address %s names a user or no host".formatted(shortened(uri)));
    }
    if (!hosts.contains(host)) {
      throw new ImportException(
          "%s is not among the hosts that are fetched from (%s); allow it with --allow-host"
              .formatted(host, String.join(", ", new TreeSet<>(hosts))));
    }
  }

  private static String shortened(URI uri) {
    String text = uri.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "\u2026";
  }

  /** Refuses addresses of this machine and of private networks. */
  void require(String host, InetAddress address) {
    if (publicOnly && !isPublic(address)) {
      throw new ImportException(
          "%s has the address %s, which is not public".formatted(host, address.getHostAddress()));
    }
  }

  /** Whether an address is neither this machine's nor of a private or special network. */
  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] b = address.getAddress();
    int first = b[0] & 0xff;
    int second = b[1] & 0xff;
    if (b.length == 4) {
      boolean shared = first == 100 && second >= 64 && second < 128;
      boolean special = first == 192 && (second == 0 || (second == 88 && b[2] == 99));
      boolean benchmark = first == 198 && (second == 18 || second == 19);
      return first != 0 && first < 224 && !shared && !special && !benchmark;
    }
    // unique local fc00::/7; 6to4, Teredo and NAT64 prefixes carry IPv4 addresses inside
    boolean uniqueLocal = (first & 0xfe) == 0xfc;
    boolean sixToFour = first == 0x20 && second == 0x02;
    boolean teredo = first == 0x20 && second == 0x01 && b[2] == 0 && b[3] == 0;
    boolean nat64 = first == 0x00 && second == 0x64;
    boolean mapped = first == 0 && second == 0;
    return !uniqueLocal && !sixToFour && !teredo && !nat64 && !mapped;
  }
}
