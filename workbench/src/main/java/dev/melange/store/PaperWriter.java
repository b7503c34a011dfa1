package dev.melange.store;

import dev.melange.feed.PaperLink;
import dev.melange.feed.PaperRecord;
import dev.melange.feed.SourceKind;
import dev.melange.feed.Titles;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Writes what a source says about one paper, within a transaction. */
final class PaperWriter {
  private static final int MAX_LINKS = 200;

  private final Handle db;
  private final String origin;
  private final int rank;
  private final Instant now;

  PaperWriter(Handle db, String origin, int rank, Instant now) {
    this.db = db;
    this.origin = origin;
    this.rank = rank;
    this.now = now;
  }

  /** What of a paper's row an import may change, and the ranks that protect it. */
  private record Stored(
      String arxivId,
      Integer arxivVersion,
      String title,
      int titleRank,
      String abstractText,
      int abstractRank,
      Integer authorCount,
      int authorsRank,
      Long organisation,
      String category,
      String doi,
      String venue,
      String project,
      String repository,
      Integer stars,
      boolean withdrawn,
      int linksRank) {
    static Stored of(ResultSet row) throws SQLException {
      return new Stored(
          row.getString("arxiv_id"),
          row.getObject("arxiv_version", Integer.class),
          row.getString("title"),
          row.getInt("title_rank"),
          row.getString("abstract"),
          row.getInt("abstract_rank"),
          row.getObject("author_count", Integer.class),
          row.getInt("authors_rank"),
          row.getObject("organisation_id", Long.class),
          row.getString("primary_category"),
          row.getString("doi"),
          row.getString("venue"),
          row.getString("project_url"),
          row.getString("repo_url"),
          row.getObject("stars", Integer.class),
          row.getTimestamp("withdrawn_at") != null,
          row.getInt("links_rank"));
    }
  }

  /** Inserts a new paper and returns its id in the store. */
  long insert(PaperRecord record, String catalogueKey) {
    long id =
        db.createUpdate(
                "insert into paper (arxiv_id, arxiv_version, local_key, catalogue_key, title,"
                    + " title_key, title_rank, abstract, abstract_rank, published, author_count,"
                    + " authors_rank, organisation_id, primary_category, doi, venue, project_url,"
                    + " repo_url, stars, withdrawn_at, created_at, updated_at, row_version) values"
                    + " (:arxiv, :version, :local, :catalogue, :title, :titleKey, :rank, :abstract,"
                    + " :rank, :published, :authors, :rank, :organisation, :category, :doi, :venue,"
                    + " :project, :repository, :stars, :withdrawn, :now, :now, 1)")
            .bind("arxiv", record.arxivId())
            .bind("version", record.arxivVersion())
            .bind("local", localKey(record, catalogueKey))
            .bind("catalogue", catalogueKey)
            .bind("title", record.title())
            .bind("titleKey", Titles.key(record.title()))
            .bind("rank", rank)
            .bind("abstract", record.abstractText())
            .bind("published", record.published())
            .bind("authors", record.authorCount())
            .bind("organisation", organisation(record))
            .bind("category", record.primaryCategory())
            .bind("doi", record.doi())
            .bind("venue", record.venue())
            .bind("project", record.projectPage())
            .bind("repository", record.repository())
            .bind("stars", record.stars())
            .bind("withdrawn", record.withdrawn() ? now : null)
            .bind("now", now)
            .executeAndReturnGeneratedKeys("id")
            .mapTo(Long.class)
            .one();
    db.createUpdate("insert into paper_stat (paper_id, votes, comments) values (:id, 0, 0)")
        .bind("id", id)
        .execute();
    writeAuthors(id, record.authors());
    addLinks(id, record.links());
    addCategories(id, record.categories());
    return id;
  }

  private String localKey(PaperRecord record, String catalogueKey) {
    String wanted = catalogueKey != null ? catalogueKey : Titles.slug(record.title());
    String key = wanted;
    for (int i = 2; exists("select count(*) from paper where local_key = :value", key); i++) {
      key = wanted + "-" + i;
    }
    return key;
  }

  private boolean exists(String count, String value) {
    return db.createQuery(count).bind("value", value).mapTo(Long.class).one() > 0;
  }

  /** Changes a paper where the source may, and returns the names of what changed. */
  List<String> update(long id, PaperRecord record) {
    Stored old =
        db.createQuery("select * from paper where id = :id for update")
            .bind("id", id)
            .map((row, context) -> Stored.of(row))
            .one();
    Map<String, Object> set = new LinkedHashMap<>();
    List<String> changed = new ArrayList<>();
    fill("arxiv_id", "arxivId", old.arxivId(), record.arxivId(), set, changed);
    if (record.arxivVersion() != null
        && sameId(old, record)
        && (old.arxivVersion() == null || record.arxivVersion() > old.arxivVersion())) {
      set.put("arxiv_version", record.arxivVersion());
      changed.add("version");
    }
    if (replaces(old.title(), old.titleRank(), record.title())) {
      remember(id, Titles.key(record.title()));
      set.put("title", record.title());
      set.put("title_key", Titles.key(record.title()));
      set.put("title_rank", rank);
      changed.add("title");
    }
    if (replaces(old.abstractText(), old.abstractRank(), record.abstractText())) {
      set.put("abstract", record.abstractText());
      set.put("abstract_rank", rank);
      changed.add("abstract");
    }
    updateAuthors(id, old, record, set, changed);
    fill("organisation_id", "organization", old.organisation(), organisation(record), set, changed);
    fill("primary_category", "category", old.category(), record.primaryCategory(), set, changed);
    fill("doi", "doi", old.doi(), record.doi(), set, changed);
    fill("venue", "venue", old.venue(), record.venue(), set, changed);
    if (old.linksRank() < SourceKind.CURATOR_RANK) {
      fill("project_url", "projectPage", old.project(), record.projectPage(), set, changed);
      fill("repo_url", "repository", old.repository(), record.repository(), set, changed);
    }
    if (record.stars() != null
        && (rank >= 0 || old.stars() == null)
        && !record.stars().equals(old.stars())) {
      set.put("stars", record.stars());
      changed.add("stars");
    }
    if (record.withdrawn() && !old.withdrawn() && rank >= 0) {
      set.put("withdrawn_at", now);
      changed.add("withdrawn");
    }
    if (addLinks(id, record.links())) {
      changed.add("links");
    }
    if (addCategories(id, record.categories())) {
      changed.add("categories");
    }
    if (!changed.isEmpty()) {
      write(id, set);
    }
    return changed;
  }

  /** Keeps the title that a paper is about to lose, if it is another by letters and digits. */
  private void remember(long id, String next) {
    db.createUpdate(
            "insert into paper_former_title (title_key, published, paper_id)"
                + " select title_key, published, id from paper"
                + " where id = :id and title_key <> :next on conflict do nothing")
        .bind("id", id)
        .bind("next", next)
        .execute();
  }

  /** Of a merged paper the source may tell another id, whose versions are not this one's. */
  private static boolean sameId(Stored old, PaperRecord record) {
    return old.arxivId() == null || old.arxivId().equals(record.arxivId());
  }

  private void write(long id, Map<String, Object> set) {
    StringBuilder sql =
        new StringBuilder("update paper set updated_at = :now, row_version = row_version + 1");
    set.keySet().forEach(column -> sql.append(", ").append(column).append(" = :").append(column));
    Update update =
        db.createUpdate(sql.append(" where id = :id").toString()).bind("now", now).bind("id", id);
    set.forEach(update::bind);
    update.execute();
  }

  private static void fill(
      String column,
      String name,
      Object old,
      Object given,
      Map<String, Object> set,
      List<String> changed) {
    if (old == null && given != null) {
      set.put(column, given);
      changed.add(name);
    }
  }

  private boolean replaces(String old, int oldRank, String given) {
    return given != null && (old == null || (rank >= oldRank && !old.equals(given)));
  }

  private void updateAuthors(
      long id, Stored old, PaperRecord record, Map<String, Object> set, List<String> changed) {
    List<String> names = authors(id);
    boolean mayReplace = rank >= old.authorsRank();
    if (!record.authors().isEmpty()) {
      if (!names.equals(record.authors()) && (names.isEmpty() || mayReplace)) {
        writeAuthors(id, record.authors());
        set.put("author_count", record.authors().size());
        set.put("authors_rank", rank);
        changed.add("authors");
      }
    } else if (record.authorCount() != null
        && names.isEmpty()
        && !Objects.equals(old.authorCount(), record.authorCount())
        && (old.authorCount() == null || mayReplace)) {
      set.put("author_count", record.authorCount());
      set.put("authors_rank", rank);
      changed.add("authors");
    }
  }

  private List<String> authors(long id) {
    return db.createQuery("select name from paper_author where paper_id = :id order by pos")
        .bind("id", id)
        .mapTo(String.class)
        .list();
  }

  /** Replaces the names; a claim stays with its name. */
  private void writeAuthors(long id, List<String> names) {
    record Claim(String name, Long user, String status, boolean hidden) {}
    Map<String, Claim> claims = new LinkedHashMap<>();
    db.createQuery(
            "select name, user_id, claim_status, hidden from paper_author"
                + " where paper_id = :id and user_id is not null")
        .bind("id", id)
        .map(
            (row, context) ->
                new Claim(row.getString(1), row.getLong(2), row.getString(3), row.getBoolean(4)))
        .forEach(claim -> claims.put(claim.name(), claim));
    db.createUpdate("delete from paper_author where paper_id = :id").bind("id", id).execute();
    for (int i = 0; i < names.size(); i++) {
      String name = cut(names.get(i), 300);
      Claim claim = claims.remove(name);
      db.createUpdate(
              "insert into paper_author (paper_id, pos, name, user_id, claim_status, hidden)"
                  + " values (:id, :pos, :name, :user, :status, :hidden)")
          .bind("id", id)
          .bind("pos", i + 1)
          .bind("name", name)
          .bind("user", claim == null ? null : claim.user())
          .bind("status", claim == null ? null : claim.status())
          .bind("hidden", claim != null && claim.hidden())
          .execute();
    }
  }

  private boolean addLinks(long id, List<PaperLink> links) {
    boolean added = false;
    int position = 0;
    for (PaperLink link : links.subList(0, Math.min(MAX_LINKS, links.size()))) {
      int rows =
          db.createUpdate(
                  "insert into paper_link (paper_id, url, kind, pos, origin)"
                      + " values (:id, :url, :kind, :pos, :origin) on conflict do nothing")
              .bind("id", id)
              .bind("url", link.url())
              .bind("kind", link.kind().name().toLowerCase(Locale.ROOT))
              .bind("pos", ++position)
              .bind("origin", origin)
              .execute();
      added |= rows > 0;
    }
    return added;
  }

  private boolean addCategories(long id, List<String> categories) {
    boolean added = false;
    for (String category : categories) {
      int rows =
          db.createUpdate(
                  "insert into paper_category (paper_id, category) values (:id, :category)"
                      + " on conflict do nothing")
              .bind("id", id)
              .bind("category", cut(category, 40))
              .execute();
      added |= rows > 0;
    }
    return added;
  }

  /** The id of the record's organisation, which is made if it is new; null without one. */
  private Long organisation(PaperRecord record) {
    if (record.organisation() == null) {
      return null;
    }
    String name = cut(record.organisation().name(), 300);
    String slug = record.organisation().slug();
    String slugKey = slug == null ? null : cut(slug, 200).toLowerCase(Locale.ROOT);
    String nameKey = name.toLowerCase(Locale.ROOT);
    String find =
        "select id from organisation where slug_key = :slug or name_key = :name order by id limit 1";
    return db.createQuery(find)
        .bind("slug", slugKey)
        .bind("name", nameKey)
        .mapTo(Long.class)
        .findOne()
        .orElseGet(
            () ->
                db.createUpdate(
                        "insert into organisation (slug, slug_key, name, name_key)"
                            + " values (:slug, :slugKey, :name, :nameKey)")
                    .bind("slug", slug == null ? null : cut(slug, 200))
                    .bind("slugKey", slugKey)
                    .bind("name", name)
                    .bind("nameKey", nameKey)
                    .executeAndReturnGeneratedKeys("id")
                    .mapTo(Long.class)
                    .one());
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most);
  }
}
