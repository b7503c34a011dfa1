package dev.melange.mail;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * How to reach the mail server.
 *
 * @param host its name
 * @param port its port
 * @param tls how the connection is encrypted
 * @param user for signing in; empty for none
 * @param password for signing in
 */
public record SmtpConfig(String host, int port, Tls tls, String user, String password) {
  /** Encryption. */
  public enum Tls {
    /** From the first byte: {@code smtps://}. */
    FROM_START,
    /** By STARTTLS, without which nothing is sent: {@code smtp://}. */
    STARTTLS,
    /** None, for a server on this machine: {@code smtp+plain://}. */
    NONE
  }

  /**
   * The server in {@code MELANGE_SMTP}, such as {@code smtps://user:password@mail.example.org} or
   * {@code smtp://mail.example.org:587}; nothing if it is not set.
   *
   * @throws IllegalArgumentException if it is of another form
   */
  public static Optional<SmtpConfig> of(Map<String, String> environment) {
    String text = environment.getOrDefault("MELANGE_SMTP", "");
    return text.isBlank() ? Optional.empty() : Optional.of(parse(text));
  }

  static SmtpConfig parse(String text) {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
    Tls tls =
        switch (String.valueOf(uri.getScheme())) {
          case "smtps" -> Tls.FROM_START;
          case "smtp" -> Tls.STARTTLS;
          case "smtp+plain" -> Tls.NONE;
          default -> throw refused(null);
        };
    if (uri.getHost() == null) {
      throw refused(null);
    }
    String[] user =
        uri.getRawUserInfo() == null ? new String[0] : uri.getRawUserInfo().split(":", 2);
    int standard = tls == Tls.FROM_START ? 465 : tls == Tls.STARTTLS ? 587 : 25;
    return new SmtpConfig(
        uri.getHost(),
        uri.getPort() < 0 ? standard : uri.getPort(),
        tls,
        user.length == 0 ? "" : decoded(user[0]),
        user.length < 2 ? "" : decoded(user[1]));
  }

  /** Without what was given: it may hold a password. */
  private static IllegalArgumentException refused(Exception cause) {
    return new IllegalArgumentException(
        "MELANGE_SMTP is not of the form smtps://user:password@host:465, smtp://host:587 (STARTTLS)"
            + " or smtp+plain://localhost:25",
        cause == null ? null : new IllegalArgumentException("not an address"));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return host + ":" + port + " (" + tls + ")";
  }
}
