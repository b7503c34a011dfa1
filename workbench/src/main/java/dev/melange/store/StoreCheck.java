package dev.melange.store;

import dev.melange.store.Tables.Reference;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Checks what must hold of the store at any time. It reads only, at a single moment. */
public final class StoreCheck {
  private static final double TOLERANCE = 1e-9;
  private static final int MOST_SHOWN = 5;

  private final Database database;

  /** Of a database. */
  public StoreCheck(Database database) {
    this.database = database;
  }

  /**
   * An invariant.
   *
   * @param name such as {@code I1}
   * @param what must hold
   * @param problems where it does not, the first ones; empty where it holds
   */
  public record Result(String name, String what, List<String> problems) {
    /** Copies the list. */
    public Result {
      problems = List.copyOf(problems);
    }

    /** Whether it holds. */
    public boolean holds() {
      return problems.isEmpty();
    }
  }

  /** Checks all of them. */
  public List<Result> run() {
    return database.snapshot(
        db -> {
          List<Result> results = new ArrayList<>();
          results.add(new Result("I1", "votes that are shown are those that were cast", votes(db)));
          results.add(new Result("I2", "comments form trees and are counted", comments(db)));
          results.add(new Result("I3", "digests went out once, to who wanted them", mails(db)));
          results.add(new Result("I4", "embeddings are of papers that are there", embeddings(db)));
          results.add(new Result("I5", "trends are the sum of their events", trends(db)));
          results.add(new Result("I6", "places in an imported list are told apart", places(db)));
          results.add(new Result("I7", "references lead somewhere", references(db)));
          results.add(new Result("I8", "tokens are kept as hashes only", tokens(db)));
          return results;
        });
  }

  private static List<String> found(Handle db, String sql) {
    return db.createQuery(sql + " limit " + MOST_SHOWN).mapTo(String.class).list();
  }

  private static List<String> votes(Handle db) {
    return found(
        db,
        "select concat('paper ', p.id, ' shows ', coalesce(s.votes, -1), ' votes, cast were ',"
            + " (select count(*) from vote v where v.paper_id = p.id))"
            + " from paper p left join paper_stat s on s.paper_id = p.id where coalesce(s.votes, -1)"
            + " <> (select count(*) from vote v where v.paper_id = p.id) order by p.id");
  }

  private static List<String> comments(Handle db) {
    List<String> problems = new ArrayList<>();
    problems.addAll(
        found(
            db,
            "select concat('paper ', s.paper_id, ' counts ', s.comments, ' comments')"
                + " from paper_stat s where s.comments <> (select count(*) from discussion_comment c"
                + " where c.paper_id = s.paper_id and c.hidden_at is null and c.deleted_at is null)"
                + " order by s.paper_id"));
    problems.addAll(
        found(
            db,
            "select concat('comment ', c.id, ' is older than, or of another paper than, what it"
                + " answers') from discussion_comment c join discussion_comment p"
                + " on p.id = c.parent_id where c.created_at < p.created_at"
                + " or c.paper_id <> p.paper_id or p.id >= c.id order by c.id"));
    return problems;
  }

  private static List<String> mails(Handle db) {
    List<String> problems = new ArrayList<>();
    problems.addAll(
        found(
            db,
            "select concat('digest ', id, ' is sent and has no time') from outbox"
                + " where state = 'sent' and sent_at is null order by id"));
    problems.addAll(
        found(
            db,
            "select concat('digests ', min(id), ' and ', max(id), ' are one reader''s of one"
                + " issue') from outbox group by issue_id, subscriber_id having count(*) > 1"));
    problems.addAll(
        found(
            db,
            "select concat('digest ', o.id, ' was sent after its reader left') from outbox o"
                + " where o.state = 'sent' and exists (select 1 from subscriber s join mail_event e"
                + " on e.subscriber_id = s.id where s.id = o.subscriber_id and s.state = e.kind"
                + " and s.state in ('unsubscribed', 'complained', 'bounced')"
                + " and e.at_time < o.sent_at) order by o.id"));
    return problems;
  }

  private static List<String> embeddings(Handle db) {
    return found(
        db,
        "select concat('paper ', p.id, ' was withdrawn and has an embedding') from paper p"
            + " join embedding e on e.paper_id = p.id where p.withdrawn_at is not null"
            + " order by p.id");
  }

  private static List<String> trends(Handle db) {
    List<String> problems = new ArrayList<>();
    Map<Long, Double> levels = new LinkedHashMap<>();
    db.createQuery("select paper_id, trend from paper_stat order by paper_id")
        .map(
            (row, context) -> {
              Double level = row.getObject(2, Double.class);
              return Map.entry(row.getLong(1), level == null ? Double.NaN : level);
            })
        .forEach(entry -> levels.put(entry.getKey(), entry.getValue()));
    for (Map.Entry<Long, Double> entry : levels.entrySet()) {
      List<Trend.Event> events = TrendStore.events(db, entry.getKey());
      Instant latest =
          events.stream().map(Trend.Event::at).max(Instant::compareTo).orElse(Instant.EPOCH);
      Double computed = Trend.level(events, latest);
      double stored = entry.getValue();
      boolean same =
          computed == null
              ? Double.isNaN(stored)
              : Math.abs(computed - stored) <= TOLERANCE * Math.max(1, Math.abs(computed));
      if (!same && problems.size() < MOST_SHOWN) {
        problems.add(
            "paper %d has the trend %s, its events give %s"
                .formatted(entry.getKey(), stored, computed));
      }
    }
    return problems;
  }

  private static List<String> places(Handle db) {
    return found(
        db,
        "select concat('place ', pos, ' of source ', source_id, ' is taken ', count(*), ' times')"
            + " from listing where pos is not null and source_id is not null"
            + " group by source_id, pos having count(*) > 1 order by 1");
  }

  private static List<String> references(Handle db) {
    Connection connection = db.getConnection();
    List<String> problems = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      for (Reference reference : Tables.references(connection)) {
        StringBuilder joined = new StringBuilder();
        StringBuilder given = new StringBuilder();
        for (int i = 0; i < reference.columns().size(); i++) {
          String and = i == 0 ? "" : " and ";
          joined.append(and).append("t.").append(reference.keys().get(i));
          joined.append(" = r.").append(reference.columns().get(i));
          given.append(and).append("r.").append(reference.columns().get(i)).append(" is not null");
        }
        String sql =
            "select count(*) from %s r where %s and not exists (select 1 from %s t where %s)"
                .formatted(reference.table(), given, reference.target(), joined);
        try (ResultSet row = statement.executeQuery(sql)) {
          row.next();
          if (row.getLong(1) > 0) {
            problems.add(
                "%d rows of %s refer to no %s"
                    .formatted(row.getLong(1), reference.table(), reference.target()));
          }
        }
      }
      return problems;
    } catch (SQLException e) {
      throw new IllegalStateException("the references cannot be checked: " + e.getMessage(), e);
    }
  }

  /** Every column that is called a hash holds nothing but SHA-256 in hexadecimal digits. */
  private static List<String> tokens(Handle db) {
    Connection connection = db.getConnection();
    List<String> problems = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      for (String table : Tables.inOrder(connection)) {
        for (String column : Tables.columns(connection, table).keySet()) {
          if (column.endsWith("_hash")) {
            clear(statement, table, column, problems);
          } else if (column.matches("(.*_)?(token|secret|password)")) {
            problems.add("the table %s has the column %s".formatted(table, column));
          }
        }
      }
      return problems;
    } catch (SQLException e) {
      throw new IllegalStateException("the tokens cannot be checked: " + e.getMessage(), e);
    }
  }

  private static void clear(Statement statement, String table, String column, List<String> problems)
      throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select %1$s from %2$s where %1$s is not null".formatted(column, table))) {
      while (row.next()) {
        if (!row.getString(1).matches("[0-9a-f]{64}")) {
          problems.add("%s of %s holds what is no hash".formatted(column, table));
          return;
        }
      }
    }
  }
}
