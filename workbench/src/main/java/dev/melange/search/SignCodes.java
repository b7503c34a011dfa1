package dev.melange.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.VectorUtil;

/**
 * The vectors of a segment with one bit for each dimension: the sign of its difference from the
 * mean. From a tenth of the memory they tell nearly which vectors are near to another one, so that
 * only those few need be compared in full (RaBitQ, Gao and Long 2024, without its rotation).
 *
 * <p>For a vector {@code x = m + r} with the mean m and the signs s of r, the product with a query
 * is estimated as {@code q.m + |r|^2 / |r|_1 * q.s}, the query in steps of a fifteenth of its
 * range.
 */
final class SignCodes {
  /** Bits of a query's steps. */
  private static final int PLANES = 4;

  private static final int HIGHEST = (1 << PLANES) - 1;

  /** Of the segments that are open; they never change, but for deletions. */
  private static final Map<IndexReader.CacheKey, SignCodes> KNOWN = new ConcurrentHashMap<>();

  private final float[] mean;
  private final int words;

  /** Documents with a vector, ascending. */
  private final int[] docs;

  /** For each of them its bits; how many of them are set; what the estimate is multiplied by. */
  private final long[] codes;

  private final short[] ones;
  private final float[] scales;

  private SignCodes(int[] docs, float[] mean, long[] codes, short[] ones, float[] scales) {
    this.docs = docs;
    this.mean = mean;
    this.words = words(mean.length);
    this.codes = codes;
    this.ones = ones;
    this.scales = scales;
  }

  private static int words(int dimensions) {
    return (dimensions + Long.SIZE - 1) / Long.SIZE;
  }

  /** The codes of a segment, made when it is first asked for. */
  static SignCodes of(LeafReader reader) throws IOException {
    IndexReader.CacheHelper cache = reader.getCoreCacheHelper();
    if (cache == null) {
      return read(reader);
    }
    try {
      return KNOWN.computeIfAbsent(
          cache.getKey(),
          key -> {
            try {
              SignCodes codes = read(reader);
              cache.addClosedListener(KNOWN::remove);
              return codes;
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static SignCodes read(LeafReader reader) throws IOException {
    BinaryDocValues values = reader.getBinaryDocValues(PaperIndex.VECTOR);
    List<Integer> docs = new ArrayList<>();
    double[] sum = new double[0];
    while (values != null && values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      float[] vector = VectorBytes.read(values.binaryValue());
      sum = docs.isEmpty() ? new double[vector.length] : sum;
      for (int i = 0; i < vector.length; i++) {
        sum[i] += vector[i];
      }
      docs.add(values.docID());
    }
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sum[i] / docs.size());
    }
    int words = words(mean.length);
    long[] codes = new long[docs.size() * words];
    short[] ones = new short[docs.size()];
    float[] scales = new float[docs.size()];
    values = reader.getBinaryDocValues(PaperIndex.VECTOR);
    for (int at = 0; at < scales.length; at++) {
      values.nextDoc();
      float[] vector = VectorBytes.read(values.binaryValue());
      double square = 0;
      double absolute = 0;
      for (int i = 0; i < mean.length; i++) {
        double rest = vector[i] - mean[i];
        square += rest * rest;
        absolute += Math.abs(rest);
        if (rest > 0) {
          codes[at * words + i / Long.SIZE] |= 1L << (i % Long.SIZE);
          ones[at]++;
        }
      }
      scales[at] = absolute == 0 ? 0 : (float) (square / absolute);
    }
    return new SignCodes(
        docs.stream().mapToInt(Integer::intValue).toArray(), mean, codes, ones, scales);
  }

  /** The documents that have a vector, ascending. */
  int[] docs() {
    return docs;
  }

  /**
   * Estimates the products of all vectors with another one.
   *
   * @param query of as many dimensions
   * @return in the order of {@link #docs}
   */
  float[] estimates(float[] query) {
    float[] estimates = new float[docs.length];
    if (docs.length == 0) {
      return estimates;
    }
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    float sum = 0;
    for (float value : query) {
      least = Math.min(least, value);
      most = Math.max(most, value);
      sum += value;
    }
    float step = most > least ? (most - least) / HIGHEST : 1;
    long[] planes = planes(query, least, step);
    float base = VectorUtil.dotProduct(query, mean);
    for (int at = 0; at < estimates.length; at++) {
      float weighted = weighted(at * words, planes);
      float signed = 2 * (least * ones[at] + step * weighted) - sum;
      estimates[at] = base + scales[at] * signed;
    }
    return estimates;
  }

  /** The sum of the query's steps where a vector's bits are set. */
  private int weighted(int from, long[] planes) {
    int weighted = 0;
    for (int w = 0; w < words; w++) {
      long code = codes[from + w];
      int plane = PLANES * w;
      weighted +=
          Long.bitCount(code & planes[plane])
              + 2 * Long.bitCount(code & planes[plane + 1])
              + 4 * Long.bitCount(code & planes[plane + 2])
              + 8 * Long.bitCount(code & planes[plane + 3]);
    }
    return weighted;
  }

  /** The bits of the query's steps: those of one word of dimensions side by side, lowest first. */
  private long[] planes(float[] query, float least, float step) {
    long[] planes = new long[PLANES * words];
    for (int i = 0; i < query.length; i++) {
      int value = Math.round((query[i] - least) / step);
      for (int plane = 0; plane < PLANES; plane++) {
        long bit = value >> plane & 1;
        planes[PLANES * (i / Long.SIZE) + plane] |= bit << (i % Long.SIZE);
      }
    }
    return planes;
  }
}
