package dev.melange.search;

import dev.melange.feed.Titles;
import dev.melange.store.Database;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.util.BytesRef;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Keeps the vectors of papers, so that each text is encoded once. */
final class EmbeddingStore {
  private static final int CHUNK = 1_000;

  private final Database database;

  EmbeddingStore(Database database) {
    this.database = database;
  }

  private record Row(long id, String sha, byte[] vector) {}

  /** The stored vectors of some papers, as far as their texts are still the same. */
  Map<Long, float[]> find(List<PaperDocument> papers, String model, int maxTokens) {
    Map<Long, String> shas = new HashMap<>();
    papers.forEach(paper -> shas.put(paper.id(), sha(paper)));
    Map<Long, float[]> found = new HashMap<>();
    List<Long> ids = new ArrayList<>(shas.keySet());
    for (int from = 0; from < ids.size(); from += CHUNK) {
      List<Long> part = ids.subList(from, Math.min(ids.size(), from + CHUNK));
      List<Row> rows =
          database.read(
              db ->
                  db.createQuery(
                          "select paper_id, text_sha, vector from embedding where model = :model"
                              + " and max_tokens = :tokens and paper_id in (<ids>)")
                      .bind("model", model)
                      .bind("tokens", maxTokens)
                      .bindList("ids", part)
                      .map((row, c) -> new Row(row.getLong(1), row.getString(2), row.getBytes(3)))
                      .list());
      for (Row row : rows) {
        if (row.sha().equals(shas.get(row.id()))) {
          found.put(row.id(), VectorBytes.read(new BytesRef(row.vector())));
        }
      }
    }
    return found;
  }

  /** The vectors of all papers, of the encoder that most have one of. */
  Map<Long, float[]> all() {
    Map<Long, float[]> found = new HashMap<>();
    database
        .read(
            db ->
                db.createQuery(
                        "select e.paper_id, e.text_sha, e.vector from embedding e join"
                            + " (select model, max_tokens from embedding group by model, max_tokens"
                            + " order by count(*) desc, model, max_tokens limit 1) m"
                            + " on m.model = e.model and m.max_tokens = e.max_tokens")
                    .map((row, c) -> new Row(row.getLong(1), row.getString(2), row.getBytes(3)))
                    .list())
        .forEach(row -> found.put(row.id(), VectorBytes.read(new BytesRef(row.vector()))));
    return found;
  }

  /** Stores the vectors of papers, in place of older ones. */
  void put(List<PaperDocument> papers, TextEncoder encoder) {
    if (papers.isEmpty()) {
      return;
    }
    database.change(
        db -> {
          PreparedBatch old =
              db.prepareBatch(
                  "delete from embedding"
                      + " where paper_id = :id and model = :model and max_tokens = :tokens");
          // The paper may have been withdrawn, or merged into another one, meanwhile.
          PreparedBatch fresh =
              db.prepareBatch(
                  "insert into embedding (paper_id, model, max_tokens, text_sha, vector)"
                      + " select id, :model, :tokens, :sha, :vector from paper"
                      + " where id = :id and withdrawn_at is null");
          for (PaperDocument paper : papers) {
            for (PreparedBatch batch : List.of(old, fresh)) {
              batch
                  .bind("id", paper.id())
                  .bind("model", encoder.model())
                  .bind("tokens", encoder.maxTokens());
            }
            old.add();
            fresh.bind("sha", sha(paper)).bind("vector", VectorBytes.of(paper.vector())).add();
          }
          old.execute();
          fresh.execute();
        });
  }

  private static String sha(PaperDocument paper) {
    return Titles.sha256(paper.passage().getBytes(StandardCharsets.UTF_8));
  }
}
