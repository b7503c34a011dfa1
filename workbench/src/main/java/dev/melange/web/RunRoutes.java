package dev.melange.web;

import dev.melange.account.Scope;
import dev.melange.jobs.Job;
import dev.melange.jobs.JobQueue;
import dev.melange.jobs.JobRequest;
import dev.melange.papers.Catalogue;
import dev.melange.papers.StudySubject;
import dev.melange.store.PaperEntry;
import dev.melange.store.User;
import dev.melange.web.Views.RunView;
import dev.melange.web.Views.RunsView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs of studies: asking for one, following it live, giving it up, reading its report. */
final class RunRoutes implements Routes {
  private static final int SHOWN = 100;

  /** A report is one file with its styles and pictures in it, and may do nothing else. */
  private static final String REPORT_POLICY =
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

  private static final Set<String> STUDIES =
      Catalogue.studies().stream().map(StudySubject::key).collect(Collectors.toSet());

  private final Site site;
  private final JobQueue queue;
  private final RunEvents events;

  /**
   * Routes of a queue.
   *
   * @param site the page
   * @param queue the runs
   * @param events follows them
   */
  RunRoutes(Site site, JobQueue queue, RunEvents events) {
    this.site = site;
    this.queue = queue;
    this.events = events;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.post("/papers/<id>/run", this::submit);
    routes.get("/runs", this::list);
    routes.get("/runs/{job}", this::show);
    routes.get("/runs/{job}/report", this::report);
    routes.get("/runs/{job}/log", this::log);
    routes.post("/runs/{job}/cancel", this::cancel);
    routes.before("/runs/{job}/events", this::job); // once events are sent it is too late for a 404
    routes.sse("/runs/{job}/events", client -> events.follow(client, job(client.ctx()).id()));
  }

  private void submit(Context context) {
    User.Role role = site.config().access().runs();
    if (role == null) {
      throw RequestException.forbidden(
          "this page runs no studies; its owner can allow it with --runs");
    }
    User user = site.viewers().require(context, role, Scope.RUN);
    PaperEntry entry = PaperIds.find(site.papers(), context.pathParam("id"));
    if (entry.catalogueKey() == null || !hasStudy(entry.catalogueKey())) {
      throw RequestException.bad("this paper has no study here that could be run");
    }
    Job job;
    try {
      job =
          queue.submit(
              new JobRequest(
                  entry.id(),
                  user.id(),
                  entry.catalogueKey(),
                  given(context, "scale", "quick"),
                  seed(given(context, "seed", "0"))));
    } catch (IllegalArgumentException e) {
      throw RequestException.bad(e.getMessage());
    } catch (IllegalStateException e) {
      throw RequestException.of(429, e.getMessage());
    }
    context.redirect("/runs/" + job.id(), HttpStatus.SEE_OTHER);
  }

  /** Whether a viewer may run a paper's study. */
  static boolean mayRun(Site site, User viewer, PaperEntry entry) {
    User.Role role = site.config().access().runs();
    return role != null
        && viewer != null
        && viewer.role().atLeast(role)
        && entry.catalogueKey() != null
        && hasStudy(entry.catalogueKey());
  }

  /** Whether a paper of the catalogue has a study. */
  static boolean hasStudy(String key) {
    return STUDIES.contains(key);
  }

  private static String given(Context context, String name, String otherwise) {
    String value = context.formParam(name);
    return value == null || value.isBlank() ? otherwise : value.strip();
  }

  private static long seed(String text) {
    if (!text.matches("\\d{1,10}")) {
      throw RequestException.bad(
          "the seed is '%s', expected a number".formatted(Params.shortened(text)));
    }
    return Long.parseLong(text);
  }

  private Job job(Context context) {
    String id = context.pathParam("job");
    if (!id.matches("\\d{1,18}")) {
      throw RequestException.notFound("there is no run " + Params.shortened(id));
    }
    return queue
        .find(Long.parseLong(id))
        .orElseThrow(() -> RequestException.notFound("there is no run " + id));
  }

  private void list(Context context) {
    User viewer = site.viewers().of(context);
    List<RunView> runs =
        queue.newest(SHOWN).stream().map(job -> RunViews.of(job, site, viewer, false, "")).toList();
    context.html(
        site.templates().render("runs.jte", new RunsView(Frames.of(context, site, "Runs"), runs)));
  }

  private void show(Context context) throws IOException {
    User viewer = site.viewers().of(context);
    Job job = job(context);
    boolean report = queue.folder(job.id()).report().isPresent();
    RunView run = RunViews.of(job, site, viewer, report, queue.folder(job.id()).tail());
    RunsView view = new RunsView(Frames.of(context, site, "Run of " + job.study()), List.of(run));
    context.html(site.templates().render("run.jte", view));
  }

  private void report(Context context) throws IOException {
    Path report =
        queue
            .folder(job(context).id())
            .report()
            .orElseThrow(() -> RequestException.notFound("this run has no report yet"));
    send(context, Files.newInputStream(report));
  }

  /** Answers with a report. */
  static void send(Context context, InputStream report) {
    context
        .header("Content-Security-Policy", REPORT_POLICY)
        .contentType("text/html; charset=utf-8")
        .result(report);
  }

  private void log(Context context) throws IOException {
    context.contentType("text/plain; charset=utf-8").result(queue.folder(job(context).id()).tail());
  }

  private void cancel(Context context) {
    User user = site.viewers().require(context, User.Role.MEMBER, Scope.RUN);
    Job job = job(context);
    boolean own = job.userId() != null && job.userId() == user.id();
    if (!own && !user.role().atLeast(User.Role.CURATOR)) {
      throw RequestException.forbidden("this run is somebody else's");
    }
    queue.cancel(job.id());
    context.redirect("/runs/" + job.id(), HttpStatus.SEE_OTHER);
  }
}
