package dev.melange.feed;

import java.util.Locale;

/**
 * The organisation a paper is listed under.
 *
 * @param slug its short name in addresses, or null
 * @param name its name
 */
public record OrganisationName(String slug, String name) {
  /** Refuses a blank name. */
  public OrganisationName {
    if (name.isBlank()) {
      throw new IllegalArgumentException("the name of an organisation is blank");
    }
  }

  /**
   * Reads a page's line. The first word is the slug if it is the rest of the line with its spaces
   * replaced, as in {@code MediaTek-Research MediaTek Research}; otherwise all of it is the name.
   *
   * @param line not blank
   */
  public static OrganisationName parse(String line) {
    String text = line.strip();
    int space = text.indexOf(' ');
    if (space > 0) {
      String first = text.substring(0, space);
      String rest = text.substring(space + 1).strip();
      String spaced = first.replace('-', ' ').replace('_', ' ');
      if (spaced.toLowerCase(Locale.ROOT).equals(rest.toLowerCase(Locale.ROOT))) {
        return new OrganisationName(first, rest);
      }
    }
    return new OrganisationName(null, text);
  }
}
