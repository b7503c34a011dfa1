package dev.melange.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.search.Ranker.Ranked;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;

class NearestVectorsTest {
  private static final int SEED = 17;
  private static final int DIMENSIONS = 200; // no whole number of words of bits
  private static final int TOPICS = 60;

  private final Random random = new Random(SEED);
  private final List<float[]> topics =
      IntStream.range(0, TOPICS).mapToObj(i -> direction(new float[DIMENSIONS], 1)).toList();
  private final List<float[]> vectors = new ArrayList<>();

  /** A direction that differs from another one. */
  private float[] direction(float[] near, double noise) {
    float[] vector = new float[DIMENSIONS];
    double square = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      // All share a part, as the vectors of texts do.
      vector[i] = (float) (near[i] + noise * random.nextGaussian() + (i % 7 == 0 ? 0.3 : 0));
      square += vector[i] * vector[i];
    }
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] /= (float) Math.sqrt(square);
    }
    return vector;
  }

  /** Papers of a few segments; of ten the last has no vector. */
  private void fill(IndexWriter writer, int papers) throws IOException {
    for (int id = 0; id < papers; id++) {
      Document document = new Document();
      document.add(new StringField("key", Integer.toString(id), Store.NO));
      document.add(new NumericDocValuesField(PaperIndex.ID, id));
      document.add(new LongPoint(PaperIndex.ID, id));
      float[] vector = id % 10 == 9 ? null : direction(topics.get(id % TOPICS), 0.1);
      vectors.add(vector);
      if (vector != null) {
        document.add(
            new BinaryDocValuesField(PaperIndex.VECTOR, new BytesRef(VectorBytes.of(vector))));
      }
      writer.addDocument(document);
      if (id % (papers / 3) == 5) {
        writer.commit();
      }
    }
  }

  private double cosine(float[] query, long id) {
    float[] vector = vectors.get((int) id);
    return IntStream.range(0, DIMENSIONS).mapToDouble(i -> query[i] * vector[i]).sum();
  }

  private List<Long> nearest(float[] query, int from, int to, int most) {
    return IntStream.range(from, to)
        .mapToObj(Long::valueOf)
        .filter(id -> vectors.get(id.intValue()) != null)
        .sorted((a, b) -> Double.compare(cosine(query, b), cosine(query, a)))
        .limit(most)
        .toList();
  }

  private interface Check {
    void on(IndexSearcher searcher) throws IOException;
  }

  private void withPapers(int papers, Check check) throws IOException {
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory, new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE))) {
      fill(writer, papers);
      writer.deleteDocuments(new Term("key", "0"));
      vectors.set(0, null);
      writer.commit();
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        check.on(new IndexSearcher(reader));
      }
    }
  }

  @Test
  void comparesFewVectorsWithAll() throws IOException {
    withPapers(
        900,
        searcher -> {
          float[] query = direction(topics.get(0), 0.2);
          List<Ranked> found = new NearestVectors(searcher, query).find(null, 30);
          assertThat(found.stream().map(Ranked::id))
              .as("seed %d", SEED)
              .containsExactlyElementsOf(nearest(query, 0, 900, 30));
          assertThat(found)
              .allSatisfy(
                  hit -> assertThat(hit.score()).isCloseTo(cosine(query, hit.id()), within(1e-5)));
        });
  }

  @Test
  void findsTheNearestOfMany() throws IOException {
    int papers = 3 * NearestVectors.LEAST_COMPARED;
    withPapers(
        papers,
        searcher -> {
          for (int topic = 0; topic < 20; topic++) {
            float[] query = direction(topics.get(topic), 0.2);
            List<Ranked> found = new NearestVectors(searcher, query).find(null, 100);
            List<Long> sought = new ArrayList<>(nearest(query, 0, papers, 100));
            sought.removeAll(found.stream().map(Ranked::id).toList());
            assertThat(found).as("seed %d", SEED).hasSize(100).isSortedAccordingTo(Ranker.BEST);
            assertThat(sought.size()).as("seed %d, missed", SEED).isLessThanOrEqualTo(2);
          }
        });
  }

  @Test
  void estimatesComeNearToTheProducts() throws IOException {
    withPapers(
        3_000,
        searcher -> {
          float[] query = direction(topics.get(5), 0.2);
          double square = 0;
          int compared = 0;
          for (var leaf : searcher.getLeafContexts()) {
            SignCodes codes = SignCodes.of(leaf.reader());
            float[] estimates = codes.estimates(query);
            for (int i = 0; i < estimates.length; i++) {
              int id = leaf.docBase + codes.docs()[i];
              if (id > 0) {
                square += Math.pow(estimates[i] - cosine(query, id), 2);
                compared++;
              }
            }
          }
          assertThat(compared).isEqualTo(2_699);
          assertThat(Math.sqrt(square / compared)).as("seed %d", SEED).isLessThan(0.06);
        });
  }

  @Test
  void looksAmongSomeOnly() throws IOException {
    withPapers(
        900,
        searcher -> {
          float[] query = direction(topics.get(1), 0.2);
          Query among = LongPoint.newRangeQuery(PaperIndex.ID, 100, 149);
          assertThat(new NearestVectors(searcher, query).find(among, 10).stream().map(Ranked::id))
              .as("seed %d", SEED)
              .containsExactlyElementsOf(nearest(query, 100, 150, 10));
          assertThat(
                  new NearestVectors(searcher, query)
                      .find(LongPoint.newExactQuery(PaperIndex.ID, 0), 10))
              .isEmpty();
        });
  }
}
