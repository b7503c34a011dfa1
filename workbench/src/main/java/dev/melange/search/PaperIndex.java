package dev.melange.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.search.similarities.Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/**
 * The index: full text, filters and vectors of papers. Changes are seen by searches all at once
 * when they are committed; searches that run keep what they see. Safe for use by many threads; to
 * be closed.
 */
final class PaperIndex implements AutoCloseable {
  static final String ID = "id";
  static final String PUBLIC_ID = "public_id";
  static final String VERSION = "version";
  static final String HAS_VECTOR = "has_vector";
  static final String DAY = "day";
  static final String CATEGORY = "category";
  static final String ORGANISATION = "organisation";
  static final String HAS = "has";
  static final String VECTOR = "vector";

  static final String TITLE = "title";
  static final String ABSTRACT = "abstract";
  static final String AUTHOR = "author";
  static final String ORG = "org";
  static final String KEYWORD = "keyword";
  static final String SPELLING = "spelling";
  static final String NAME = "name";

  /** Longer titles are nobody's names. */
  private static final int MAX_NAME = 300;

  /** What is added to a field's name for its unstemmed words. */
  static final String WORDS = "_words";

  static final List<String> WORD_FIELDS =
      List.of(TITLE + WORDS, ABSTRACT + WORDS, AUTHOR + WORDS, ORG + WORDS);

  /** For texts as short as abstracts. */
  static final Similarity BM25 = new BM25Similarity(0.9f, 0.4f);

  /** Larger than Lucene's, for fewer segments. */
  private static final double BUFFER_MB = 64;

  private final Directory directory;
  private final IndexWriter writer;
  private final SearcherManager searchers;

  private PaperIndex(Directory directory, IndexWriter writer) throws IOException {
    this.directory = directory;
    this.writer = writer;
    this.searchers =
        new SearcherManager(
            writer,
            new SearcherFactory() {
              @Override
              public IndexSearcher newSearcher(
                  org.apache.lucene.index.IndexReader reader,
                  org.apache.lucene.index.IndexReader previous)
                  throws IOException {
                IndexSearcher searcher = new IndexSearcher(reader);
                searcher.setSimilarity(BM25);
                for (LeafReaderContext leaf : reader.leaves()) {
                  SignCodes.of(leaf.reader()); // before anybody waits for it
                }
                return searcher;
              }
            });
  }

  /**
   * Opens the index in a folder; an empty one if there is none.
   *
   * @throws org.apache.lucene.store.LockObtainFailedException if another process has it
   * @throws IOException if it cannot be read
   */
  static PaperIndex open(Path folder) throws IOException {
    return open(FSDirectory.open(folder));
  }

  /** An empty index in memory. */
  static PaperIndex memory() throws IOException {
    return open(new ByteBuffersDirectory());
  }

  private static PaperIndex open(Directory directory) throws IOException {
    IndexWriter writer = null;
    try {
      IndexWriterConfig config =
          new IndexWriterConfig(Analyzers.perField(WORD_FIELDS))
              .setSimilarity(BM25)
              .setRAMBufferSizeMB(BUFFER_MB);
      writer = new IndexWriter(directory, config);
      return new PaperIndex(directory, writer);
    } catch (IOException | RuntimeException e) {
      if (writer != null) {
        writer.rollback();
      }
      directory.close();
      throw e;
    }
  }

  /**
   * Adds papers or replaces them; seen after {@link #commit}.
   *
   * @param version of each paper's data, compared by {@link #versions}
   */
  void put(PaperDocument paper, long version) throws IOException {
    writer.updateDocument(new Term("key", Long.toString(paper.id())), document(paper, version));
  }

  /** Removes papers; seen after {@link #commit}. */
  void remove(Collection<Long> ids) throws IOException {
    writer.deleteDocuments(
        ids.stream().map(id -> new Term("key", Long.toString(id))).toArray(Term[]::new));
  }

  /** Makes all changes durable, and seen by searches from now on. */
  void commit() throws IOException {
    writer.commit();
    searchers.maybeRefreshBlocking();
  }

  private static Document document(PaperDocument paper, long version) {
    Document document = new Document();
    document.add(new StringField("key", Long.toString(paper.id()), Field.Store.NO));
    document.add(new NumericDocValuesField(ID, paper.id()));
    document.add(new LongPoint(ID, paper.id()));
    document.add(new StringField(PUBLIC_ID, paper.publicId(), Field.Store.NO));
    document.add(new NumericDocValuesField(VERSION, version));
    document.add(new NumericDocValuesField(HAS_VECTOR, paper.vector() == null ? 0 : 1));
    document.add(new LongPoint(DAY, paper.published().toEpochDay()));
    document.add(new NumericDocValuesField(DAY, paper.published().toEpochDay()));
    text(document, TITLE, paper.title());
    text(document, ABSTRACT, paper.text());
    paper.authors().forEach(name -> text(document, AUTHOR, name));
    if (paper.organisation() != null) {
      text(document, ORG, paper.organisation());
      document.add(new SortedDocValuesField(ORGANISATION, bytes(paper.organisation())));
    }
    String keywords = String.join(" \n", paper.keywords());
    document.add(new TextField(KEYWORD, keywords, Field.Store.NO));
    document.add(
        new TextField(
            SPELLING,
            Analyzers.spellings(String.join("\n", paper.title(), paper.text(), keywords)),
            Field.Store.NO));
    for (String name : Analyzers.names(paper.title(), paper.keywords())) {
      if (name.length() <= MAX_NAME) {
        document.add(new StringField(NAME, name, Field.Store.NO));
      }
    }
    for (String category : paper.categories()) {
      document.add(new StringField(CATEGORY, category, Field.Store.NO));
      document.add(new SortedSetDocValuesField(CATEGORY, bytes(category)));
    }
    for (String thing : paper.has()) {
      document.add(new StringField(HAS, thing, Field.Store.NO));
      document.add(new SortedSetDocValuesField(HAS, bytes(thing)));
    }
    if (paper.vector() != null) {
      document.add(new BinaryDocValuesField(VECTOR, new BytesRef(VectorBytes.of(paper.vector()))));
    }
    return document;
  }

  private static void text(Document document, String field, String text) {
    document.add(new TextField(field, text, Field.Store.NO));
    document.add(new TextField(field + WORDS, text, Field.Store.NO));
  }

  /** Doc values hold at most 32766 bytes. */
  private static BytesRef bytes(String text) {
    return new BytesRef(text.length() <= 300 ? text : text.substring(0, 300));
  }

  /** Work on one state of the index. */
  interface Search<T> {
    /** Searches. */
    T on(IndexSearcher searcher) throws IOException;
  }

  /** Searches the last committed state. */
  <T> T search(Search<T> work) throws IOException {
    IndexSearcher searcher = searchers.acquire();
    try {
      return work.on(searcher);
    } finally {
      searchers.release(searcher);
    }
  }

  /** The papers of the index and the versions of their data. */
  Map<Long, Long> versions() throws IOException {
    return search(searcher -> column(searcher, VERSION));
  }

  /** The papers that have no vector yet, by id. */
  List<Long> withoutVector() throws IOException {
    Map<Long, Long> has = search(searcher -> column(searcher, HAS_VECTOR));
    List<Long> ids = new ArrayList<>();
    has.forEach(
        (id, flag) -> {
          if (flag == 0) {
            ids.add(id);
          }
        });
    ids.sort(null);
    return ids;
  }

  private static Map<Long, Long> column(IndexSearcher searcher, String field) throws IOException {
    Map<Long, Long> column = new HashMap<>();
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      NumericDocValues ids = leaf.reader().getNumericDocValues(ID);
      NumericDocValues values = leaf.reader().getNumericDocValues(field);
      if (ids == null || values == null) {
        continue;
      }
      for (int doc = ids.nextDoc(); doc != NumericDocValues.NO_MORE_DOCS; doc = ids.nextDoc()) {
        boolean live = leaf.reader().getLiveDocs() == null || leaf.reader().getLiveDocs().get(doc);
        if (live && values.advanceExact(doc)) {
          column.put(ids.longValue(), values.longValue());
        }
      }
    }
    return column;
  }

  @Override
  public void close() throws IOException {
    searchers.close();
    writer.close();
    directory.close();
  }
}
