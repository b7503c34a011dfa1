package dev.melange.feed;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An arXiv identifier: {@code YYMM.NNNN} from April 2007 to December 2014, {@code YYMM.NNNNN}
 * since, {@code archive(.SC)/YYMMNNN} before.
 *
 * @param id without version
 * @param version from 1, or null when none was given
 */
public record ArxivId(String id, Integer version) {
  private static final Pattern NEW =
      Pattern.compile("(\\d{2})(0[1-9]|1[0-2])\\.(\\d{4,5})(?:v([1-9]\\d{0,3}))?");
  private static final Pattern OLD =
      Pattern.compile(
          "([a-z]{2,20}(?:-[a-z]{2,10})?(?:\\.[A-Z]{2})?/(?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])\\d{3})"
              + "(?:v([1-9]\\d{0,3}))?");
  private static final Pattern ADDRESS =
      Pattern.compile(
          "https?://(?:www\\.|export\\.)?arxiv\\.org/(?:abs|pdf|html)/([^?#\\s]+?)(?:\\.pdf)?"
              + "(?:[?#].*)?",
          Pattern.CASE_INSENSITIVE);

  /** The first month of the present scheme, and the first with five digits. */
  private static final int FIRST = 704;

  private static final int FIVE_DIGITS = 1501;

  /**
   * Reads an identifier: bare, with a version, after {@code arXiv:}, or in the address of an
   * abstract, PDF or HTML page.
   *
   * @param text anything
   * @return nothing when it is none
   */
  public static Optional<ArxivId> parse(String text) {
    if (text == null || text.length() > 200) {
      return Optional.empty();
    }
    String bare = text.strip();
    Matcher address = ADDRESS.matcher(bare);
    if (address.matches()) {
      bare = address.group(1);
    } else if (bare.regionMatches(true, 0, "arxiv:", 0, 6)) {
      bare = bare.substring(6).strip();
    }
    Matcher matcher = NEW.matcher(bare);
    if (matcher.matches()) {
      int month = Integer.parseInt(matcher.group(1) + matcher.group(2));
      int digits = month < FIVE_DIGITS ? 4 : 5;
      return month >= FIRST && matcher.group(3).length() == digits
          ? Optional.of(
              new ArxivId(
                  matcher.group(1) + matcher.group(2) + "." + matcher.group(3),
                  version(matcher.group(4))))
          : Optional.empty();
    }
    matcher = OLD.matcher(bare);
    return matcher.matches()
        ? Optional.of(new ArxivId(matcher.group(1), version(matcher.group(2))))
        : Optional.empty();
  }

  private static Integer version(String digits) {
    return digits == null ? null : Integer.valueOf(digits);
  }
}
