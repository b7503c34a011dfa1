package dev.melange.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryRescorer;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;

/** Ranks the papers of one state of the index. */
final class Ranker {
  /** So many of the best papers are looked through for what is costly to find out. */
  static final int LOOKED_THROUGH = 1_000;

  /** Best first; equal ones by id. */
  static final Comparator<Ranked> BEST =
      Comparator.comparingDouble(Ranked::score).reversed().thenComparingLong(Ranked::id);

  private final IndexSearcher searcher;

  Ranker(IndexSearcher searcher) {
    this.searcher = searcher;
  }

  /**
   * A ranked paper.
   *
   * @param doc its number in this state of the index
   * @param id in the store
   * @param score the greater the better
   */
  record Ranked(int doc, long id, double score) {}

  /** The best papers for a query of words. */
  List<Ranked> byWords(Query query, int most) throws IOException {
    return ranked(searcher.search(query, most).scoreDocs);
  }

  /**
   * The best papers for a query of words.
   *
   * @param more what is added to the scores of the best {@value #LOOKED_THROUGH}; null for nothing
   */
  List<Ranked> byWords(Query query, Query more, int most) throws IOException {
    if (more == null) {
      return byWords(query, most);
    }
    TopDocs best = searcher.search(query, LOOKED_THROUGH);
    return ranked(QueryRescorer.rescore(searcher, best, more, 1, most).scoreDocs);
  }

  /**
   * The papers that go by a name, each with the score 1.
   *
   * @param name as {@link Analyzers#joined} gives it
   * @param among only papers that match this
   */
  List<Ranked> named(String name, Query among, int most) throws IOException {
    Query query =
        new BooleanQuery.Builder()
            .add(new ConstantScoreQuery(new TermQuery(new Term(PaperIndex.NAME, name))), Occur.MUST)
            .add(among, Occur.FILTER)
            .build();
    return byWords(query, most);
  }

  /** The papers of some documents, best first. */
  List<Ranked> ranked(ScoreDoc[] docs) throws IOException {
    ScoreDoc[] ascending = docs.clone();
    Arrays.sort(ascending, Comparator.comparingInt(hit -> hit.doc));
    List<Ranked> ranked = new ArrayList<>();
    int next = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      int end = leaf.docBase + leaf.reader().maxDoc();
      if (next == ascending.length || ascending[next].doc >= end) {
        continue;
      }
      NumericDocValues ids = leaf.reader().getNumericDocValues(PaperIndex.ID);
      for (; next < ascending.length && ascending[next].doc < end; next++) {
        ScoreDoc hit = ascending[next];
        if (ids == null || !ids.advanceExact(hit.doc - leaf.docBase)) {
          throw new IllegalStateException("document " + hit.doc + " has no id");
        }
        ranked.add(new Ranked(hit.doc, ids.longValue(), hit.score));
      }
    }
    ranked.sort(BEST);
    return ranked;
  }

  /**
   * The papers nearest to a vector; the score is the cosine.
   *
   * @param among only papers that match this; null for all
   */
  List<Ranked> byMeaning(float[] vector, Query among, int most) throws IOException {
    return new NearestVectors(searcher, vector).find(among, most);
  }

  /** The vector of a paper; null if it has none. */
  float[] vector(int doc) throws IOException {
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
    BinaryDocValues vectors = leaf.reader().getBinaryDocValues(PaperIndex.VECTOR);
    return vectors != null && vectors.advanceExact(doc - leaf.docBase)
        ? VectorBytes.read(vectors.binaryValue())
        : null;
  }
}
