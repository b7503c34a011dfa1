package dev.melange.search;

import dev.melange.search.Ranker.Ranked;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.LongHeap;
import org.apache.lucene.util.NumericUtils;
import org.apache.lucene.util.VectorUtil;

/**
 * Finds the papers whose vectors are nearest to one. Few vectors are all compared; of more, {@link
 * SignCodes} choose those that are.
 */
final class NearestVectors {
  /** So many vectors are compared at least, and for each paper that is sought. */
  static final int LEAST_COMPARED = 2_000;

  static final int COMPARED_FOR_EACH = 10;

  private final IndexSearcher searcher;
  private final float[] vector;

  NearestVectors(IndexSearcher searcher, float[] vector) {
    this.searcher = searcher;
    this.vector = vector;
  }

  /**
   * The nearest papers, best first; the score is the cosine.
   *
   * @param among only papers that match this; null for all
   */
  List<Ranked> find(Query among, int most) throws IOException {
    int[] candidates = candidates(among, Math.max(LEAST_COMPARED, COMPARED_FOR_EACH * most));
    LongHeap best = new LongHeap(most);
    int next = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      int end = leaf.docBase + leaf.reader().maxDoc();
      if (next == candidates.length || candidates[next] >= end) {
        continue;
      }
      BinaryDocValues vectors = leaf.reader().getBinaryDocValues(PaperIndex.VECTOR);
      for (; next < candidates.length && candidates[next] < end; next++) {
        if (!vectors.advanceExact(candidates[next] - leaf.docBase)) {
          throw new IllegalStateException("document " + candidates[next] + " has lost its vector");
        }
        float cosine = VectorUtil.dotProduct(vector, VectorBytes.read(vectors.binaryValue()));
        best.insertWithOverflow(packed(cosine, candidates[next]));
      }
    }
    ScoreDoc[] found = new ScoreDoc[best.size()];
    for (int i = 0; i < found.length; i++) {
      long hit = best.get(i + 1);
      float cosine = NumericUtils.sortableIntToFloat((int) (hit >> Integer.SIZE));
      found[i] = new ScoreDoc((int) hit, cosine);
    }
    return new Ranker(searcher).ranked(found);
  }

  /** A number in the order of scores, then documents. */
  private static long packed(float score, int doc) {
    return (long) NumericUtils.floatToSortableInt(score) << Integer.SIZE | doc;
  }

  /** The papers that seem to be nearest, ascending. */
  private int[] candidates(Query among, int most) throws IOException {
    Weight weight =
        among == null
            ? null
            : searcher.createWeight(
                searcher.rewrite(among), ScoreMode.COMPLETE_NO_SCORES, /* boost= */ 1);
    LongHeap best = new LongHeap(most);
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      Bits eligible = weight == null ? leaf.reader().getLiveDocs() : matching(leaf, weight);
      SignCodes codes = SignCodes.of(leaf.reader());
      int[] docs = codes.docs();
      float[] estimates = codes.estimates(vector);
      for (int i = 0; i < docs.length; i++) {
        if (eligible == null || eligible.get(docs[i])) {
          best.insertWithOverflow(packed(estimates[i], leaf.docBase + docs[i]));
        }
      }
    }
    int[] found = new int[best.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = (int) best.get(i + 1);
    }
    Arrays.sort(found);
    return found;
  }

  private static Bits matching(LeafReaderContext leaf, Weight weight) throws IOException {
    FixedBitSet matching = new FixedBitSet(leaf.reader().maxDoc());
    Scorer scorer = weight.scorer(leaf);
    if (scorer != null) {
      DocIdSetIterator docs = scorer.iterator();
      Bits live = leaf.reader().getLiveDocs();
      for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
        if (live == null || live.get(doc)) {
          matching.set(doc);
        }
      }
    }
    return matching;
  }
}
