package dev.melange.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.search.SearchQuery.AnyOf;
import dev.melange.search.SearchQuery.Compare;
import dev.melange.search.SearchQuery.Group;
import dev.melange.search.SearchQuery.InField;
import dev.melange.search.SearchQuery.Is;
import dev.melange.search.SearchQuery.Not;
import dev.melange.search.SearchQuery.Phrase;
import dev.melange.search.SearchQuery.Published;
import dev.melange.search.SearchQuery.Sort;
import dev.melange.search.SearchQuery.Word;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueryParserTest {
  @Test
  void readsTheWholeLanguage() {
    SearchQuery query =
        QueryParser.parse(
            "mixing \"exact phrase\" -old a OR b OR c (x \"y z\") title:mlp author:\"jane doe\""
                + " cat:cs.CV year:2021..2023 has:code votes:>5 metric:acc>=0.8 params:<5M"
                + " sort:trending");
    assertThat(query.clauses())
        .containsExactly(
            new Word("mixing"),
            new Phrase("exact phrase"),
            new Not(new Word("old")),
            new AnyOf(List.of(new Word("a"), new Word("b"), new Word("c"))),
            new Group(List.of(new Word("x"), new Phrase("y z"))),
            new InField("title", new Word("mlp")),
            new InField("author", new Phrase("jane doe")));
    assertThat(query.filters())
        .containsExactly(
            new Is("cat", "cs.CV"),
            new Published(LocalDate.of(2021, 1, 1), LocalDate.of(2023, 12, 31)),
            new Is("has", "code"),
            new Compare("votes", "", ">", 5),
            new Compare("metric", "acc", ">=", 0.8),
            new Compare("params", "", "<", 5e6));
    assertThat(query.sort()).isEqualTo(Sort.TRENDING);
    assertThat(query.text()).isEqualTo("mixing exact phrase a b c x y z mlp jane doe");
    assertThat(query.notices()).isEmpty();
  }

  @Test
  void takesAPastedPaperAsThatPaper() {
    for (String pasted :
        List.of("2311.07575", "arXiv:2311.07575v2", "https://arxiv.org/abs/2311.07575")) {
      assertThat(QueryParser.parse(pasted).filters()).containsExactly(new Is("id", "2311.07575"));
    }
  }

  @Test
  void reportsWhatItIgnores() {
    assertThat(QueryParser.parse("before:2025-02-30").notices())
        .containsExactly("expected before:2023-05-31, got before:2025-02-30; it was ignored");
    assertThat(QueryParser.parse("year:2023..2021").notices()).hasSize(1);
    assertThat(QueryParser.parse("a ) b").notices()).hasSize(1);
    assertThat(QueryParser.parse("(a").clauses()).containsExactly(new Word("a"));
    assertThat(QueryParser.parse("sort:best").notices().get(0)).contains("trending");
    assertThat(QueryParser.parse("x ".repeat(100)).clauses()).hasSize(QueryParser.MAX_TERMS);
    assertThat(QueryParser.parse("(".repeat(30) + "a").notices())
        .contains("brackets deeper than 20 were ignored");
  }

  @Test
  void findsTheNearestField() {
    assertThat(FilterParser.suggestion("tilte")).contains("title");
    assertThat(FilterParser.suggestion("banana")).isEmpty();
  }

  @Test
  void countsEditsWithSwapsAsOne() {
    assertThat(Spelling.distance("mpl", "mlp", 2)).isEqualTo(1);
    assertThat(Spelling.distance("kitten", "sitting", 3)).isEqualTo(3);
    assertThat(Spelling.distance("a", "abcdef", 2)).isEqualTo(3);
  }
}
