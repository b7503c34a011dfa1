package dev.melange.search;

import dev.melange.papers.study.Verdict;
import dev.melange.search.SearchQuery.Compare;
import dev.melange.search.SearchQuery.Filter;
import dev.melange.search.SearchQuery.Is;
import dev.melange.search.SearchQuery.Published;
import dev.melange.store.Database;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Filters as the index sees them. What changes without a change of the paper itself (votes,
 * comments, runs, tags) is asked of the store.
 */
final class StoreFilters {
  private static final Set<String> INDEXED_HAS = Set.of("code", "project", "model");

  private final Database database;
  private final Long viewerId;

  /**
   * For a reader.
   *
   * @param viewerId whose tags are meant; null for visitors, who have none
   */
  StoreFilters(Database database, Long viewerId) {
    this.database = database;
    this.viewerId = viewerId;
  }

  /** All filters together. */
  Query of(List<Filter> filters) {
    if (filters.isEmpty()) {
      return new MatchAllDocsQuery();
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    filters.forEach(filter -> all.add(of(filter), Occur.MUST));
    return all.build();
  }

  private Query of(Filter filter) {
    if (filter instanceof Published published) {
      return LongPoint.newRangeQuery(
          PaperIndex.DAY, published.from().toEpochDay(), published.to().toEpochDay());
    }
    if (filter instanceof Compare compare) {
      return of(compare);
    }
    Is is = (Is) filter;
    return switch (is.field()) {
      case "cat" -> new TermQuery(new Term(PaperIndex.CATEGORY, is.value()));
      case "id" -> new TermQuery(new Term(PaperIndex.PUBLIC_ID, is.value()));
      case "has" -> has(is.value());
      case "by" ->
          ids(
              "select l.paper_id from listing l join app_user u on u.id = l.submitter_id"
                  + " where u.name_key = :value",
              is.value().toLowerCase(Locale.ROOT));
      case "tag" ->
          ids(
              "select t.paper_id from paper_tag t join tag g on g.id = t.tag_id"
                  + " where g.owner_id = "
                  + (viewerId == null ? -1 : viewerId)
                  + " and g.name = :value",
              is.value());
      case "verdict" -> verdict(is.value());
      default -> throw new IllegalStateException("no filter " + is.field());
    };
  }

  private Query has(String thing) {
    if (INDEXED_HAS.contains(thing)) {
      return new TermQuery(new Term(PaperIndex.HAS, thing));
    }
    return thing.equals("run")
        ? ids("select paper_id from run_result where :value = ''", "")
        : ids("select paper_id from paper_stat where comments > 0 and :value = ''", "");
  }

  /** By the latest result that says something; none is without any. */
  private Query verdict(String verdict) {
    if (verdict.equals("none")) {
      return ids(
          "select id from paper p where :value = '' and not exists"
              + " (select 1 from run_result r where r.paper_id = p.id and r.scale <> 'smoke')",
          "");
    }
    return ids(
        "select r.paper_id from run_result r where lower(r.verdict) = :value"
            + " and r.scale <> 'smoke' and not exists"
            + " (select 1 from run_result n where n.paper_id = r.paper_id"
            + " and n.scale <> 'smoke' and n.finished_at > r.finished_at)",
        verdict.equals("unshown") ? Verdict.DOES_NOT_SHOW.text() : verdict);
  }

  private Query of(Compare compare) {
    if (compare.field().equals("votes")) {
      // The comparison is one of five signs, see the parser.
      List<Long> found =
          database.read(
              db ->
                  db.createQuery(
                          "select paper_id from paper_stat where votes "
                              + compare.comparison()
                              + " :value")
                      .bind("value", compare.value())
                      .mapTo(Long.class)
                      .list());
      return LongPoint.newSetQuery(PaperIndex.ID, found);
    }
    return LongPoint.newSetQuery(PaperIndex.ID, Measured.matching(database, compare));
  }

  private Query ids(String sql, String value) {
    List<Long> found =
        database.read(db -> db.createQuery(sql).bind("value", value).mapTo(Long.class).list());
    return LongPoint.newSetQuery(PaperIndex.ID, found);
  }
}
