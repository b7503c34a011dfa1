package dev.melange.store;

import dev.melange.store.PaperEntry.Author;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Finds papers. */
public final class PaperStore {
  /** PostgreSQL takes 65,535 values in one statement. */
  private static final int AT_ONCE = 1_000;

  private final Database database;

  /** On a database. */
  public PaperStore(Database database) {
    this.database = database;
  }

  /** A link of a paper's page; {@code kind} is code, project, doc, pdf or other. */
  public record LinkRow(String url, String kind) {}

  /** Where a paper was published; either may be null. */
  public record Publication(String doi, String venue) {}

  /** Something that happened to a paper. */
  public record History(Instant at, String kind, String detail) {}

  /**
   * The paper of an id.
   *
   * @param publicId of arXiv without version, {@code local:KEY}, or an id it had before a merge
   */
  public Optional<PaperEntry> find(String publicId) {
    return database.read(db -> find(db, publicId));
  }

  static Optional<PaperEntry> find(Handle db, String publicId) {
    boolean local = publicId.startsWith(PaperEntry.LOCAL);
    String key = local ? publicId.substring(PaperEntry.LOCAL.length()) : publicId;
    List<PaperEntry> found =
        list(
            db,
            db.createQuery(
                    PaperRows.SELECT
                        + " where p.id = (select coalesce(m.into_id, q.id) from paper q"
                        + " left join paper_merge m on m.paper_id = q.id where q."
                        + (local ? "local_key" : "arxiv_id")
                        + " = :key)")
                .bind("key", key));
    return found.stream().findFirst();
  }

  /** The id of a paper in addresses. */
  static String publicId(Handle db, long paperId) {
    return db.createQuery(
            "select coalesce(arxiv_id, '"
                + PaperEntry.LOCAL
                + "' || local_key) from paper where id = :id")
        .bind("id", paperId)
        .mapTo(String.class)
        .one();
  }

  /** The paper of a card of the catalogue. */
  public Optional<PaperEntry> ofCatalogue(String catalogueKey) {
    return database.read(
        db ->
            list(
                    db,
                    db.createQuery(PaperRows.SELECT + " where p.catalogue_key = :key")
                        .bind("key", catalogueKey))
                .stream()
                .findFirst());
  }

  /** The papers of some ids in the store, in the order of the ids; unknown ones are left out. */
  public List<PaperEntry> withIds(List<Long> ids) {
    if (ids.isEmpty()) {
      return List.of();
    }
    Map<Long, PaperEntry> found = new HashMap<>();
    database
        .read(
            db ->
                list(
                    db,
                    db.createQuery(PaperRows.SELECT + " where p.id in (<ids>)")
                        .bindList("ids", ids)))
        .forEach(entry -> found.put(entry.id(), entry));
    return ids.stream().filter(found::containsKey).map(found::get).toList();
  }

  /** The papers of the page that was imported last, in its order; none if there was no page. */
  public List<PaperEntry> importedPage() {
    return withIds(importedIds());
  }

  /** The ids of the papers of {@link #importedPage} in the store. */
  public List<Long> importedIds() {
    return database.read(
        db ->
            db.createQuery(
                    "select l.paper_id from listing l join paper p on p.id = l.paper_id"
                        + " where p.withdrawn_at is null and l.pos >= 1"
                        + " and l.source_id = (select max(source_id) from listing"
                        + " where pos >= 1) order by l.pos, l.paper_id")
                .mapTo(Long.class)
                .list());
  }

  /** Whether a page with an order was imported. */
  public boolean hasImportedPage() {
    return database.read(
        db ->
            db.createQuery("select pos from listing where pos >= 1 limit 1")
                .mapTo(Long.class)
                .findOne()
                .isPresent());
  }

  /** A page of a list. */
  public List<PaperEntry> list(PaperQuery query) {
    return database.read(
        db -> {
          Optional<Candidates> few = Candidates.of(db, query);
          if (few.isEmpty()) {
            return page(db, query, null);
          }
          List<PaperEntry> page = page(db, query, few.get().ids());
          // Withdrawn papers can leave too few.
          return few.get().all() || page.size() == query.limit() ? page : page(db, query, null);
        });
  }

  /** A page of a list; of some papers only, if they are not null. */
  private static List<PaperEntry> page(Handle db, PaperQuery query, List<Long> among) {
    if (among != null && among.isEmpty()) {
      return List.of();
    }
    Query sql =
        bound(
                db.createQuery(
                    PaperRows.SELECT
                        + where(query)
                        + (among == null ? "" : " and p.id in (<among>)")
                        + " order by "
                        + query.sort().sql()
                        + " limit :limit offset :offset"),
                query)
            .bind("limit", query.limit())
            .bind("offset", query.offset());
    return list(db, among == null ? sql : sql.bindList("among", among));
  }

  /** How many papers a list has on all its pages together. */
  public long count(PaperQuery query) {
    return database.read(
        db -> {
          if (query.equals(PaperQuery.all(query.sort(), query.limit(), query.offset()))) {
            // H2 remembers it until a paper changes; with its counts, only until the next vote.
            return db.createQuery("select count(*) from paper where withdrawn_at is null")
                .mapTo(Long.class)
                .one();
          }
          List<Long> among =
              query.period() == null
                  ? null
                  : Candidates.of(db, query).map(Candidates::ids).orElse(null);
          if (among != null && among.isEmpty()) {
            return 0L;
          }
          Query sql =
              bound(
                  db.createQuery(
                      "select count(*) "
                          + PaperRows.FROM
                          + where(query)
                          + (among == null ? "" : " and p.id in (<among>)")),
                  query);
          return (among == null ? sql : sql.bindList("among", among)).mapTo(Long.class).one();
        });
  }

  private static String where(PaperQuery query) {
    StringBuilder where = new StringBuilder(" where p.withdrawn_at is null");
    if (query.period() != null) {
      where.append(" and s.listed_day >= :from and s.listed_day < :to");
    }
    for (int i = 0; i < query.conditions().size(); i++) {
      where.append(" and ").append(query.conditions().get(i).sql().formatted(":condition" + i));
    }
    if (query.after() != null) {
      where.append(" and (p.published < :afterDay or p.published = :afterDay and p.id > :afterId)");
    }
    return where.toString();
  }

  private static Query bound(Query sql, PaperQuery query) {
    if (query.period() != null) {
      sql.bind("from", query.period().from()).bind("to", query.period().end());
    }
    for (int i = 0; i < query.conditions().size(); i++) {
      sql.bind("condition" + i, query.conditions().get(i).value());
    }
    if (query.after() != null) {
      sql.bind("afterDay", query.after().published()).bind("afterId", query.after().id());
    }
    return sql;
  }

  /** The last day with listed papers that is not after another; nothing if there is none. */
  public Optional<LocalDate> lastDayUntil(LocalDate day) {
    return day("<= :day order by s.listed_day desc", day);
  }

  /** The first day with listed papers that is not before another; nothing if there is none. */
  public Optional<LocalDate> firstDayFrom(LocalDate day) {
    return day(">= :day order by s.listed_day", day);
  }

  private Optional<LocalDate> day(String condition, LocalDate day) {
    return database.read(
        db ->
            db.createQuery(
                    "select s.listed_day from paper_stat s where "
                        + PaperRows.SHOWN
                        + " and s.listed_day "
                        + condition
                        + " limit 1")
                .bind("day", day)
                .mapTo(LocalDate.class)
                .findOne());
  }

  /** The days of a period on which papers are listed, and how many. */
  public SortedMap<LocalDate, Integer> days(Period period) {
    SortedMap<LocalDate, Integer> days = new TreeMap<>();
    database
        .read(
            db ->
                db.createQuery(
                        "select s.listed_day, count(*) from paper_stat s"
                            + " join paper p on p.id = s.paper_id where p.withdrawn_at is null"
                            + " and s.listed_day >= :from and s.listed_day < :to"
                            + " group by s.listed_day")
                    .bind("from", period.from())
                    .bind("to", period.end())
                    .map(
                        (row, context) ->
                            Map.entry(row.getObject(1, LocalDate.class), row.getInt(2)))
                    .list())
        .forEach(day -> days.put(day.getKey(), day.getValue()));
    return days;
  }

  /** arXiv's categories of papers, those of most papers first, and how many papers each has. */
  public Map<String, Integer> categories() {
    Map<String, Integer> categories = new LinkedHashMap<>();
    database
        .read(
            db ->
                db.createQuery(
                        "select c.category, count(*) from paper_category c"
                            + " join paper p on p.id = c.paper_id where p.withdrawn_at is null"
                            + " group by c.category order by count(*) desc, c.category")
                    .map((row, context) -> Map.entry(row.getString(1), row.getInt(2)))
                    .list())
        .forEach(found -> categories.put(found.getKey(), found.getValue()));
    return categories;
  }

  /** arXiv's categories of a paper. */
  public List<String> categories(long paperId) {
    return database.read(
        db ->
            db.createQuery(
                    "select category from paper_category where paper_id = :id order by category")
                .bind("id", paperId)
                .mapTo(String.class)
                .list());
  }

  /** The links of a paper, in order. */
  public List<LinkRow> links(long paperId) {
    return database.read(
        db ->
            db.createQuery(
                    "select url, kind from paper_link where paper_id = :id order by pos, url")
                .bind("id", paperId)
                .map((row, context) -> new LinkRow(row.getString(1), row.getString(2)))
                .list());
  }

  /** Where papers were published, by their ids in the store. */
  public Map<Long, Publication> publications(List<Long> ids) {
    Map<Long, Publication> publications = new HashMap<>();
    for (int from = 0; from < ids.size(); from += AT_ONCE) {
      List<Long> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
      database
          .read(
              db ->
                  db.createQuery("select id, doi, venue from paper where id in (<ids>)")
                      .bindList("ids", some)
                      .map(
                          (row, context) ->
                              Map.entry(
                                  row.getLong(1),
                                  new Publication(row.getString(2), row.getString(3))))
                      .list())
          .forEach(found -> publications.put(found.getKey(), found.getValue()));
    }
    return publications;
  }

  /** What happened to a paper, first things first. */
  public List<History> history(long paperId) {
    return database.read(
        db ->
            db.createQuery(
                    "select at_time, kind, detail from paper_event where paper_id = :id order by id")
                .bind("id", paperId)
                .map(
                    (row, context) ->
                        new History(
                            row.getTimestamp(1).toInstant(), row.getString(2), row.getString(3)))
                .list());
  }

  /**
   * Papers that changed after an instant, oldest change first; for indexes that follow the store.
   * Withdrawn papers are among them.
   *
   * @param since only later changes; null for all
   * @param afterId among changes of that very instant only papers with a higher id
   * @param limit at most so many
   */
  public List<PaperEntry> changedSince(Instant since, long afterId, int limit) {
    String where =
        since == null
            ? " where p.id > :id order by p.updated_at, p.id limit :limit"
            : " where p.updated_at > :since or p.updated_at = :since and p.id > :id"
                + " order by p.updated_at, p.id limit :limit";
    return database.read(
        db -> {
          Query query = db.createQuery(PaperRows.SELECT + where);
          if (since != null) {
            query.bind("since", since);
          }
          return list(db, query.bind("id", afterId).bind("limit", limit));
        });
  }

  /** Runs a query of {@link PaperRows#SELECT} and adds the authors. */
  private static List<PaperEntry> list(Handle db, Query query) {
    List<PaperEntry> entries = query.map(PaperRows.MAPPER).list();
    if (entries.isEmpty()) {
      return entries;
    }
    Map<Long, List<Author>> authors = new HashMap<>();
    db.createQuery(
            "select a.paper_id, a.name, u.name, a.claim_status, a.hidden from paper_author a"
                + " left join app_user u on u.id = a.user_id"
                + " where a.paper_id in (<ids>) order by a.paper_id, a.pos")
        .bindList("ids", entries.stream().map(PaperEntry::id).toList())
        .map(
            (row, context) ->
                Map.entry(
                    row.getLong(1),
                    new Author(
                        row.getString(2), row.getString(3), row.getString(4), row.getBoolean(5))))
        .forEach(
            found ->
                authors
                    .computeIfAbsent(found.getKey(), id -> new ArrayList<>())
                    .add(found.getValue()));
    return entries.stream()
        .map(entry -> PaperRows.with(entry, authors.getOrDefault(entry.id(), List.of())))
        .toList();
  }
}
