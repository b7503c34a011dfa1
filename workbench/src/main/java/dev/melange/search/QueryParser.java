package dev.melange.search;

import dev.melange.feed.ArxivId;
import dev.melange.search.SearchQuery.AnyOf;
import dev.melange.search.SearchQuery.Clause;
import dev.melange.search.SearchQuery.Filter;
import dev.melange.search.SearchQuery.Group;
import dev.melange.search.SearchQuery.InField;
import dev.melange.search.SearchQuery.Is;
import dev.melange.search.SearchQuery.Not;
import dev.melange.search.SearchQuery.Phrase;
import dev.melange.search.SearchQuery.Sort;
import dev.melange.search.SearchQuery.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads queries: {@code words}, {@code "a phrase"}, {@code -not}, {@code a OR b}, {@code ( )},
 * {@code field:value}. It never fails; what it ignores it reports. A pasted arXiv id or address
 * asks for that paper.
 */
public final class QueryParser {
  /** The longest query of the search box, in code points; longer texts are searched by meaning. */
  public static final int MAX_LENGTH = 250;

  static final int MAX_TERMS = 64;
  static final int MAX_DEPTH = 20;

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:([()])|(-?)(?:(\\p{L}+):)?(?:\"([^\"]*)\"?|([^\\s()\"]+))|(-?)(\\p{L}+):)");

  private static final Set<String> TEXT_FIELDS = Set.of("title", "abstract", "author", "org");

  private record Token(String bracket, boolean not, String field, String phrase, String word) {
    boolean is(String expected) {
      return expected.equals(bracket);
    }

    boolean isOr() {
      return "OR".equals(word) && field == null && !not;
    }
  }

  private final List<Token> tokens = new ArrayList<>();
  private final List<String> text = new ArrayList<>();
  private final List<Filter> filters = new ArrayList<>();
  private final List<String> notices = new ArrayList<>();
  private Sort sort = Sort.RELEVANCE;
  private int terms;
  private int at;

  private QueryParser() {}

  /** Reads a query. */
  public static SearchQuery parse(String query) {
    Optional<ArxivId> pasted = ArxivId.parse(query.strip());
    if (pasted.isPresent()) {
      return new SearchQuery(
          "", List.of(), List.of(new Is("id", pasted.get().id())), Sort.RELEVANCE, List.of());
    }
    QueryParser parser = new QueryParser();
    parser.tokenize(query);
    List<Clause> clauses = parser.sequence(0);
    while (parser.at < parser.tokens.size()) {
      parser.notice("a ')' without '(' was ignored");
      parser.at++;
      clauses.addAll(parser.sequence(0));
    }
    return new SearchQuery(
        String.join(" ", parser.text), clauses, parser.filters, parser.sort, parser.notices);
  }

  private void notice(String notice) {
    if (!notices.contains(notice)) {
      notices.add(notice);
    }
  }

  private void tokenize(String query) {
    Matcher matcher = TOKEN.matcher(query);
    while (matcher.lookingAt()) {
      boolean empty = matcher.group(7) != null;
      if (empty) {
        notice(matcher.group(7) + ": has no value and was ignored");
      } else {
        String field = matcher.group(3);
        tokens.add(
            new Token(
                matcher.group(1),
                "-".equals(matcher.group(2)),
                field == null ? null : field.toLowerCase(Locale.ROOT),
                matcher.group(4),
                matcher.group(5)));
      }
      matcher.region(matcher.end(), query.length());
    }
  }

  private List<Clause> sequence(int depth) {
    List<Clause> clauses = new ArrayList<>();
    boolean or = false;
    while (at < tokens.size() && !tokens.get(at).is(")")) {
      if (tokens.get(at).isOr()) {
        or = !clauses.isEmpty();
        if (!or) {
          notice("an OR with nothing before it was ignored");
        }
        at++;
        continue;
      }
      Clause clause = clause(depth);
      if (clause == null) {
        continue;
      }
      if (or) {
        Clause left = clauses.remove(clauses.size() - 1);
        List<Clause> either =
            new ArrayList<>(left instanceof AnyOf any ? any.clauses() : List.of(left));
        either.add(clause);
        clauses.add(new AnyOf(either));
        or = false;
      } else {
        clauses.add(clause);
      }
    }
    if (or) {
      notice("an OR with nothing after it was ignored");
    }
    return clauses;
  }

  /** The next clause; null if the token was a filter or was ignored. */
  private Clause clause(int depth) {
    Token token = tokens.get(at++);
    if (token.is("(")) {
      if (depth >= MAX_DEPTH) {
        notice("brackets deeper than " + MAX_DEPTH + " were ignored");
        return null;
      }
      List<Clause> inner = sequence(depth + 1);
      if (at < tokens.size()) {
        at++;
      } else {
        notice("a '(' without ')' was closed at the end");
      }
      return inner.isEmpty() ? null : inner.size() == 1 ? inner.get(0) : new Group(inner);
    }
    if (terms == MAX_TERMS) {
      notice("only the first " + MAX_TERMS + " words were used");
      return null;
    }
    terms++;
    Clause clause;
    if (token.field() == null) {
      clause = plain(token);
    } else if (TEXT_FIELDS.contains(token.field())) {
      clause = new InField(token.field(), plainValue(token));
    } else {
      return filter(token);
    }
    if (clause == null) {
      return null;
    }
    if (token.not()) {
      return new Not(clause);
    }
    text.add(token.phrase() == null ? token.word() : token.phrase());
    return clause;
  }

  private static Clause plainValue(Token token) {
    return token.phrase() != null ? new Phrase(token.phrase()) : new Word(token.word());
  }

  private Clause plain(Token token) {
    if (token.phrase() != null) {
      return token.phrase().isBlank() ? null : new Phrase(token.phrase().strip());
    }
    // Punctuation alone says nothing.
    return token.word().codePoints().anyMatch(Character::isLetterOrDigit)
        ? new Word(token.word())
        : null;
  }

  private Clause filter(Token token) {
    String value = token.phrase() != null ? token.phrase() : token.word();
    FilterParser.Result result = FilterParser.parse(token.field(), value.strip());
    if (result.unknownField()) {
      // The value may still be what was meant: "note: this" is text.
      notice(
          "unknown field %s:%s; searched for %s as words"
              .formatted(
                  shortened(token.field()),
                  FilterParser.suggestion(token.field())
                      .map(name -> " - did you mean " + name + ":?")
                      .orElse(""),
                  shortened(value)));
      Clause words = plain(new Token(null, false, null, token.phrase(), token.word()));
      if (words != null && !token.not()) {
        text.add(value);
      }
      return words == null || !token.not() ? words : new Not(words);
    }
    if (token.not()) {
      notice("-%s: is not possible and was ignored".formatted(token.field()));
    } else if (result.problem() != null) {
      notice(result.problem());
    } else if (result.sort() != null) {
      sort = result.sort();
    } else {
      filters.add(result.filter());
    }
    return null;
  }

  static String shortened(String value) {
    return value.length() <= 40 ? value : value.substring(0, 40) + "\u2026";
  }
}
