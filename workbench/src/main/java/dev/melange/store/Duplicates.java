package dev.melange.store;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/** Papers that may be one, and what curators say of them. */
public final class Duplicates {
  private final Database database;

  /** On a database. */
  public Duplicates(Database database) {
    this.database = database;
  }

  /**
   * Two papers that may be one.
   *
   * @param first the one that came first
   * @param second the other
   */
  public record Pair(long first, long second) {}

  /**
   * Papers of the same title, published up to 400 days apart, of which nobody said they are two.
   */
  public List<Pair> possible(int limit) {
    record Dated(Pair pair, LocalDate first, LocalDate second) {}
    return database.read(
        db ->
            db
                .createQuery(
                    "select a.id, b.id, a.published, b.published from paper a join paper b"
                        + " on b.title_key = a.title_key and b.id > a.id"
                        + " where a.withdrawn_at is null and b.withdrawn_at is null"
                        + " and not exists (select 1 from paper_distinct d"
                        + " where d.paper_id = a.id and d.other_id = b.id)"
                        + " order by a.id, b.id limit :limit")
                .bind("limit", limit)
                .map(
                    (row, context) ->
                        new Dated(
                            new Pair(row.getLong(1), row.getLong(2)),
                            row.getObject(3, LocalDate.class),
                            row.getObject(4, LocalDate.class)))
                .stream()
                .filter(
                    it ->
                        Math.abs(it.first().toEpochDay() - it.second().toEpochDay())
                            <= Importer.DUPLICATE_DAYS)
                .map(Dated::pair)
                .toList());
  }

  /**
   * Says that two papers are two, or takes that back; twice is once.
   *
   * @throws IllegalArgumentException if they are one
   */
  public void distinct(Actor actor, long one, long other, boolean distinct, Instant now) {
    long first = Math.min(one, other);
    long second = Math.max(one, other);
    if (first == second) {
      throw new IllegalArgumentException("a paper is no other than itself");
    }
    database.change(
        db -> {
          int changed =
              db.createUpdate(
                      distinct
                          ? "insert into paper_distinct (paper_id, other_id)"
                              + " values (:first, :second) on conflict do nothing"
                          : "delete from paper_distinct"
                              + " where paper_id = :first and other_id = :second")
                  .bind("first", first)
                  .bind("second", second)
                  .execute();
          if (changed > 0) {
            AuditLog.add(
                db,
                now,
                actor,
                distinct ? "distinct" : "not-distinct",
                "paper " + PaperStore.publicId(db, first),
                "and " + PaperStore.publicId(db, second),
                null,
                null);
          }
        });
  }
}
