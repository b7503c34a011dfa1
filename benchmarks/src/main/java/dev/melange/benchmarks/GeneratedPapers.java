package dev.melange.benchmarks;

import dev.melange.store.Database;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Papers for measurements: words of a vocabulary whose frequencies fall as 1/rank, in titles of 9
 * and abstracts of 200 words; three authors each; {@value #A_DAY} a day are listed, up to the first
 * of March 2026. The same number gives the same papers.
 */
final class GeneratedPapers {
  /** Listed on each day. */
  static final int A_DAY = 25;

  private static final int VOCABULARY = 20_000;
  private static final int BATCH = 1_000;
  private static final LocalDate LAST = LocalDate.of(2026, 3, 1);
  private static final List<String> KNOWN =
      List.of("mixing", "token", "feature", "vision", "attention", "model", "frequency", "graph");

  private GeneratedPapers() {}

  /** Fills an empty store; does nothing with one that has papers already. */
  static void fill(Database database, int papers) {
    int there =
        database.read(
            db -> db.createQuery("select count(*) from paper").mapTo(Integer.class).one());
    if (there > 0) {
      System.err.printf("%,d papers are there already%n", there);
      return;
    }
    Random random = new Random(1);
    for (int from = 0; from < papers; from += BATCH) {
      int first = from;
      int last = Math.min(papers, from + BATCH);
      database.change(db -> add(db, random, first, last));
      if (last % 10_000 == 0 || last == papers) {
        System.err.printf("%,d papers written%n", last);
      }
    }
  }

  private static void add(Handle db, Random random, int first, int last) {
    PreparedBatch paper =
        db.prepareBatch(
            "insert into paper (id, local_key, title, title_key, title_rank, abstract,"
                + " abstract_rank, published, author_count, authors_rank, created_at, updated_at,"
                + " row_version) values (:id, :key, :title, :sha, 1, :text, 1, :day, 3, 1, :at,"
                + " :at, 1)");
    PreparedBatch stat =
        db.prepareBatch(
            "insert into paper_stat (paper_id, votes, comments, listed_at, listed_day)"
                + " values (:id, 0, 0, :at, :day)");
    PreparedBatch listing =
        db.prepareBatch(
            "insert into listing (paper_id, listed_day, listed_at) values (:id, :day, :at)");
    PreparedBatch author =
        db.prepareBatch(
            "insert into paper_author (paper_id, pos, name, hidden)"
                + " values (:id, :pos, :name, false)");
    for (int i = first; i < last; i++) {
      long id = 1_000_000L + i;
      LocalDate day = LAST.minusDays(i / A_DAY);
      Instant at = day.atStartOfDay(ZoneOffset.UTC).plusSeconds(i % A_DAY).toInstant();
      paper
          .bind("id", id)
          .bind("key", "p" + i)
          .bind("title", text(random, 9))
          .bind("sha", "%064d".formatted(i))
          .bind("text", text(random, 200))
          .bind("day", day)
          .bind("at", at)
          .add();
      stat.bind("id", id).bind("day", day).bind("at", at).add();
      listing.bind("id", id).bind("day", day).bind("at", at).add();
      for (int pos = 0; pos < 3; pos++) {
        author.bind("id", id).bind("pos", pos).bind("name", text(random, 2)).add();
      }
    }
    paper.execute();
    stat.execute();
    listing.execute();
    author.execute();
  }

  /** Some words. */
  static String text(Random random, int words) {
    List<String> text = new ArrayList<>();
    for (int i = 0; i < words; i++) {
      int rank = (int) Math.pow(VOCABULARY, random.nextDouble());
      text.add(rank <= KNOWN.size() ? KNOWN.get(rank - 1) : "w" + Integer.toString(rank, 36));
    }
    return String.join(" ", text);
  }
}
