package dev.melange.web;

import java.net.URI;
import java.time.ZoneId;

/**
 * The page's settings.
 *
 * @param host the address it listens on
 * @param port the port; 0 for any free one
 * @param baseUrl how readers reach it, without a slash at its end; null for {@code
 *     http://HOST:PORT}
 * @param curator whose name stands under the title
 * @param zone in which instants become the page's days
 * @param access who reaches it, and what they may do
 */
public record SiteConfig(
    String host, int port, URI baseUrl, String curator, ZoneId zone, Access access) {
  /** A page on its owner's machine. */
  public SiteConfig(String host, int port, URI baseUrl, String curator, ZoneId zone) {
    this(host, port, baseUrl, curator, zone, Access.local());
  }

  /** Refuses ports that are none and base URLs that are no http or https addresses. */
  public SiteConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("the port is " + port + ", expected 0 to 65535");
    }
    if (baseUrl != null
        && (!("http".equals(baseUrl.getScheme()) || "https".equals(baseUrl.getScheme()))
            || baseUrl.getHost() == null
            || baseUrl.toString().endsWith("/"))) {
      throw new IllegalArgumentException(
          "the base URL is '%s', expected the form https://papers.example.org".formatted(baseUrl));
    }
  }

  /** Whether browsers reach it by https. */
  boolean secure() {
    return baseUrl != null && "https".equals(baseUrl.getScheme());
  }
}
