package dev.melange.feed;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address that belongs to a paper.
 *
 * @param url as it was given: http or https, without user name
 * @param kind what it leads to, as its host tells
 */
public record PaperLink(String url, Kind kind) {
  /** What an address leads to. */
  public enum Kind {
    /** Source code. */
    CODE,
    /** The project's page. */
    PROJECT,
    /** The paper itself. */
    PDF,
    /** Anything else; shown as text, not as a link. */
    OTHER
  }

  private static final int MAX_LENGTH = 2000;

  /** Linear: one class of characters, no nesting. */
  private static final Pattern IN_TEXT = Pattern.compile("https?://[^\\s<>\"(){}\\[\\]]+");

  private static final Pattern TRAILING = Pattern.compile("[.,;:!?'\"`~$]+$");

  private static final Set<String> CODE_HOSTS =
      Set.of("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com");
  private static final Set<String> PAPER_HOSTS =
      Set.of("arxiv.org", "openreview.net", "doi.org", "aclanthology.org", "proceedings.mlr.press");

  /**
   * Reads one address.
   *
   * @param text anything
   * @return nothing for what is no http or https address with a host, names a user, or is longer
   *     than 2,000 characters
   */
  public static Optional<PaperLink> parse(String text) {
    if (text == null || text.isBlank() || text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(text.strip());
      String scheme = uri.getScheme();
      if (!("https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme))
          || uri.getHost() == null
          || uri.getUserInfo() != null) {
        return Optional.empty();
      }
      return Optional.of(new PaperLink(text.strip(), kindOf(uri)));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /**
   * All addresses in a running text, each once, in order. TeX's backslashes before characters of an
   * address are removed, as is the punctuation after it.
   */
  public static List<PaperLink> in(String text) {
    Set<String> urls = new LinkedHashSet<>();
    Matcher matcher = IN_TEXT.matcher(text);
    while (matcher.find()) {
      urls.add(TRAILING.matcher(matcher.group().replace("\\", "")).replaceFirst(""));
    }
    List<PaperLink> links = new ArrayList<>();
    urls.forEach(url -> parse(url).ifPresent(links::add));
    return links;
  }

  /** Where the link leads: for code, the repository itself whatever page of it was named. */
  public String target() {
    return kind == Kind.CODE ? repositoryOf(URI.create(url)) : url;
  }

  private static String repositoryOf(URI uri) {
    String[] parts = uri.getPath().split("/");
    String name =
        parts[2].endsWith(".git") ? parts[2].substring(0, parts[2].length() - 4) : parts[2];
    return "https://" + uri.getHost().toLowerCase(Locale.ROOT) + "/" + parts[1] + "/" + name;
  }

  private static Kind kindOf(URI uri) {
    String host = uri.getHost().toLowerCase(Locale.ROOT).replaceFirst("^www\\.", "");
    if (CODE_HOSTS.contains(host)) {
      String[] parts = uri.getPath() == null ? new String[0] : uri.getPath().split("/");
      return parts.length >= 3 && !parts[1].isEmpty() && !parts[2].isEmpty()
          ? Kind.CODE
          : Kind.OTHER;
    }
    if (host.endsWith(".github.io") || host.endsWith(".gitlab.io")) {
      return Kind.PROJECT;
    }
    return PAPER_HOSTS.contains(host) ? Kind.PDF : Kind.OTHER;
  }
}
