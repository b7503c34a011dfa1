package dev.melange.store;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The few papers of a long store that a page of a list can be sorted from, found by an index alone:
 * those listed in the list's period, or those that have at least the value down to which there are
 * enough papers for the page.
 *
 * @param ids the papers, withdrawn ones among them
 * @param all whether no other paper belongs to the list
 */
record Candidates(List<Long> ids, boolean all) {
  /** With more of them nothing is gained. */
  private static final int MOST = 1_000;

  private static final String STAT = "paper_stat";

  /** The candidates of a list; nothing if there are many, or no index for its order. */
  static Optional<Candidates> of(Handle db, PaperQuery query) {
    if (query.period() != null) {
      return few(
          select(db, STAT, "listed_day >= :from and listed_day < :to")
              .bind("from", query.period().from())
              .bind("to", query.period().end()),
          true);
    }
    Sort.Column column = query.sort().indexed();
    boolean whole = query.equals(PaperQuery.all(query.sort(), query.limit(), query.offset()));
    if (!whole || column == null) {
      return Optional.empty();
    }
    return db.createQuery(
            "select %2$s from %1$s where %2$s is not null order by %2$s desc limit 1 offset :last"
                .formatted(column.table(), column.name()))
        .bind("last", query.offset() + query.limit() - 1)
        .map((row, context) -> row.getObject(1))
        .findOne()
        .flatMap(
            least ->
                few(
                    select(db, column.table(), column.name() + " >= :least").bind("least", least),
                    false));
  }

  private static Query select(Handle db, String table, String condition) {
    return db.createQuery(
            "select %s from %s where %s limit :most"
                .formatted(table.equals(STAT) ? "paper_id" : "id", table, condition))
        .bind("most", MOST + 1);
  }

  private static Optional<Candidates> few(Query query, boolean all) {
    List<Long> ids = query.mapTo(Long.class).list();
    return ids.size() > MOST ? Optional.empty() : Optional.of(new Candidates(ids, all));
  }
}
