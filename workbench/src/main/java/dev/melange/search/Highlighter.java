package dev.melange.search;

import dev.melange.search.SearchResults.Part;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Finds in a plain text what a query was about. It gives parts of the text with a flag, never
 * markup: who shows them escapes each part.
 */
final class Highlighter {
  /** The length of a passage in characters. */
  static final int PASSAGE = 160;

  private static final int PASSAGES = 2;

  private final Set<String> stems;
  private final List<List<String>> phrases;

  /**
   * For a query.
   *
   * @param stems of its words
   * @param phrases whose words are marked only where they follow each other
   */
  Highlighter(Collection<String> stems, List<List<String>> phrases) {
    this.stems = Set.copyOf(stems);
    this.phrases = List.copyOf(phrases);
  }

  private record Range(int start, int end) {}

  /** A whole text with its marks. */
  List<Part> mark(String text) {
    return parts(text, 0, text.length(), ranges(text));
  }

  /** Up to two passages with the most marks, in the order of the text; none without marks. */
  List<List<Part>> passages(String text) {
    List<Range> ranges = ranges(text);
    List<Range> windows = new ArrayList<>();
    for (int n = 0; n < PASSAGES; n++) {
      Range best = null;
      int most = 0;
      for (Range range : ranges) {
        Range window = window(text, range);
        boolean free =
            windows.stream().noneMatch(w -> window.start() < w.end() && w.start() < window.end());
        int inside =
            (int)
                ranges.stream()
                    .filter(r -> r.start() >= window.start() && r.end() <= window.end())
                    .count();
        if (free && inside > most) {
          most = inside;
          best = window;
        }
      }
      if (best != null) {
        windows.add(best);
      }
    }
    windows.sort(Comparator.comparingInt(Range::start));
    return windows.stream().map(w -> parts(text, w.start(), w.end(), ranges)).toList();
  }

  /** A passage that begins a little before a mark, cut between words. */
  private static Range window(String text, Range mark) {
    int start = Math.max(0, mark.start() - PASSAGE / 4);
    while (start > 0 && start < mark.start() && !Character.isWhitespace(text.charAt(start - 1))) {
      start++;
    }
    int end = Math.min(text.length(), Math.max(start + PASSAGE, mark.end()));
    while (end < text.length() && end > mark.end() && !Character.isWhitespace(text.charAt(end))) {
      end--;
    }
    return new Range(start, end);
  }

  private static List<Part> parts(String text, int start, int end, List<Range> ranges) {
    List<Part> parts = new ArrayList<>();
    int at = start;
    for (Range range : ranges) {
      if (range.start() < at || range.end() > end) {
        continue;
      }
      if (range.start() > at) {
        parts.add(new Part(text.substring(at, range.start()), false));
      }
      parts.add(new Part(text.substring(range.start(), range.end()), true));
      at = range.end();
    }
    if (at < end) {
      parts.add(new Part(text.substring(at, end), false));
    }
    return parts;
  }

  private List<Range> ranges(String text) {
    List<Range> ranges = new ArrayList<>();
    for (Analyzers.Token token : Analyzers.tokens(Analyzers.STEMS, text)) {
      if (stems.contains(token.term())) {
        ranges.add(new Range(token.start(), token.end()));
      }
    }
    List<Analyzers.Token> words =
        phrases.isEmpty() ? List.of() : Analyzers.tokens(Analyzers.WORDS, text);
    for (List<String> phrase : phrases) {
      for (int i = 0; !phrase.isEmpty() && i + phrase.size() <= words.size(); i++) {
        List<Analyzers.Token> part = words.subList(i, i + phrase.size());
        if (part.stream().map(Analyzers.Token::term).toList().equals(phrase)) {
          ranges.add(new Range(part.get(0).start(), part.get(part.size() - 1).end()));
        }
      }
    }
    ranges.sort(Comparator.comparingInt(Range::start).thenComparingInt(range -> -range.end()));
    return ranges;
  }
}
