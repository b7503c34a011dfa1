package dev.melange.search;

import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.automaton.CompiledAutomaton;

/** Finds words of the index that a misspelt word may stand for. */
final class Spelling {
  private record Candidate(String word, int distance, long count) {}

  private static final Comparator<Candidate> BEST =
      Comparator.comparingInt(Candidate::distance)
          .thenComparing(Comparator.comparingLong(Candidate::count).reversed())
          .thenComparing(Candidate::word);

  private Spelling() {}

  /**
   * The word meant: words of up to 3 letters are left alone, 4 to 7 may have one edit (two
   * neighbours swapped are one), longer ones two; the first letter is right.
   *
   * @param fields whose unstemmed words are looked through
   */
  static Optional<String> correction(IndexReader reader, Iterable<String> fields, String word)
      throws IOException {
    int length = word.codePointCount(0, word.length());
    if (length <= 3 || length > 40) {
      return Optional.empty();
    }
    return nearest(reader, fields, word, length <= 7 ? 1 : 2, 1);
  }

  /** What an unknown word of three letters might stand for, to be offered only. */
  static Optional<String> suggestion(IndexReader reader, Iterable<String> fields, String word)
      throws IOException {
    return word.codePointCount(0, word.length()) == 3
        ? nearest(reader, fields, word, 1, 0).filter(found -> found.length() == 3)
        : Optional.empty();
  }

  private static Optional<String> nearest(
      IndexReader reader, Iterable<String> fields, String word, int edits, int prefix)
      throws IOException {
    PriorityQueue<Candidate> found = new PriorityQueue<>(BEST);
    // To build the automaton costs more than to run it; it is the same for all fields.
    CompiledAutomaton automaton =
        new FuzzyQuery(new Term("any", word), edits, prefix, 1, true).getAutomata();
    for (String field : fields) {
      Terms terms = MultiTerms.getTerms(reader, field);
      if (terms == null) {
        continue;
      }
      TermsEnum near = automaton.getTermsEnum(terms);
      for (BytesRef term = near.next(); term != null; term = near.next()) {
        String candidate = term.utf8ToString();
        boolean sameKind = candidate.length() == 3 || word.length() != 3;
        if (sameKind) {
          found.add(new Candidate(candidate, distance(word, candidate, edits), near.docFreq()));
        }
      }
    }
    return Optional.ofNullable(found.peek()).map(Candidate::word);
  }

  /**
   * The edits from one word to another: letters added, left out, replaced, neighbours swapped.
   *
   * @return the distance, or {@code most + 1} if it is greater than that
   */
  static int distance(String a, String b, int most) {
    if (Math.abs(a.length() - b.length()) > most) {
      return most + 1;
    }
    int[][] table = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          table[i][j] = i + j;
          continue;
        }
        int replaced = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int least = Math.min(replaced, 1 + Math.min(table[i - 1][j], table[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        table[i][j] = swapped ? Math.min(least, 1 + table[i - 2][j - 2]) : least;
      }
    }
    return Math.min(table[a.length()][b.length()], most + 1);
  }
}
