package dev.melange.papers;

import java.time.LocalDate;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What there is to know of a paper before reading it: who, when, where, and what it claims. No part
 * of its abstract.
 *
 * @param key the paper's name within Melange: lower-case words joined by dashes
 * @param title the full title
 * @param authors how many authors it has, or null where only an organization is named
 * @param authorNames their names in the paper's order, full or surnames alone; empty if not known
 * @param organization the organization it is listed under, or null
 * @param published the day it appeared on arXiv
 * @param links the paper, its code and the like; only addresses known to be right, may be empty
 * @param summary the idea in our words
 * @param claims its main claims, at least one
 */
public record Card(
    String key,
    String title,
    Integer authors,
    List<String> authorNames,
    String organization,
    LocalDate published,
    List<Link> links,
    String summary,
    List<Claim> claims) {
  private static final Pattern KEY = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  /** Copies the lists and refuses what contradicts itself, naming the card. */
  public Card {
    authorNames = List.copyOf(authorNames);
    links = List.copyOf(links);
    claims = List.copyOf(claims);
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "card key is '" + key + "', expected lower-case words joined by dashes");
    }
    if (title.isBlank() || summary.isBlank() || claims.isEmpty()) {
      throw new IllegalArgumentException("card " + key + " needs a title, a summary and a claim");
    }
    if (authors == null && organization == null) {
      throw new IllegalArgumentException(
          "card " + key + " names neither a number of authors nor an organization");
    }
    if (authors != null && authors < 1) {
      throw new IllegalArgumentException("card " + key + " has " + authors + " authors");
    }
    if (authors != null && !authorNames.isEmpty() && authorNames.size() != authors) {
      throw new IllegalArgumentException(
          String.format(
              "card %s has %d authors but %d names: %s",
              key, authors, authorNames.size(), authorNames));
    }
  }

  /** The year it appeared. */
  public int year() {
    return published.getYear();
  }

  /** Who it is by, in a few words: {@code 8 authors}, or the organization. */
  public String byline() {
    return authors == null ? organization : authors == 1 ? "1 author" : authors + " authors";
  }
}
