package dev.melange.mail;

import java.net.URI;

/**
 * What mails say of the page they come from.
 *
 * @param baseUrl how readers reach the page, without a slash at its end
 * @param host the domain of sender, list and message ids
 * @param from the sender's address
 */
public record MailSite(String baseUrl, String host, String from) {
  /**
   * A page's, with sender {@code papers@HOST}.
   *
   * @param baseUrl how readers reach the page
   */
  public static MailSite of(String baseUrl) {
    String host = URI.create(baseUrl).getHost();
    String domain =
        host == null || host.indexOf('.') < 0 || host.matches("[\\d.]+|\\[.*")
            ? "localhost.localdomain"
            : host;
    return new MailSite(baseUrl, domain, "papers@" + domain);
  }

  String leaveUrl(String token) {
    return baseUrl + "/u/" + token;
  }

  /** Where failures of a subscriber's mails are reported, which tells whose they are. */
  String bounceAddress(String token) {
    return "bounce+" + token + "@" + host;
  }
}
