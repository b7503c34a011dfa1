package dev.melange.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.PerFieldAnalyzerWrapper;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;

/** How texts become terms: stemmed for ranking, unstemmed for phrases. */
final class Analyzers {
  /** English stems without stop words. */
  static final Analyzer STEMS = new English(true);

  /** Words as they are, lower case and without accents. */
  static final Analyzer WORDS = new English(false);

  /** A hyphenated name: strip-mlp. */
  private static final Pattern HYPHENATED =
      Pattern.compile("(?<![\\p{L}\\d-])\\p{L}[\\p{L}\\d]*(?:-[\\p{L}\\d]+)+");

  /** A name with capitals within: TimeMixer, FinalMLP. */
  private static final Pattern CAMEL =
      Pattern.compile("\\b\\p{L}[\\p{L}\\d]*\\p{Ll}\\p{Lu}\\p{L}*");

  private static final Pattern CAMEL_BORDER =
      Pattern.compile("(?<=[\\p{Ll}\\d])(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})");

  /** So many words before a title's colon are a name; more are a sentence. */
  private static final int NAME_WORDS = 3;

  private Analyzers() {}

  /** A term and where its word stands in the text. */
  record Token(String term, int start, int end) {}

  private static final class English extends Analyzer {
    private final boolean stems;

    English(boolean stems) {
      this.stems = stems;
    }

    @Override
    protected TokenStreamComponents createComponents(String field) {
      Tokenizer words = new StandardTokenizer();
      TokenStream terms = new EnglishPossessiveFilter(words);
      terms = new ASCIIFoldingFilter(new LowerCaseFilter(terms));
      if (stems) {
        CharArraySet stops = EnglishAnalyzer.getDefaultStopSet();
        terms = new PorterStemFilter(new StopFilter(terms, stops));
      }
      return new TokenStreamComponents(words, terms);
    }
  }

  /** Stems, except for the fields given. */
  static Analyzer perField(List<String> wordFields) {
    Map<String, Analyzer> words = new java.util.HashMap<>();
    wordFields.forEach(field -> words.put(field, WORDS));
    return new PerFieldAnalyzerWrapper(STEMS, words);
  }

  /** The terms of a text, in order. */
  static List<Token> tokens(Analyzer analyzer, String text) {
    List<Token> tokens = new ArrayList<>();
    try (TokenStream stream = analyzer.tokenStream("text", text)) {
      CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      OffsetAttribute offset = stream.addAttribute(OffsetAttribute.class);
      stream.reset();
      while (stream.incrementToken()) {
        tokens.add(new Token(term.toString(), offset.startOffset(), offset.endOffset()));
      }
      stream.end();
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory could not be read", e);
    }
    return tokens;
  }

  /** As {@link #tokens}, the terms alone. */
  static List<String> terms(Analyzer analyzer, String text) {
    return tokens(analyzer, text).stream().map(Token::term).toList();
  }

  /** A text's words without what separates them: Time Mixer, time-mixer, TimeMixer are the same. */
  static String joined(String text) {
    return String.join("", terms(WORDS, text));
  }

  /**
   * The names a paper goes by, each {@link #joined}: what stands before its title's colon, the
   * whole title, and its keywords.
   */
  static Set<String> names(String title, List<String> keywords) {
    Set<String> names = new LinkedHashSet<>();
    int colon = title.indexOf(':');
    String head = colon < 0 ? "" : title.substring(0, colon);
    if (terms(WORDS, head).size() <= NAME_WORDS) {
      names.add(joined(head));
    }
    names.add(joined(title));
    keywords.forEach(keyword -> names.add(joined(keyword)));
    names.remove("");
    return names;
  }

  /**
   * Other spellings of the names in a text: hyphenated ones joined, those with capitals within cut
   * apart. {@code Strip-MLP and TimeMixer} gives {@code stripmlp time mixer}.
   */
  static String spellings(String text) {
    StringBuilder found = new StringBuilder();
    Matcher hyphenated = HYPHENATED.matcher(text);
    while (hyphenated.find()) {
      found.append(hyphenated.group().replace("-", "").toLowerCase(Locale.ROOT)).append(' ');
    }
    Matcher camel = CAMEL.matcher(text);
    while (camel.find()) {
      found.append(CAMEL_BORDER.matcher(camel.group()).replaceAll(" ")).append(' ');
    }
    return found.toString().strip();
  }
}
