package dev.melange.search;

import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/** What a query may become that is being typed: titles of papers, and their authors. */
final class Completions {
  private final IndexSearcher searcher;
  private final PaperStore papers;
  private final List<String> words;

  Completions(IndexSearcher searcher, PaperStore papers, String typed) {
    this.searcher = searcher;
    this.papers = papers;
    this.words = Analyzers.terms(Analyzers.WORDS, typed);
  }

  /** Titles that begin so, then titles with these words, then authors; the last word is begun. */
  List<String> best(int most) throws IOException {
    Set<String> found = new LinkedHashSet<>();
    if (words.isEmpty()) {
      return List.of();
    }
    Query begins = new PrefixQuery(new Term(PaperIndex.NAME, String.join("", words)));
    for (Query query : List.of(begins, begun(PaperIndex.TITLE))) {
      for (PaperEntry paper : papers(query, most)) {
        if (paper.title().codePointCount(0, paper.title().length()) <= QueryParser.MAX_LENGTH) {
          found.add(paper.title());
        }
      }
    }
    for (PaperEntry paper : papers(begun(PaperIndex.AUTHOR), most)) {
      paper.shownAuthors().stream()
          .filter(this::has)
          .forEach(author -> found.add("author:\"" + author.replace("\"", "") + '"'));
    }
    return found.stream().limit(most).toList();
  }

  private Query begun(String field) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (String word : words.subList(0, words.size() - 1)) {
      all.add(new TermQuery(new Term(field + PaperIndex.WORDS, word)), Occur.FILTER);
    }
    Term last = new Term(field + PaperIndex.WORDS, words.get(words.size() - 1));
    return all.add(new PrefixQuery(last), Occur.FILTER).build();
  }

  private List<PaperEntry> papers(Query query, int most) throws IOException {
    List<Long> ids = new ArrayList<>();
    for (Ranker.Ranked hit : new Ranker(searcher).byWords(new ConstantScoreQuery(query), most)) {
      ids.add(hit.id());
    }
    return papers.withIds(ids);
  }

  private boolean has(String name) {
    List<String> own = Analyzers.terms(Analyzers.WORDS, name);
    int last = words.size() - 1;
    return own.containsAll(words.subList(0, last))
        && own.stream().anyMatch(word -> word.startsWith(words.get(last)));
  }
}
