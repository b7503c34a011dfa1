package dev.melange.store;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.mapper.RowMapper;

/** What studies found about papers on this installation. */
public final class ResultStore {
  private static final RowMapper<Result> MAPPER =
      (row, context) ->
          new Result(
              row.getLong("paper_id"),
              row.getString("study"),
              row.getString("scale"),
              row.getString("config"),
              row.getString("seeds"),
              row.getString("machine"),
              PaperRows.instant(row, "started_at"),
              PaperRows.instant(row, "finished_at"),
              row.getString("metrics"),
              row.getString("verdict"),
              row.getString("folder"),
              row.getString("code_version"));

  private final Database database;

  /** On a database. */
  public ResultStore(Database database) {
    this.database = database;
  }

  /**
   * A finished run.
   *
   * @param paperId the paper it tested
   * @param study the study's key
   * @param scale smoke (which says nothing about the claim), quick or full
   * @param config JSON with all that is needed to repeat it
   * @param seeds such as {@code 0 to 2}
   * @param machine what it ran on
   * @param startedAt when it began
   * @param finishedAt when it ended
   * @param metrics JSON with findings, comparisons and tables
   * @param verdict as the study words it
   * @param folder the run's folder
   * @param codeVersion of Melange
   */
  public record Result(
      long paperId,
      String study,
      String scale,
      String config,
      String seeds,
      String machine,
      Instant startedAt,
      Instant finishedAt,
      String metrics,
      String verdict,
      String folder,
      String codeVersion) {}

  /**
   * Adds a result, which counts for its paper's trend once a day; the same folder twice is once.
   */
  public void add(Result result) {
    database.change(
        db -> {
          TrendStore.lock(db, result.paperId());
          int added =
              db.createUpdate(
                      "insert into run_result (paper_id, study, scale, config, seeds, machine,"
                          + " started_at, finished_at, metrics, verdict, folder, code_version)"
                          + " values (:paper, :study, :scale, :config, :seeds, :machine, :started,"
                          + " :finished, :metrics, :verdict, :folder, :version)"
                          + " on conflict do nothing")
                  .bind("paper", result.paperId())
                  .bind("study", result.study())
                  .bind("scale", result.scale())
                  .bind("config", result.config())
                  .bind("seeds", result.seeds())
                  .bind("machine", result.machine())
                  .bind("started", result.startedAt())
                  .bind("finished", result.finishedAt())
                  .bind("metrics", result.metrics())
                  .bind("verdict", result.verdict())
                  .bind("folder", result.folder())
                  .bind("version", result.codeVersion())
                  .execute();
          if (added == 0) {
            return;
          }
          Instant at = result.finishedAt();
          boolean smoke = result.scale().equals("smoke");
          if (!smoke) {
            LocalDate day = LocalDate.ofInstant(at, ZoneOffset.UTC);
            Trend.Event event = new Trend.Event(at, Trend.RESULT);
            TrendStore.add(db, result.paperId(), "result", "here " + day, null, event, at);
            db.createUpdate("update paper set updated_at = :at where id = :id")
                .bind("at", at)
                .bind("id", result.paperId())
                .execute();
          }
          db.createUpdate(
                  "insert into paper_event (paper_id, at_time, kind, detail)"
                      + " values (:id, :at, 'run', :detail)")
              .bind("id", result.paperId())
              .bind("at", at)
              .bind(
                  "detail",
                  smoke
                      ? "scale smoke: everything ran"
                      : "scale " + result.scale() + ": " + result.verdict())
              .execute();
        });
  }

  /** The results of a paper, newest first. */
  public List<Result> of(long paperId) {
    return database.read(
        db ->
            db.createQuery(
                    "select * from run_result where paper_id = :id order by finished_at desc, id desc")
                .bind("id", paperId)
                .map(MAPPER)
                .list());
  }

  /** The newest result of each of some papers that says something about the claim. */
  public Map<Long, Result> newest(Collection<Long> paperIds) {
    Map<Long, Result> newest = new HashMap<>();
    if (!paperIds.isEmpty()) {
      database
          .read(
              db ->
                  db.createQuery(
                          "select * from run_result where paper_id in (<ids>) and scale <> 'smoke'"
                              + " order by finished_at, id")
                      .bindList("ids", List.copyOf(paperIds))
                      .map(MAPPER)
                      .list())
          .forEach(result -> newest.put(result.paperId(), result));
    }
    return newest;
  }
}
