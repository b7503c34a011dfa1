package dev.melange.store;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The few papers of a long store that a page of a list can be sorted from, found by an index of
 * {@code paper_stat} alone: those listed in the list's period, or those that have at least the
 * value down to which there are enough papers for the page.
 *
 * @param ids the papers, withdrawn ones among them
 * @param all whether no other paper belongs to the list
 */
record Candidates(List<Long> ids, boolean all) {
  /** With more of them nothing is gained. */
  private static final int MOST = 1_000;

  /** The candidates of a list; nothing if there are many, or no index for its order. */
  static Optional<Candidates> of(Handle db, PaperQuery query) {
    if (query.period() != null) {
      return few(
          select(db, "s.listed_day >= :from and s.listed_day < :to")
              .bind("from", query.period().from())
              .bind("to", query.period().end()),
          true);
    }
    String column = query.sort().indexed();
    boolean whole = query.equals(PaperQuery.all(query.sort(), query.limit(), query.offset()));
    if (!whole || column == null) {
      return Optional.empty();
    }
    return db.createQuery(
            "select s.%1$s from paper_stat s where s.%1$s is not null".formatted(column)
                + " order by s.%s desc limit 1 offset :last".formatted(column))
        .bind("last", query.offset() + query.limit() - 1)
        .map((row, context) -> row.getObject(1))
        .findOne()
        .flatMap(
            least -> few(select(db, "s." + column + " >= :least").bind("least", least), false));
  }

  private static Query select(Handle db, String condition) {
    return db.createQuery("select s.paper_id from paper_stat s where " + condition + " limit :most")
        .bind("most", MOST + 1);
  }

  private static Optional<Candidates> few(Query query, boolean all) {
    List<Long> ids = query.mapTo(Long.class).list();
    return ids.size() > MOST ? Optional.empty() : Optional.of(new Candidates(ids, all));
  }
}
