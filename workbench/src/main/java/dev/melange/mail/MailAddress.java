package dev.melange.mail;

import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A mail address that can safely stand in a header.
 *
 * @param text with the domain in ASCII and lower case, the local part as it was given
 */
public record MailAddress(String text) {
  private static final int MAX_OCTETS = 254;
  private static final Pattern LOCAL =
      Pattern.compile("[^\\s\\p{Cntrl}@<>(),;:\\\\\"\\[\\]]{1,64}");
  private static final Pattern DOMAIN =
      Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]");

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException if it is none, or of a form that is not accepted
   */
  public static MailAddress parse(String given) {
    String trimmed = given.strip();
    int at = trimmed.lastIndexOf('@');
    String local = at < 0 ? "" : trimmed.substring(0, at);
    String domain = at < 0 ? "" : ascii(trimmed.substring(at + 1));
    String address = local + "@" + domain;
    if (!LOCAL.matcher(local).matches()
        || local.startsWith(".")
        || local.endsWith(".")
        || local.contains("..")
        || !DOMAIN.matcher(domain).matches()
        || address.getBytes(StandardCharsets.UTF_8).length > MAX_OCTETS) {
      throw new IllegalArgumentException("that is not a mail address; expected name@example.org");
    }
    return new MailAddress(address);
  }

  private static String ascii(String domain) {
    try {
      return IDN.toASCII(domain.strip(), IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return ""; // refused by the caller, with the one message for all
    }
  }

  /** The same for all spellings of one mailbox. */
  public String key() {
    return text.toLowerCase(Locale.ROOT);
  }
}
