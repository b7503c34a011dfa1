package dev.melange.store;

import dev.melange.store.PaperEntry.Author;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jdbi.v3.core.mapper.RowMapper;

/** How an entry is selected and read. */
final class PaperRows {
  static final String FROM =
      "from paper p join paper_stat s on s.paper_id = p.id"
          + " left join organisation o on o.id = p.organisation_id"
          + " left join listing l on l.paper_id = p.id and l.listed_day = s.listed_day"
          + " left join app_user u on u.id = l.submitter_id";

  /** That the paper of {@code paper_stat s} was not withdrawn, asked of few papers. */
  static final String SHOWN =
      "not exists (select 1 from paper w where w.id = s.paper_id and w.withdrawn_at is not null)";

  static final String SELECT =
      "select p.id, p.arxiv_id, p.local_key, p.catalogue_key, p.title, p.abstract, p.published,"
          + " p.author_count, o.id as org_id, o.slug as org_slug, o.name as org_name,"
          + " p.primary_category, p.project_url, p.repo_url, p.stars, p.withdrawn_at, p.updated_at,"
          + " s.listed_at, s.listed_day, u.name as submitter, s.votes, s.comments, s.trend,"
          + " (select max(r.comments) from source_record r where r.paper_id = p.id)"
          + " as source_comments "
          + FROM;

  static final RowMapper<PaperEntry> MAPPER = (row, context) -> entry(row, List.of());

  private PaperRows() {}

  private static PaperEntry entry(ResultSet row, List<Author> authors) throws SQLException {
    String organisation = row.getString("org_name");
    return new PaperEntry(
        row.getLong("id"),
        row.getString("arxiv_id"),
        row.getString("local_key"),
        row.getString("catalogue_key"),
        row.getString("title"),
        row.getString("abstract"),
        row.getObject("published", LocalDate.class),
        authors,
        row.getObject("author_count", Integer.class),
        organisation == null
            ? null
            : new Organisation(row.getLong("org_id"), row.getString("org_slug"), organisation),
        row.getString("primary_category"),
        row.getString("project_url"),
        row.getString("repo_url"),
        row.getObject("stars", Integer.class),
        instant(row, "withdrawn_at"),
        instant(row, "updated_at"),
        instant(row, "listed_at"),
        row.getObject("listed_day", LocalDate.class),
        row.getString("submitter"),
        row.getInt("votes"),
        row.getInt("comments"),
        row.getObject("trend", Double.class),
        row.getObject("source_comments", Integer.class));
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    Timestamp stamp = row.getTimestamp(column);
    return stamp == null ? null : stamp.toInstant();
  }

  static PaperEntry with(PaperEntry e, List<Author> authors) {
    return new PaperEntry(
        e.id(),
        e.arxivId(),
        e.localKey(),
        e.catalogueKey(),
        e.title(),
        e.abstractText(),
        e.published(),
        authors,
        e.authorCount(),
        e.organisation(),
        e.primaryCategory(),
        e.projectUrl(),
        e.repoUrl(),
        e.stars(),
        e.withdrawnAt(),
        e.updatedAt(),
        e.listedAt(),
        e.listedDay(),
        e.submitter(),
        e.votes(),
        e.comments(),
        e.trend(),
        e.sourceComments());
  }
}
