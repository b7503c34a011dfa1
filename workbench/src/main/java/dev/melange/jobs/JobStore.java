package dev.melange.jobs;

import dev.melange.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** The jobs in the store. */
final class JobStore {
  private static final RowMapper<Job> MAPPER = (row, context) -> job(row);

  private final Database database;

  JobStore(Database database) {
    this.database = database;
  }

  private static Job job(ResultSet row) throws SQLException {
    return new Job(
        row.getLong("id"),
        row.getObject("paper_id", Long.class),
        row.getObject("user_id", Long.class),
        row.getString("study"),
        row.getString("scale"),
        row.getLong("seed"),
        Job.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getInt("attempts"),
        row.getBoolean("cancel_asked"),
        instant(row, "queued_at"),
        instant(row, "started_at"),
        instant(row, "finished_at"),
        row.getString("verdict"),
        row.getString("message"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    Timestamp stamp = row.getTimestamp(column);
    return stamp == null ? null : stamp.toInstant();
  }

  /**
   * Adds a job.
   *
   * @throws IllegalStateException if there are too many, of all or of this user
   */
  Job add(Job.State state, JobRequest request, int most, int mostOfUser, Instant now) {
    return database.write(
        db -> {
          // One at a time, so that two requests at once cannot both take the last place.
          db.createQuery("select id from app_user where name_key = 'import' for update")
              .mapTo(Long.class)
              .one();
          if (waiting(db, null) >= most) {
            throw new IllegalStateException(
                "%d runs are waiting already; try again when some have ended".formatted(most));
          }
          if (request.userId() != null && waiting(db, request.userId()) >= mostOfUser) {
            throw new IllegalStateException(
                "%d runs of yours are waiting already; cancel one or wait".formatted(mostOfUser));
          }
          long id =
              db.createUpdate(
                      "insert into job (paper_id, user_id, study, scale, seed, state, attempts,"
                          + " cancel_asked, queued_at) values (:paper, :user, :study, :scale, :seed,"
                          + " :state, 0, false, :now)")
                  .bind("paper", request.paperId())
                  .bind("user", request.userId())
                  .bind("study", request.study())
                  .bind("scale", request.scale())
                  .bind("seed", request.seed())
                  .bind("state", state.label())
                  .bind("now", now)
                  .executeAndReturnGeneratedKeys("id")
                  .mapTo(Long.class)
                  .one();
          return find(db, id).orElseThrow();
        });
  }

  private static long waiting(Handle db, Long userId) {
    return db.createQuery(
            "select count(*) from job where state in ('queued', 'running')"
                + (userId == null ? "" : " and user_id = " + userId))
        .mapTo(Long.class)
        .one();
  }

  Optional<Job> find(long id) {
    return database.read(db -> find(db, id));
  }

  private static Optional<Job> find(Handle db, long id) {
    return db.createQuery("select * from job where id = :id").bind("id", id).map(MAPPER).findOne();
  }

  List<Job> newest(int limit) {
    return database.read(
        db ->
            db.createQuery("select * from job order by id desc limit :limit")
                .bind("limit", limit)
                .map(MAPPER)
                .list());
  }

  List<Job> ofPaper(long paperId, int limit) {
    return database.read(
        db ->
            db.createQuery(
                    "select * from job where paper_id = :paper order by id desc limit :limit")
                .bind("paper", paperId)
                .bind("limit", limit)
                .map(MAPPER)
                .list());
  }

  /** The job that has waited longest becomes running. */
  Optional<Job> takeNext(Instant now) {
    return database.write(
        db -> {
          Optional<Long> id =
              db.createQuery(
                      "select id from job where state = 'queued' order by id limit 1 for update")
                  .mapTo(Long.class)
                  .findOne();
          id.ifPresent(
              found ->
                  db.createUpdate(
                          "update job set state = 'running', attempts = attempts + 1,"
                              + " started_at = coalesce(started_at, :now) where id = :id")
                      .bind("now", now)
                      .bind("id", found)
                      .execute());
          return id.flatMap(found -> find(db, found));
        });
  }

  void processIs(long id, Long processId) {
    database.change(
        db ->
            db.createUpdate("update job set process_id = :process where id = :id")
                .bind("process", processId)
                .bind("id", id)
                .execute());
  }

  /** The processes that a server which did not end well may have left. */
  List<Long> leftProcesses() {
    return database.read(
        db ->
            db.createQuery(
                    "select process_id from job where state = 'running' and process_id is not null")
                .mapTo(Long.class)
                .list());
  }

  /** What was running when the last server ended goes on, unless it never gets to its end. */
  void requeueRunning(int mostAttempts, Instant now) {
    database.change(
        db -> {
          db.createUpdate(
                  "update job set state = 'cancelled', finished_at = :now"
                      + " where state = 'running' and cancel_asked")
              .bind("now", now)
              .execute();
          db.createUpdate(
                  "update job set state = 'failed', finished_at = :now, message ="
                      + " 'it was begun several times and the server ended each time'"
                      + " where state = 'running' and attempts >= :most")
              .bind("most", mostAttempts)
              .bind("now", now)
              .execute();
          db.createUpdate(
                  "update job set state = 'queued', process_id = null where state = 'running'")
              .execute();
        });
  }

  /** Goes back to the queue, because the server ends. */
  void requeue(long id) {
    database.change(
        db ->
            db.createUpdate(
                    "update job set state = 'queued', attempts = attempts - 1, process_id = null"
                        + " where id = :id and state = 'running'")
                .bind("id", id)
                .execute());
  }

  void end(long id, Job.State state, String verdict, String message, Instant now) {
    database.change(
        db ->
            db.createUpdate(
                    "update job set state = :state, verdict = :verdict, message = :message,"
                        + " finished_at = :now, process_id = null where id = :id")
                .bind("state", state.label())
                .bind("verdict", verdict)
                .bind(
                    "message",
                    message == null ? null : message.substring(0, Math.min(1000, message.length())))
                .bind("now", now)
                .bind("id", id)
                .execute());
  }

  /** Cancels what waits, and asks what runs to stop. */
  void askToCancel(long id, Instant now) {
    database.change(
        db -> {
          db.createUpdate(
                  "update job set state = 'cancelled', finished_at = :now"
                      + " where id = :id and state = 'queued'")
              .bind("id", id)
              .bind("now", now)
              .execute();
          db.createUpdate("update job set cancel_asked = true where id = :id and state = 'running'")
              .bind("id", id)
              .execute();
        });
  }
}
