package dev.melange.feed;

import java.text.Normalizer;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Writes entries of BibTeX bibliographies. */
public final class Bibtex {
  /** Words whose inner capitals BibTeX's styles would lower. */
  private static final Pattern INNER_CAPITALS =
      Pattern.compile("[^\\s{}]*[^\\s{}-]\\p{Lu}[^\\s{}]*");

  private static final Pattern JOURNAL =
      Pattern.compile("\\b(?:Journal|Transactions|Letters|Magazine|Reviews?)\\b");

  private static final Map<Character, String> ESCAPES =
      new TreeMap<>(
          Map.of(
              '&', "\\&",
              '%', "\\%",
              '$', "\\$",
              '#', "\\#",
              '_', "\\_",
              '{', "\\{",
              '}', "\\}",
              '~', "\\textasciitilde{}",
              '^', "\\textasciicircum{}",
              '\\', "\\textbackslash{}"));

  private Bibtex() {}

  /**
   * What an entry tells. Everything but title and date may be null or empty.
   *
   * @param title plain text
   * @param authors names; without them the field is left out
   * @param published the date
   * @param arxivId without version
   * @param primaryClass such as {@code cs.CV}
   * @param url where it is
   * @param doi digital object identifier
   * @param venue where it was published
   */
  public record Entry(
      String title,
      List<String> authors,
      LocalDate published,
      String arxivId,
      String primaryClass,
      String url,
      String doi,
      String venue) {
    /** Copies the list. */
    public Entry {
      authors = List.copyOf(authors);
    }
  }

  /** One entry, ended by a new line. */
  public static String write(Entry entry) {
    return write(List.of(entry));
  }

  /** Entries with a blank line between; of several with the same key the second gets an a. */
  public static String write(List<Entry> entries) {
    StringBuilder out = new StringBuilder();
    Map<String, Integer> keys = new HashMap<>();
    for (Entry entry : entries) {
      String key = key(entry);
      append(out.append(out.isEmpty() ? "" : "\n"), entry, key, keys.merge(key, 1, Integer::sum));
    }
    return out.toString();
  }

  private static void append(StringBuilder out, Entry entry, String key, int nth) {
    if (entry.authors().isEmpty()) {
      out.append("% The authors of this paper are not known here.\n");
    }
    boolean journal = entry.venue() != null && JOURNAL.matcher(entry.venue()).find();
    String kind = entry.venue() == null ? "misc" : journal ? "article" : "inproceedings";
    out.append('@').append(kind).append('{').append(key).append(suffix(nth));
    field(out, "title", braced(entry.title()));
    if (!entry.authors().isEmpty()) {
      field(
          out,
          "author",
          String.join(" and ", entry.authors().stream().map(Bibtex::escaped).toList()));
    }
    if (entry.venue() != null) {
      field(out, journal ? "journal" : "booktitle", escaped(entry.venue()));
    }
    field(out, "year", Integer.toString(entry.published().getYear()));
    field(out, "month", Integer.toString(entry.published().getMonthValue()));
    if (entry.arxivId() != null) {
      field(out, "eprint", entry.arxivId());
      field(out, "archivePrefix", "arXiv");
    }
    if (entry.primaryClass() != null) {
      field(out, "primaryClass", entry.primaryClass());
    }
    if (entry.doi() != null) {
      field(out, "doi", entry.doi());
    }
    if (entry.url() != null) {
      field(out, "url", entry.url());
    }
    out.append("\n}\n");
  }

  /** Nothing, a, b, ..., z, aa, ab, ... */
  private static String suffix(int nth) {
    StringBuilder letters = new StringBuilder();
    for (int n = nth - 1; n > 0; n = (n - 1) / 26) {
      letters.insert(0, (char) ('a' + (n - 1) % 26));
    }
    return letters.toString();
  }

  private static void field(StringBuilder out, String name, String value) {
    out.append(",\n  ").append(name).append(" = {").append(value).append('}');
  }

  /** First author's last name, year, first word of the title; ASCII letters and digits. */
  private static String key(Entry entry) {
    String last =
        entry.authors().isEmpty()
            ? "anonymous"
            : entry.authors().get(0).substring(entry.authors().get(0).lastIndexOf(' ') + 1);
    String word = entry.title().strip().split("[^\\p{L}\\p{N}]+", 3)[0];
    if (word.isEmpty()) {
      word = "paper";
    }
    return ascii(last) + entry.published().getYear() + ascii(word);
  }

  private static String ascii(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKD)
        .replaceAll("[^A-Za-z0-9]", "")
        .toLowerCase(Locale.ROOT);
  }

  private static String braced(String title) {
    StringBuilder out = new StringBuilder();
    for (String word : title.split("(?<=\\s)|(?=\\s)")) {
      boolean keep = INNER_CAPITALS.matcher(word).matches();
      out.append(keep ? "{" + escaped(word) + "}" : escaped(word));
    }
    return out.toString();
  }

  static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String escape = ESCAPES.get(c);
      out.append(escape == null ? String.valueOf(c) : escape);
    }
    return out.toString();
  }
}
