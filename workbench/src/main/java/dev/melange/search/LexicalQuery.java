package dev.melange.search;

import dev.melange.search.SearchQuery.AnyOf;
import dev.melange.search.SearchQuery.Clause;
import dev.melange.search.SearchQuery.Group;
import dev.melange.search.SearchQuery.InField;
import dev.melange.search.SearchQuery.Not;
import dev.melange.search.SearchQuery.Phrase;
import dev.melange.search.SearchQuery.Word;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.queries.intervals.IntervalQuery;
import org.apache.lucene.queries.intervals.Intervals;
import org.apache.lucene.sandbox.search.CombinedFieldQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/**
 * A query's words as Lucene sees them.
 *
 * <p>Words are ranked by BM25F: fields are combined before saturation, so that a short title with a
 * rare word does not win by itself. Each of the first two adjacent pairs of words that a paper has
 * in order, at most one word apart, adds 0.5. A word the index does not know is replaced by the
 * most similar one it knows, which then counts 0.7.
 */
final class LexicalQuery {
  private static final Map<String, Float> WEIGHTS =
      Map.of(
          PaperIndex.TITLE, 1.5f,
          PaperIndex.ABSTRACT, 1f,
          PaperIndex.AUTHOR, 1f,
          PaperIndex.ORG, 1f,
          PaperIndex.KEYWORD, 1.2f,
          PaperIndex.SPELLING, 1f);

  /** Where pairs are looked for; TimeMixer is a pair among the spellings. */
  private static final List<String> PAIRED =
      List.of(PaperIndex.TITLE, PaperIndex.ABSTRACT, PaperIndex.SPELLING);

  private static final float PAIR = 0.5f;
  private static final float CORRECTED = 0.7f;

  private final IndexReader reader;
  private final BooleanQuery.Builder scored = new BooleanQuery.Builder();
  private final Set<String> stems = new LinkedHashSet<>();
  private final List<List<String>> phrases = new ArrayList<>();
  private final Map<String, String> corrections = new LinkedHashMap<>();
  private final Map<String, String> suggestions = new LinkedHashMap<>();
  private final List<String> ordered = new ArrayList<>();
  private final Query required;
  private final Query pairs;
  private final boolean restricted;
  private boolean ranking;

  LexicalQuery(SearchQuery query, Query filter, IndexReader reader) throws IOException {
    this.reader = reader;
    BooleanQuery.Builder must = new BooleanQuery.Builder();
    must.add(filter, Occur.MUST);
    for (Clause clause : query.clauses()) {
      score(clause);
      require(clause, must);
    }
    pairs = pairs(ordered);
    BooleanQuery all = must.build();
    required = all;
    restricted = all.clauses().size() > 1 || !(filter instanceof MatchAllDocsQuery);
  }

  /** The papers that may be found at all: filters, phrases, fields and exclusions. */
  Query required() {
    return required;
  }

  /** Whether {@link #required} leaves anything out. */
  boolean restricted() {
    return restricted;
  }

  /** Ranks the papers that have any of the words; null if the query has none. */
  Query ranking() {
    return ranking
        ? new BooleanQuery.Builder()
            .add(scored.build(), Occur.MUST)
            .add(required, Occur.FILTER)
            .build()
        : null;
  }

  /**
   * What is added to the scores of papers that have adjacent words of the query in order; null if
   * there is nothing to add. To find it out for a paper costs more than its ranking.
   */
  Query pairs() {
    return pairs;
  }

  /** The stems of the words sought, for marking them. */
  Set<String> stems() {
    return stems;
  }

  /** The phrases sought, as unstemmed words. */
  List<List<String>> phrases() {
    return phrases;
  }

  /** Words the index does not know, and what was searched for instead. */
  Map<String, String> corrections() {
    return corrections;
  }

  /** Words the index does not know, and what they may stand for. */
  Map<String, String> suggestions() {
    return suggestions;
  }

  private void score(Clause clause) throws IOException {
    if (clause instanceof Word word) {
      stems.addAll(scoreWords(word.text(), true));
    } else if (clause instanceof Phrase phrase) {
      scoreWords(phrase.text(), false);
      phrases.add(Analyzers.terms(Analyzers.WORDS, phrase.text()));
    } else if (clause instanceof InField in) {
      scored.add(inField(in), Occur.SHOULD);
      ranking = true;
      if (in.clause() instanceof Word word) {
        stems.addAll(Analyzers.terms(Analyzers.STEMS, word.text()));
      } else if (in.clause() instanceof Phrase phrase) {
        phrases.add(Analyzers.terms(Analyzers.WORDS, phrase.text()));
      }
    } else if (clause instanceof AnyOf any) {
      for (Clause inner : any.clauses()) {
        score(inner);
      }
    } else if (clause instanceof Group group) {
      for (Clause inner : group.clauses()) {
        score(inner);
      }
    }
  }

  /** Adds the scores of a text's words; gives their stems. */
  private List<String> scoreWords(String text, boolean mayCorrect) throws IOException {
    List<String> used = new ArrayList<>();
    List<Analyzers.Token> tokens = Analyzers.tokens(Analyzers.STEMS, text);
    for (Analyzers.Token token : tokens) {
      String stem = token.term();
      float boost = 1;
      if (!known(stem) && mayCorrect) {
        String corrected = correct(text.substring(token.start(), token.end()));
        if (corrected != null) {
          stem = corrected;
          boost = CORRECTED;
        }
      }
      add(stem, boost);
      used.add(stem);
      ordered.add(stem);
    }
    // strip-mlp is also written stripmlp; ResMLP alone may be known by its parts only.
    boolean missed = used.stream().noneMatch(this::known);
    for (String other : Analyzers.terms(Analyzers.STEMS, Analyzers.spellings(text))) {
      if (!used.contains(other) && known(other) && (text.indexOf('-') >= 0 || missed)) {
        add(other, 1);
        used.add(other);
      }
    }
    return used;
  }

  private void add(String stem, float boost) {
    Query query = combined(stem);
    scored.add(boost == 1 ? query : new BoostQuery(query, boost), Occur.SHOULD);
    ranking = true;
  }

  private boolean known(String stem) {
    for (String field : WEIGHTS.keySet()) {
      try {
        if (reader.docFreq(new Term(field, stem)) > 0) {
          return true;
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException("the index cannot be read", e);
      }
    }
    return false;
  }

  private String correct(String surface) throws IOException {
    List<String> words = Analyzers.terms(Analyzers.WORDS, surface);
    if (words.size() != 1) {
      return null;
    }
    String word = words.get(0);
    String found = Spelling.correction(reader, PaperIndex.WORD_FIELDS, word).orElse(null);
    if (found == null) {
      Spelling.suggestion(reader, PaperIndex.WORD_FIELDS, word)
          .ifPresent(near -> suggestions.put(surface, likeCase(surface, near)));
      return null;
    }
    List<String> stem = Analyzers.terms(Analyzers.STEMS, found);
    if (stem.size() != 1) {
      return null;
    }
    corrections.put(surface, found);
    return stem.get(0);
  }

  private static String likeCase(String surface, String word) {
    return surface.equals(surface.toUpperCase(Locale.ROOT)) ? word.toUpperCase(Locale.ROOT) : word;
  }

  private static Query combined(String stem) {
    CombinedFieldQuery.Builder builder = new CombinedFieldQuery.Builder();
    WEIGHTS.forEach(builder::addField);
    return builder.addTerm(new BytesRef(stem)).build();
  }

  /** Once for at least one pair, and once more for at least two. */
  private static Query pairs(List<String> stems) {
    List<Query> pairs = new ArrayList<>();
    for (int i = 1; i < stems.size(); i++) {
      BooleanQuery.Builder either = new BooleanQuery.Builder();
      for (String field : PAIRED) {
        either.add(
            new IntervalQuery(
                field,
                Intervals.maxgaps(
                    1,
                    Intervals.ordered(
                        Intervals.term(stems.get(i - 1)), Intervals.term(stems.get(i))))),
            Occur.SHOULD);
      }
      pairs.add(either.build());
    }
    BooleanQuery.Builder sum = new BooleanQuery.Builder();
    for (int least = 1; least <= Math.min(2, pairs.size()); least++) {
      BooleanQuery.Builder enough = new BooleanQuery.Builder().setMinimumNumberShouldMatch(least);
      pairs.forEach(pair -> enough.add(pair, Occur.SHOULD));
      sum.add(new BoostQuery(new ConstantScoreQuery(enough.build()), PAIR), Occur.SHOULD);
    }
    return pairs.isEmpty() ? null : sum.build();
  }

  private void require(Clause clause, BooleanQuery.Builder must) {
    if (clause instanceof Not not) {
      must.add(occurs(not.clause()), Occur.MUST_NOT);
    } else if (clause instanceof Group group) {
      group.clauses().forEach(inner -> require(inner, must));
    } else if (!(clause instanceof Word)) {
      must.add(occurs(clause), Occur.MUST);
    }
  }

  /** Whether something is in a paper. */
  private Query occurs(Clause clause) {
    BooleanQuery.Builder builder = new BooleanQuery.Builder();
    if (clause instanceof Word word) {
      for (String stem : Analyzers.terms(Analyzers.STEMS, word.text())) {
        builder.add(combined(stem), Occur.MUST);
      }
    } else if (clause instanceof Phrase phrase) {
      for (String field : PaperIndex.WORD_FIELDS) {
        builder.add(phrase(field, phrase.text()), Occur.SHOULD);
      }
    } else if (clause instanceof InField in) {
      return inField(in);
    } else if (clause instanceof AnyOf any) {
      any.clauses().forEach(inner -> builder.add(occurs(inner), Occur.SHOULD));
    } else if (clause instanceof Group group) {
      boolean words = group.clauses().stream().allMatch(inner -> inner instanceof Word);
      for (Clause inner : group.clauses()) {
        if (inner instanceof Not not) {
          builder.add(occurs(not.clause()), Occur.MUST_NOT);
        } else if (words || !(inner instanceof Word)) {
          builder.add(occurs(inner), words ? Occur.SHOULD : Occur.MUST);
        }
      }
    } else if (clause instanceof Not not) {
      builder.add(new MatchAllDocsQuery(), Occur.MUST);
      builder.add(occurs(not.clause()), Occur.MUST_NOT);
    }
    return builder.build();
  }

  private static Query inField(InField in) {
    String field = in.field();
    if (in.clause() instanceof Phrase phrase) {
      return phrase(field + PaperIndex.WORDS, phrase.text());
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    String text = ((Word) in.clause()).text();
    for (String stem : Analyzers.terms(Analyzers.STEMS, text)) {
      all.add(new TermQuery(new Term(field, stem)), Occur.MUST);
    }
    return all.build();
  }

  private static Query phrase(String field, String text) {
    List<String> words = Analyzers.terms(Analyzers.WORDS, text);
    if (words.isEmpty()) {
      return new MatchNoDocsQuery("a phrase without words");
    }
    return words.size() == 1
        ? new TermQuery(new Term(field, words.get(0)))
        : new PhraseQuery(field, words.toArray(String[]::new));
  }
}
