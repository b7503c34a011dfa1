package dev.melange.search;

import dev.melange.feed.TexText;
import dev.melange.papers.Card;
import dev.melange.papers.Cards;
import dev.melange.papers.Catalogue;
import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.statement.Query;

/**
 * Keeps the index in step with the store. It compares what both have, so that nothing can be missed
 * whatever happened before: an index that was lost is filled again the same way.
 */
final class IndexFollower {
  private static final int CHUNK = 500;
  private static final int ENCODED_AT_ONCE = 32;
  private static final long COMMIT_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final Database database;
  private final PaperStore papers;
  private final PaperIndex index;
  private final EmbeddingStore embeddings;

  IndexFollower(Database database, PaperIndex index) {
    this.database = database;
    this.papers = new PaperStore(database);
    this.index = index;
    this.embeddings = new EmbeddingStore(database);
  }

  private record State(long count, long versions) {}

  private State seen;

  /** Papers that had no vector when they were last looked for. */
  private final Queue<Long> withoutVector = new ArrayDeque<>();

  private long committed = System.nanoTime();

  /**
   * Brings the words up to date, and the vectors as far as they are stored.
   *
   * @param encoder whose vectors are wanted; null for none
   * @return whether anything changed
   */
  synchronized boolean update(TextEncoder encoder) throws IOException {
    State now =
        database.read(
            db ->
                db.createQuery("select count(*), coalesce(sum(row_version), 0) from paper")
                    .map((row, context) -> new State(row.getLong(1), row.getLong(2)))
                    .one());
    if (now.equals(seen)) {
      return false;
    }
    Map<Long, Long> stored = versions();
    Map<Long, Long> indexed = index.versions();
    List<Long> gone = indexed.keySet().stream().filter(id -> !stored.containsKey(id)).toList();
    List<Long> changed =
        stored.keySet().stream()
            .filter(id -> !stored.get(id).equals(indexed.get(id)))
            .sorted()
            .toList();
    index.remove(gone);
    for (int from = 0; from < changed.size(); from += CHUNK) {
      List<Long> ids = changed.subList(from, Math.min(changed.size(), from + CHUNK));
      List<PaperDocument> documents = documents(ids);
      Map<Long, float[]> vectors =
          encoder == null
              ? Map.of()
              : embeddings.find(documents, encoder.model(), encoder.maxTokens());
      for (PaperDocument document : documents) {
        index.put(document.with(vectors.get(document.id())), stored.get(document.id()));
      }
    }
    index.commit();
    seen = now;
    return !gone.isEmpty() || !changed.isEmpty();
  }

  private Map<Long, Long> versions() {
    return database.read(
        db ->
            versions(
                db.createQuery("select id, row_version from paper where withdrawn_at is null")));
  }

  private Map<Long, Long> versions(List<Long> ids) {
    return database.read(
        db ->
            versions(
                db.createQuery(
                        "select id, row_version from paper"
                            + " where withdrawn_at is null and id in (<ids>)")
                    .bindList("ids", ids)));
  }

  private static Map<Long, Long> versions(Query query) {
    Map<Long, Long> versions = new HashMap<>();
    query.map((row, context) -> versions.put(row.getLong(1), row.getLong(2))).list();
    return versions;
  }

  /**
   * Computes vectors of some papers that lack them. Searches see them a few seconds later, and all
   * when there are no more.
   *
   * @return whether there may be more
   */
  synchronized boolean encodeSome(TextEncoder encoder) throws IOException {
    if (withoutVector.isEmpty()) {
      withoutVector.addAll(index.withoutVector());
    }
    List<Long> ids = new ArrayList<>();
    while (ids.size() < ENCODED_AT_ONCE && !withoutVector.isEmpty()) {
      ids.add(withoutVector.remove());
    }
    if (ids.isEmpty()) {
      return false;
    }
    Map<Long, Long> versions = versions(ids);
    List<PaperDocument> documents =
        documents(ids).stream().filter(document -> versions.containsKey(document.id())).toList();
    Map<Long, float[]> vectors = embeddings.find(documents, encoder.model(), encoder.maxTokens());
    List<PaperDocument> missing =
        documents.stream().filter(document -> !vectors.containsKey(document.id())).toList();
    List<float[]> computed = encoder.encode(missing.stream().map(PaperDocument::passage).toList());
    List<PaperDocument> encoded = new ArrayList<>();
    for (int i = 0; i < missing.size(); i++) {
      encoded.add(missing.get(i).with(computed.get(i)));
    }
    embeddings.put(encoded, encoder);
    encoded.forEach(document -> vectors.put(document.id(), document.vector()));
    for (PaperDocument document : documents) {
      index.put(document.with(vectors.get(document.id())), versions.get(document.id()));
    }
    // A commit for each handful would make the index a heap of tiny segments.
    long now = System.nanoTime();
    if (withoutVector.isEmpty() || now - committed > COMMIT_NANOS) {
      index.commit();
      committed = now;
    }
    return !withoutVector.isEmpty();
  }

  /** What is indexed of papers; those that are gone or withdrawn are left out. */
  private List<PaperDocument> documents(List<Long> ids) {
    Map<Long, List<String>> categories = new HashMap<>();
    database.read(
        db ->
            db.createQuery(
                    "select paper_id, category from paper_category where paper_id in (<ids>)"
                        + " order by paper_id, category")
                .bindList("ids", ids)
                .map(
                    (row, context) ->
                        categories
                            .computeIfAbsent(row.getLong(1), id -> new ArrayList<>())
                            .add(row.getString(2)))
                .list());
    return papers.withIds(ids).stream()
        .filter(entry -> entry.withdrawnAt() == null)
        .map(entry -> document(entry, categories.getOrDefault(entry.id(), List.of())))
        .toList();
  }

  /** What a paper says: its abstract, else the summary of its card; plain, empty without both. */
  static String text(PaperEntry entry) {
    if (entry.abstractText() != null) {
      return TexText.plain(entry.abstractText());
    }
    Card card = entry.catalogueKey() == null ? null : Cards.get(entry.catalogueKey());
    return card != null ? card.summary() : "";
  }

  static PaperDocument document(PaperEntry entry, List<String> categories) {
    String key = entry.catalogueKey();
    List<String> keywords = new ArrayList<>();
    List<String> has = new ArrayList<>();
    if (key != null) {
      keywords.add(key);
      Catalogue.find(key)
          .ifPresent(
              method ->
                  method.models().forEach(model -> keywords.add(model.name().replace('_', ' '))));
      has.add("model");
    }
    if (entry.repoUrl() != null) {
      has.add("code");
    }
    if (entry.projectUrl() != null) {
      has.add("project");
    }
    return new PaperDocument(
        entry.id(),
        entry.publicId(),
        TexText.plain(entry.title()),
        text(entry),
        entry.shownAuthors(),
        entry.organisation() == null ? null : entry.organisation().name(),
        keywords,
        categories,
        entry.published(),
        has,
        null);
  }
}
